package dev.checkrail.gateway.load;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A closed loop: so many purchases at a time, the next one when the one before is answered, over
 * connections that are kept. It finds how much a gateway can do. It does not tell what users meet,
 * for it sends less when the gateway is slow; that is what {@link Load} is for. Nothing is retried:
 * an exchange that fails counts as status 0.
 */
public final class ClosedLoop {
  private static final int PAID = 201;
  private static final long REST = 50_000_000; // after a connection that failed, in nanoseconds

  private final Settings settings;
  private final Supplier<User> users;
  private final Histogram paid = new ConcurrentHistogram(3_600_000_000L, 3);
  private final Histogram all = new ConcurrentHistogram(3_600_000_000L, 3);
  private final Map<Integer, Long> statuses = new TreeMap<>(); // guarded by this

  /**
   * A closed loop.
   *
   * @param crowd whose seconds, seed, name and awkward cards count
   * @param atOnce purchases at a time
   * @param warmUp seconds before those that count
   */
  public record Settings(URI url, String apiKey, Crowd crowd, int atOnce, double warmUp) {
    public Settings {
      if (atOnce < 1 || atOnce > 4000) {
        throw new IllegalArgumentException("concurrency: 1 to 4000");
      }
      if (!(warmUp >= 0 && warmUp <= 3600)) {
        throw new IllegalArgumentException("warm-up: 0 to 3600 seconds");
      }
    }

    @Override
    public String toString() {
      return "Settings[" + url + "]"; // without the API key
    }
  }

  private ClosedLoop(Settings settings) {
    this.settings = settings;
    this.users = settings.crowd().queue();
  }

  /** Runs it for the warm-up and the crowd's seconds. */
  public static Report run(Settings settings) throws InterruptedException {
    return new ClosedLoop(settings).run();
  }

  /**
   * What was answered within the seconds that count.
   *
   * @param statuses how often each HTTP status came; 0 is no answer
   * @param paidMillis percentiles of those who paid, from sending to the whole answer
   */
  public record Report(
      Map<Integer, Long> statuses,
      double seconds,
      Map<String, Double> paidMillis,
      Map<String, Double> allMillis) {
    public Report {
      statuses = Map.copyOf(statuses);
      paidMillis = new LinkedHashMap<>(paidMillis);
      allMillis = new LinkedHashMap<>(allMillis);
    }

    /** Payments that were acknowledged, each second. */
    public double paidPerSecond() {
      return statuses.getOrDefault(PAID, 0L) / seconds;
    }

    /** Whether every answer was one of these. */
    public boolean allPaid() {
      return statuses.keySet().equals(Set.of(PAID));
    }

    /** For people. */
    public String text() {
      StringBuilder text =
          new StringBuilder("%.1f payments/s in %.1f s%n".formatted(paidPerSecond(), seconds));
      new TreeMap<>(statuses)
          .forEach((status, count) ->
              text.append("  %-4s %d%n".formatted(status == 0 ? "none" : status, count)));
      text.append("milliseconds\n  paid");
      paidMillis.forEach((p, millis) -> text.append("  %s %.1f".formatted(p, millis)));
      text.append("\n  all ");
      allMillis.forEach((p, millis) -> text.append("  %s %.1f".formatted(p, millis)));
      return text.append('\n').toString();
    }

    /** For programs. */
    public String json() {
      JsonMapper mapper = new JsonMapper();
      ObjectNode node = mapper.createObjectNode();
      node.put("paid_per_second", paidPerSecond());
      node.put("seconds", seconds);
      ObjectNode answers = node.putObject("statuses");
      new TreeMap<>(statuses)
          .forEach((status, count) -> answers.put(Integer.toString(status), count));
      ObjectNode paid = node.putObject("paid_millis");
      paidMillis.forEach(paid::put);
      ObjectNode every = node.putObject("all_millis");
      allMillis.forEach(every::put);
      return mapper.writeValueAsString(node);
    }
  }

  private Report run() throws InterruptedException {
    long from = System.nanoTime() + (long) (settings.warmUp() * 1e9);
    long until = from + (long) (settings.crowd().seconds() * 1e9);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < settings.atOnce(); i++) {
        threads.execute(() -> buy(from, until));
      }
    }
    synchronized (this) {
      return new Report(
          statuses,
          settings.crowd().seconds(),
          LoadReport.percentiles(paid),
          LoadReport.percentiles(all));
    }
  }

  /** One place in the loop: one connection as long as it holds. */
  private void buy(long from, long until) {
    while (System.nanoTime() < until) {
      try (Socket socket = new Socket()) {
        connect(socket);
        boolean kept = true;
        while (kept && System.nanoTime() < until) {
          kept = buy(socket, from, until);
        }
      } catch (IOException e) {
        count(0, System.nanoTime(), from, until);
        LockSupport.parkNanos(REST);
      }
    }
  }

  private void connect(Socket socket) throws IOException {
    URI url = settings.url();
    socket.setTcpNoDelay(true);
    socket.connect(
        new InetSocketAddress(url.getHost(), url.getPort() < 0 ? 80 : url.getPort()),
        (int) Shop.PATIENCE.toMillis());
  }

  private boolean buy(Socket socket, long from, long until) throws IOException {
    byte[] request = request(Load.purchase(users.get()));
    long begun = System.nanoTime();
    socket.getOutputStream().write(request);
    Exchange.Answer answer =
        Exchange.read(
            new BufferedInputStream(new Exchange.Timed(socket, begun + Shop.PATIENCE.toNanos())));
    count(answer.status(), begun, from, until);
    return !answer
        .headers()
        .getOrDefault("connection", "")
        .toLowerCase(Locale.ROOT)
        .contains("close");
  }

  /** What was answered within the seconds that count, whenever it was sent. */
  private void count(int status, long begun, long from, long until) {
    long now = System.nanoTime();
    if (now < from || now >= until) {
      return;
    }
    long micros = Math.clamp((now - begun) / 1000, 0, 3_600_000_000L);
    all.recordValue(micros);
    if (status == PAID) {
      paid.recordValue(micros);
    }
    synchronized (this) {
      statuses.merge(status, 1L, Long::sum);
    }
  }

  private byte[] request(Shop.Wanted wanted) {
    byte[] body = wanted.body().getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + wanted.path()
            + " HTTP/1.1\r\nHost: "
            + settings.url().getAuthority()
            + "\r\nAuthorization: Bearer "
            + settings.apiKey()
            + "\r\nAccept: application/json\r\nContent-Type: application/json\r\nIdempotency-Key: "
            + wanted.key()
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    ByteArrayOutputStream request = new ByteArrayOutputStream(head.length() + body.length);
    request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(body);
    return request.toByteArray();
  }
}
