package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget.Ask;
import dev.checkrail.watch.collect.ProbeTarget.Kind;
import dev.checkrail.watch.collect.ProbeTarget.Proxy;
import dev.checkrail.watch.collect.ProbeTarget.Statuses;
import dev.checkrail.watch.collect.Probed.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against servers of all kinds. */
class ProbesTest {
  private static final ServerName S1 = new ServerName("be", "s1");
  private static final Probes.Pace PACE =
      new Probes.Pace(Duration.ofMillis(500), Duration.ofMillis(400), 4);

  /** On a busy machine nobody gives up before the server has counted him. */
  private static final Probes.Pace PATIENT =
      new Probes.Pace(Duration.ofSeconds(1), Duration.ofSeconds(10), 4);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  /** A server that says a text to whoever connects, and keeps what it was sent. */
  private int saying(String answer) throws IOException {
    return serving(socket -> {
      InputStream in = socket.getInputStream();
      byte[] buffer = new byte[8192];
      int count = in.read(buffer);
      received.add(count < 0 ? "" : new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
    });
  }

  private interface Behaviour {
    void with(Socket socket) throws Exception;
  }

  private int serving(Behaviour behaviour) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    opened.add(server);
    Thread accepting =
        Thread.ofVirtual()
            .start(() -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  Thread.ofVirtual()
                      .start(() -> {
                        try (socket) {
                          behaviour.with(socket);
                        } catch (Exception e) {
                          // the other side went
                        }
                      });
                } catch (IOException e) {
                  return;
                }
              }
            });
    assertThat(accepting.isVirtual()).isTrue();
    return server.getLocalPort();
  }

  private static ProbeTarget target(Kind kind, int port) {
    return new ProbeTarget(
        kind,
        List.of(S1),
        "be/s1",
        "127.0.0.1",
        port,
        false,
        Proxy.NONE,
        kind == Kind.TCP
            ? Optional.empty()
            : Optional.of(new Ask("GET", "/ready", "pay.example.com", Map.of())),
        List.of(new Statuses(200, 299)),
        List.of("payments"));
  }

  private Probed probe(ProbeTarget target) throws Exception {
    return probe(List.of(target)).getFirst();
  }

  private List<Probed> probe(List<ProbeTarget> targets) throws Exception {
    return probe(targets, PACE);
  }

  private List<Probed> probe(List<ProbeTarget> targets, Probes.Pace pace) throws Exception {
    try (Probes probes =
        new Probes("edge", pace, InstantSource.system(), System::nanoTime, results -> {})) {
      probes.plan(new ProbePlan(targets, List.of()));
      probes.start();
      RunningHaproxy.eventually("a round", () -> probes.latest().size() == targets.size());
      return probes.latest();
    }
  }

  private static String http(String status, String body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  @Test
  void aServerThatIsDownRefuses() throws Exception {
    Probed probed = probe(target(Kind.TCP, RunningHaproxy.freePort()));
    assertThat(probed.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(probed.why()).isEqualTo("nobody takes the connection");
  }

  @Test
  void aGoodServerIsSentAGetWithoutCredentialsAndWithoutABody() throws Exception {
    Probed probed =
        probe(target(Kind.CHECK, saying("HTTP/1.1 200 OK\r\nX-Some-Instance: pay-1\r\n\r\n")));
    assertThat(probed.outcome()).isEqualTo(Outcome.GOOD);
    assertThat(probed.status()).hasValue(200);
    assertThat(probed.instance()).contains("pay-1");
    assertThat(probed.latency()).isPositive();
    assertThat(received.peek())
        .isEqualTo(
            "GET /ready HTTP/1.1\r\nHost: pay.example.com\r\nUser-Agent: checkrail-probe\r\n"
                + "Accept: */*\r\nConnection: close\r\n\r\n");
  }

  @Test
  void aServerThatTakesConnectionsAndSpeaksNoHttpIsToldApart() throws Exception {
    int port = saying("220 mail.example.com ESMTP\r\n");
    List<Probed> probed = probe(List.of(target(Kind.TCP, port), target(Kind.CHECK, port)));
    assertThat(probed).extracting(Probed::outcome).containsExactly(Outcome.GOOD, Outcome.NO_HTTP);
    assertThat(probed.get(1).why()).contains("'220 mail.example.com ESMTP??'");
  }

  @Test
  void aServerThatClosesWithoutAWordIsBroken() throws Exception {
    assertThat(probe(target(Kind.CHECK, serving(socket -> {}))).outcome())
        .isEqualTo(Outcome.BROKEN);
  }

  @Test
  void aServerThatIsSilentOrDripsTimesOutAndHoldsUpNobody() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    opened.add(never::countDown);
    int silent = serving(socket -> never.await());
    int dripping =
        serving(socket -> {
          byte[] answer = "HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.ISO_8859_1);
          for (int i = 0; i < 1000; i++) {
            socket.getOutputStream().write(answer[Math.min(i, answer.length - 1)]);
            if (never.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
              return;
            }
          }
        });
    int good = saying(http("200 OK", ""));
    List<Probed> probed =
        probe(
            List.of(
                target(Kind.SAFE, silent), target(Kind.SAFE, dripping), target(Kind.SAFE, good)));
    assertThat(probed)
        .extracting(Probed::outcome)
        .containsExactly(Outcome.TIMEOUT, Outcome.TIMEOUT, Outcome.GOOD);
    assertThat(probed.getFirst().why()).isEqualTo("no answer within 400 ms");
    assertThat(probed.getFirst().latency()).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void aStatusThatIsNotGoodIsNamed() throws Exception {
    Probed probed = probe(target(Kind.CHECK, saying(http("503 Service Unavailable", ""))));
    assertThat(probed.outcome()).isEqualTo(Outcome.BAD_STATUS);
    assertThat(probed.why()).isEqualTo("it answers 503");
  }

  @Test
  void anInterimAnswerIsNotTheAnswer() throws Exception {
    Probed probed =
        probe(target(Kind.CHECK, saying(http("103 Early Hints", "") + http("200 OK", ""))));
    assertThat(probed.why()).isEqualTo("it answers 200");
  }

  @Test
  void whatAServerSaysItServesIsHeldAgainstTheInventory() throws Exception {
    assertThat(
            List.of(
                probe(target(Kind.CAPABILITIES, saying(http("200 OK", "{\"payments\":true}")))),
                probe(target(Kind.CAPABILITIES, saying(http("200 OK", "{\"payments\":false}")))),
                probe(target(Kind.CAPABILITIES, saying(http("200 OK", "{\"serves\":[\"web\"]}")))),
                probe(target(Kind.CAPABILITIES, saying(http("200 OK", "{\"version\":1}")))),
                probe(target(Kind.CAPABILITIES, saying(http("200 OK", "hello"))))))
        .extracting(Probed::outcome, Probed::why)
        .containsExactly(
            tuple(Outcome.GOOD, "it says that it serves payments"),
            tuple(
                Outcome.WRONG,
                "it says that it does not serve payments, and the inventory says that it does"),
            tuple(
                Outcome.WRONG,
                "it says that it does not serve payments, and the inventory says that it does"),
            tuple(Outcome.GOOD, "it says nothing of payments"),
            tuple(Outcome.WRONG, "what it answers is no JSON"));
  }

  @Test
  void anEndlessAnswerIsCutOff() throws Exception {
    int port =
        serving(socket -> {
          byte[] junk = "a".repeat(8192).getBytes(StandardCharsets.ISO_8859_1);
          socket
              .getOutputStream()
              .write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.ISO_8859_1));
          while (true) {
            socket.getOutputStream().write(junk);
          }
        });
    assertThat(probe(target(Kind.CHECK, port)).outcome()).isEqualTo(Outcome.NO_HTTP);
  }

  @Test
  void neverMoreAtOnceThanAllowed() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    opened.add(never::countDown);
    int port =
        serving(socket -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          var ended = never.await(100, java.util.concurrent.TimeUnit.MILLISECONDS);
          now.decrementAndGet();
        });
    List<ProbeTarget> many = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      many.add(target(Kind.CHECK, port));
    }
    assertThat(probe(many, PATIENT)).hasSize(24);
    assertThat(most.get()).isBetween(2, PACE.atOnce());
  }
}
