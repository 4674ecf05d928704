package dev.checkrail.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server of a few lines that answers as a gateway would. */
class ClosedLoopTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;

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

  private void answerWith(int status) {
    server.createContext(
        "/v1/payments",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Idempotency-Key")));
          clients.add(exchange.getRemoteAddress());
          requests.incrementAndGet();
          exchange.sendResponseHeaders(status, 2);
          exchange.getResponseBody().write(new byte[] {'{', '}'});
          exchange.close();
        });
  }

  private ClosedLoop.Report run(int atOnce) throws InterruptedException {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    Crowd crowd = new Crowd(1, 1.5, 1, "closed", 0, 0);
    return ClosedLoop.run(new ClosedLoop.Settings(url, "sk_test_x", crowd, atOnce, 0.1));
  }

  @Test
  void everyPurchaseHasItsOwnKeyAndConnectionsAreKept() throws InterruptedException {
    answerWith(201);

    ClosedLoop.Report report = run(3);

    assertThat(report.allPaid()).isTrue();
    assertThat(report.paidPerSecond()).isPositive();
    assertThat(report.paidMillis()).containsKeys("p50", "p99");
    assertThat(keys).hasSize(requests.get());
    assertThat(clients).hasSize(3);
  }

  @Test
  void theWarmUpDoesNotCount() throws InterruptedException {
    answerWith(201);

    ClosedLoop.Report report = run(1);

    assertThat(report.statuses().get(201)).isLessThan(requests.get());
  }

  @Test
  void aRefusalIsAnAnswerAndIsNotRepeated() throws InterruptedException {
    answerWith(503);

    ClosedLoop.Report report = run(1);

    assertThat(report.statuses()).containsOnlyKeys(503);
    assertThat(report.paidMillis()).isEmpty();
    assertThat(keys).hasSize(requests.get());
  }

  @Test
  void whereNobodyListensIsNoAnswer() throws InterruptedException {
    answerWith(201);
    server.stop(0);

    assertThat(run(1).statuses()).containsOnlyKeys(0);
  }
}
