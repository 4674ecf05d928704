package dev.checkrail.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server of a few lines that answers as a gateway would. */
class LoadTest {
  private static final String PAID = "{\"id\": \"pay_1\", \"status\": \"captured\"}";

  @TempDir Path folder;
  private HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Integer> timesByKey = new ConcurrentHashMap<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private interface Gateway {
    /**
     * @param time 1 for the first request with a key
     */
    void answer(HttpExchange exchange, int time) throws IOException;
  }

  private void payments(Gateway gateway) {
    server.createContext(
        "/v1/payments",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            gateway.answer(exchange, timesByKey.merge(String.valueOf(key), 1, Integer::sum));
          }
        });
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private LoadReport load(double rate, double seconds, Duration settle) throws Exception {
    return Load.run(
        new Load.Settings(
            List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort())),
            Optional.of("pay.example.com"),
            "sk_test_x",
            new Crowd(rate, seconds, 1, "run", 0, 0),
            Optional.of(folder.resolve("client.jsonl")),
            settle),
        new PrintWriter(new StringWriter()));
  }

  @Test
  void everybodyPays() throws Exception {
    payments((exchange, time) -> send(exchange, 201, PAID));
    LoadReport report = load(100, 0.5, Duration.ZERO);

    assertThat(report.users()).isEqualTo(timesByKey.size()).isPositive();
    assertThat(report.of(Outcome.PAID)).isEqualTo(report.users());
    assertThat(report.allServed()).isTrue();
    assertThat(report.paidMillis()).containsKeys("p50", "p99", "max");
  }

  @Test
  void whoIsTurnedAwayTriesOnceMoreWithTheSameKey() throws Exception {
    payments((exchange, time) -> {
      boolean again = time > 1;
      send(exchange, again ? 201 : 503, again ? PAID : "{\"code\": \"draining\"}");
    });
    LoadReport report = load(20, 0.5, Duration.ZERO);

    assertThat(report.of(Outcome.PAID)).isEqualTo(report.users());
    assertThat(timesByKey.values()).containsOnly(2);
  }

  @Test
  void whoIsTurnedAwayTwiceHasFailed() throws Exception {
    payments((exchange, time) -> send(exchange, 503, "{\"code\": \"overloaded\"}"));
    LoadReport report = load(20, 0.5, Duration.ZERO);

    assertThat(report.of(Outcome.TOLD_FAILED)).isEqualTo(report.users());
    assertThat(report.text()).contains("not looked up");
    assertThat(timesByKey.values()).containsOnly(2);
  }

  @Test
  void aDeclineIsFinal() throws Exception {
    payments((exchange, time) -> send(exchange, 402, "{\"code\": \"declined\"}"));
    LoadReport report = load(20, 0.5, Duration.ZERO);

    assertThat(report.of(Outcome.DECLINED)).isEqualTo(report.users());
    assertThat(timesByKey.values()).containsOnly(1);
  }

  @Test
  void whatIsNotFinalIsAskedAgain() throws Exception {
    payments((exchange, time) ->
        send(
            exchange,
            time == 1 ? 202 : 201,
            time == 1 ? "{\"id\": \"pay_1\", \"status\": \"processing\"}" : PAID));
    LoadReport report = load(10, 0.5, Duration.ZERO);

    assertThat(report.of(Outcome.PAID)).isEqualTo(report.users());
    assertThat(ClientLog.read(folder.resolve("client.jsonl")))
        .allSatisfy(step -> assertThat(step.attempts()).hasSize(2));
  }

  @Test
  void halfAnAnswerIsNone() throws Exception {
    payments((exchange, time) -> {
      exchange.sendResponseHeaders(201, PAID.length());
      exchange.getResponseBody().write(PAID.getBytes(StandardCharsets.UTF_8), 0, 10);
      exchange.getResponseBody().flush();
    });
    LoadReport report = load(10, 0.5, Duration.ZERO);

    assertThat(report.of(Outcome.TOLD_FAILED)).isEqualTo(report.users());
    assertThat(ClientLog.read(folder.resolve("client.jsonl")))
        .extracting(Step::told)
        .containsOnly(Step.Told.NOTHING);
  }

  @Test
  void whoWasToldFailedIsLookedUpAfterwards() throws Exception {
    payments((exchange, time) -> {
      if (exchange.getRequestMethod().equals("GET")) {
        send(
            exchange,
            200,
            """
            {"data": [
              {"id": "pay_2", "status": "captured", "metadata": {"load_key": "run-2"}},
              {"id": "pay_1", "status": "failed", "metadata": {"load_key": "run-1"}}],
             "has_more": false}
            """);
      } else {
        send(exchange, 502, "{\"code\": \"acquirer_no_answer\"}");
      }
    });
    LoadReport report = load(20, 0.5, Duration.ofSeconds(2));

    assertThat(report.of(Outcome.TOLD_FAILED_BUT_CHARGED)).isEqualTo(1);
    assertThat(report.of(Outcome.TOLD_FAILED)).isEqualTo(report.users() - 1);
  }

  @Test
  void usersComeThoughThoseBeforeThemWait() throws Exception {
    java.util.concurrent.CountDownLatch ten = new java.util.concurrent.CountDownLatch(10);
    payments((exchange, time) -> {
      ten.countDown();
      try {
        ten.await(); // nobody is answered before the tenth has come
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      send(exchange, 201, PAID);
    });
    LoadReport report = load(40, 0.5, Duration.ZERO);

    assertThat(report.users()).isGreaterThanOrEqualTo(10);
    assertThat(report.of(Outcome.PAID)).isEqualTo(report.users());
    assertThat(report.paidMillis().get("max")).isGreaterThan(30.0);
  }

  @Test
  void theClientLogHasNoCardAndReadsBack() throws Exception {
    payments((exchange, time) -> send(exchange, 201, PAID));
    load(20, 0.5, Duration.ZERO);

    Path log = folder.resolve("client.jsonl");
    assertThat(Files.readString(log)).doesNotContain("4242", "5555555555554444", "sk_test");
    assertThat(ClientLog.read(log).getFirst().host()).isEqualTo("pay.example.com");
    assertThat(ClientLog.read(log)).hasSize(timesByKey.size());
  }

  @Test
  void patienceCoversAnAnswerThatTrickles() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      threads.execute(() -> {
        try (Socket socket = listener.accept()) {
          socket.setTcpNoDelay(true);
          socket.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.UTF_8));
          while (true) {
            socket.getOutputStream().write("X: y\r\n".getBytes(StandardCharsets.UTF_8));
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
          }
        } catch (IOException e) {
          // The client has gone.
        }
      });
      long begun = System.nanoTime();
      assertThatThrownBy(() ->
              Exchange.send(
                  new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()),
                  "GET / HTTP/1.1\r\nHost: x\r\n",
                  Optional.empty(),
                  begun + 300_000_000L))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void chunksArePutTogether() throws Exception {
    server.createContext(
        "/chunks",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0); // chunked
            exchange.getResponseBody().write("one, ".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            exchange.getResponseBody().write("two".getBytes(StandardCharsets.UTF_8));
          }
        });

    assertThat(
            Exchange.send(
                    server.getAddress(),
                    "GET /chunks HTTP/1.1\r\nHost: x\r\n",
                    Optional.empty(),
                    System.nanoTime() + 5_000_000_000L)
                .body())
        .isEqualTo("one, two");
  }
}
