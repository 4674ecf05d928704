package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Rollback.RolledBack;
import dev.checkrail.balancer.Rollback.Tourniquet;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What users feel of reloads and rollbacks. With {@code -Dcheckrail.load=full} the comparisons are
 * run, too: reloads without the option, ten rollbacks each way.
 */
class UnderLoadTest {
  private static final boolean FULL = "full".equals(System.getProperty("checkrail.load"));
  private static final int REQUESTS = 120_000;
  private static final int RELOADS = 6;
  private static final int REPEATS = FULL ? 10 : 1;
  private static final int BUSY = 16;

  /** Clients that think between two requests, on a connection that is idle meanwhile. */
  private static final int THINKING = 8;

  private static final String FRONT =
      """
      global
          nbthread 1
          maxconn 500
          hard-stop-after 10s

      defaults
          mode http
          option idle-close-on-response
          timeout connect 1s
          timeout client 10s
          timeout server 5s

      frontend fe
          bind 127.0.0.1:@PORT@
          http-response set-header X-Rules @RULES@
          default_backend be

      backend be
          server s1 127.0.0.1:@BACK@
      """;

  private static final String BACK =
      """
      global
          nbthread 1
          maxconn 500

      defaults
          mode http
          timeout connect 1s
          timeout client 60s
          timeout server 5s

      frontend fe
          bind 127.0.0.1:@PORT@
          http-request return status 200 content-type text/plain string "ok"
      """;

  @TempDir Path temp;

  /** What one run counted. */
  private record Counted(long requests, long failed, long byOldRules, List<String> failures) {
    Counted {
      failures = List.copyOf(failures);
    }
  }

  @Test
  void noRequestIsLostOverReloadsUnderKeepAlive() throws Exception {
    Counted with = reload(FRONT, temp.resolve("with"));
    System.out.printf(
        "reloads with idle-close-on-response: %d requests, %d reloads, %d failed, %d answered by"
            + " old rules after the new worker served%n",
        with.requests(), RELOADS, with.failed(), with.byOldRules());
    assertThat(with.failures()).isEmpty();
    assertThat(with.requests()).isGreaterThanOrEqualTo(REQUESTS);
    if (FULL) {
      Counted without =
          reload(FRONT.replace("    option idle-close-on-response\n", ""), temp.resolve("without"));
      System.out.printf(
          "reloads without it: %d requests, %d reloads, %d failed%n",
          without.requests(), RELOADS, without.failed());
    }
  }

  private Counted reload(String template, Path folder) throws Exception {
    Files.createDirectories(folder.resolve("back"));
    Files.createDirectories(folder.resolve("lb"));
    try (RunningHaproxy back = new RunningHaproxy(folder.resolve("back"), BACK, Map.of());
        RunningHaproxy lb =
            new RunningHaproxy(
                folder.resolve("lb"),
                template.replace("@RULES@", "0"),
                Map.of("BACK", String.valueOf(back.port)));
        Driver driver = lb.driver()) {
      Versions versions = Versions.in(folder.resolve("state"));
      Apply apply =
          new Apply("edge", driver, versions, new KeptJournal(), java.time.InstantSource.system());
      apply.adopt("ada", "it runs");
      AtomicLong requests = new AtomicLong();
      AtomicLong rules = new AtomicLong();
      AtomicLong old = new AtomicLong();
      ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
      AtomicBoolean enough = new AtomicBoolean();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < BUSY + THINKING; i++) {
        Duration pause = i < BUSY ? Duration.ZERO : Duration.ofMillis(20L + 5 * i);
        clients.add(
            Thread.ofPlatform()
                .start(() -> client(lb.port, pause, requests, rules, old, failures, enough)));
      }
      for (int reload = 1; reload <= RELOADS; reload++) {
        long from = requests.get();
        RunningHaproxy.eventually(
            "load", () -> requests.get() - from > REQUESTS / (RELOADS + 1) || !failures.isEmpty());
        String digest =
            versions.keep(
                lb.candidate(driver, template.replace("@RULES@", String.valueOf(reload))));
        versions.approve(digest, java.time.Instant.EPOCH, "ada", "a test");
        Applied applied = apply.apply(Apply.Order.of(digest, "ada"), Progress.NONE);
        assertThat(applied.outcome()).as(applied.why()).isEqualTo(Applied.Outcome.SERVES);
      }
      RunningHaproxy.eventually("the last of it", () -> requests.get() >= REQUESTS);
      enough.set(true);
      for (Thread client : clients) {
        client.join();
      }
      return new Counted(requests.get(), failures.size(), old.get(), List.copyOf(failures));
    }
  }

  /**
   * One request after the other on a connection that is kept as long as the other side keeps it.
   */
  private static void client(
      int port,
      Duration pause,
      AtomicLong requests,
      AtomicLong rules,
      AtomicLong old,
      ConcurrentLinkedQueue<String> failures,
      AtomicBoolean enough) {
    byte[] request =
        "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    @Nullable Socket socket = null;
    @Nullable InputStream in = null;
    while (!enough.get()) {
      LockSupport.parkNanos(pause.toNanos());
      long wanted = rules.get();
      try {
        if (socket == null || in == null) {
          socket = new Socket("127.0.0.1", port);
          socket.setTcpNoDelay(true);
          socket.setSoTimeout(8000);
          in = new BufferedInputStream(socket.getInputStream());
        }
        socket.getOutputStream().write(request);
        Answer answer = answer(in);
        requests.incrementAndGet();
        if (answer.status() != 200) {
          failures.add("status " + answer.status());
        } else if (answer.rules() < wanted) {
          old.incrementAndGet(); // somebody was answered by newer rules before we asked
        }
        rules.accumulateAndGet(answer.rules(), Math::max);
        if (answer.close()) {
          socket.close();
          socket = null;
        }
      } catch (IOException e) {
        requests.incrementAndGet();
        failures.add(e.toString());
        socket = null;
      }
    }
  }

  private record Answer(int status, long rules, boolean close) {}

  private static Answer answer(InputStream in) throws IOException {
    int status = 0;
    long rules = -1;
    int length = 0;
    boolean close = false;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String lower = line.toLowerCase(java.util.Locale.ROOT);
      if (lower.startsWith("http/1.1 ")) {
        status = Integer.parseInt(line.substring(9, 12));
      } else if (lower.startsWith("x-rules:")) {
        rules = Long.parseLong(line.substring(8).strip());
      } else if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      } else if (lower.startsWith("connection: close")) {
        close = true;
      }
    }
    in.readNBytes(length);
    return new Answer(status, rules, close);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed after '" + line + "'");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  // --- the tourniquet

  @Test
  void theLastFailureComesWithinASecondOfTheTourniquet() throws Exception {
    List<Long> with = new ArrayList<>();
    List<Long> without = new ArrayList<>();
    List<Long> toTourniquet = new ArrayList<>();
    for (int i = 0; i < REPEATS; i++) {
      long[] figures = rollback(temp.resolve("with" + i), true);
      with.add(figures[0]);
      toTourniquet.add(figures[1]);
      without.add(rollback(temp.resolve("without" + i), false)[0]);
    }
    System.out.printf(
        "last failure after the rollback was ordered, median of %d: %d ms with the tourniquet"
            + " (worst %d ms; it is on after %d ms), %d ms without%n",
        REPEATS, median(with), with.getLast(), median(toTourniquet), median(without));
    assertThat(median(with)).isLessThanOrEqualTo(1000);
    assertThat(median(without)).isGreaterThan(2000);
  }

  private static long median(List<Long> values) {
    values.sort(null);
    return values.get(values.size() / 2);
  }

  /** Milliseconds from the order to the last failure that a user saw, and to the tourniquet. */
  private static long[] rollback(Path folder, boolean tourniquet) throws Exception {
    Files.createDirectories(folder);
    try (Setting lb = new Setting(folder)) {
      String good = lb.apply.adopt("ada", "it runs");
      AtomicBoolean enough = new AtomicBoolean();
      AtomicLong lastFailure = new AtomicLong();
      ConcurrentLinkedQueue<Thread> users = new ConcurrentLinkedQueue<>();
      Thread arrivals =
          Thread.ofPlatform()
              .start(() -> {
                while (!enough.get()) {
                  users.add(
                      Thread.ofVirtual()
                          .start(() -> {
                            if (!succeeds(lb.haproxy.port)) {
                              lastFailure.accumulateAndGet(System.nanoTime(), Math::max);
                            }
                          }));
                  LockSupport.parkNanos(Duration.ofMillis(16).toNanos());
                }
              });
      String bad =
          lb.approved(Setting.CONFIG.replace("default_backend be_a", "default_backend be_stuck"));
      assertThat(lb.apply(bad).serves()).isTrue();
      RunningHaproxy.eventually("users are stuck", () -> lb.stuck.requests.get() > 60);

      long order = System.nanoTime();
      RolledBack back =
          lb.rollback.back(
              new Rollback.Order(
                  good,
                  "otto",
                  "users fail",
                  tourniquet
                      ? Optional.of(
                          new Tourniquet(
                              List.of(new ServerName("be_stuck", "s1")), List.of("be_a"), 1))
                      : Optional.empty(),
                  List.of()),
              Progress.NONE);
      assertThat(back.applied().serves()).as(back.applied().why()).isTrue();
      RunningHaproxy.eventually(
          "nobody is stuck any more",
          () -> {
            try {
              return lb.driver.processes().old().stream()
                  .allMatch(worker -> worker.connections().orElse(0) == 0);
            } catch (BalancerException e) {
              return false;
            }
          });
      enough.set(true);
      arrivals.join();
      for (Thread user : users) {
        user.join();
      }
      return new long[] {(lastFailure.get() - order) / 1_000_000, back.tourniquetMillis()};
    }
  }

  private static boolean succeeds(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(8000);
      socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      String status = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      return status.endsWith(" 200");
    } catch (IOException e) {
      return false;
    }
  }
}
