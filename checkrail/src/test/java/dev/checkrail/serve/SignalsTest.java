package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.policy.Policy.Signal;
import dev.checkrail.source.Span;
import dev.checkrail.watch.detect.Moment.Dependency;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What dependencies say of themselves. */
class SignalsTest {
  private static final String PAGE =
      """
      # HELP pool_waiting Who waits
      # TYPE pool_waiting gauge
      pool_waiting{pool="pay",host="a"} 3
      pool_waiting{pool="pay",host="b"} 4.5 1700000000000
      pool_waiting{pool="web \\"x\\"",host="b"} 100
      pool_waiting_total 7
      up 1
      broken{ 3
      odd NaN
      """;

  private static OptionalDouble value(String query) {
    return MetricQuery.read(query).orElseThrow().in(PAGE);
  }

  @Test
  void theSumOfTheLinesThatHaveTheLabelsCounts() {
    assertThat(value("pool_waiting")).hasValue(107.5);
    assertThat(value("pool_waiting{pool=\"pay\"}")).hasValue(7.5);
    assertThat(value(" pool_waiting { host=\"b\" , pool=\"pay\", } ")).hasValue(4.5);
    assertThat(value("pool_waiting{pool=\"web \\\"x\\\"\"}")).hasValue(100);
    assertThat(value("pool_waiting_total")).hasValue(7);
    assertThat(value("up")).hasValue(1);
  }

  @Test
  void whatIsNotThereOrNoNumberHasNoValue() {
    assertThat(value("pool")).isEmpty();
    assertThat(value("pool_waiting{pool=\"none\"}")).isEmpty();
    assertThat(value("broken")).isEmpty();
    assertThat(value("odd")).isEmpty();
  }

  @Test
  void whatIsNoMetricIsNoQuery() {
    assertThat(MetricQuery.read("rate(x[5m])")).isEmpty();
    assertThat(MetricQuery.read("x{a=b}")).isEmpty();
    assertThat(MetricQuery.read("x{a=\"b\"} > 3")).isEmpty();
    assertThat(MetricQuery.read("")).isEmpty();
  }

  private static Dependency asked(Signals signals) throws Exception {
    AtomicReference<Dependency> last = new AtomicReference<>();
    RunningHaproxy.eventually(
        "an answer",
        () -> {
          signals.ask();
          last.set(signals.latest().get("database"));
          return !last.get().why().equals("it was not asked yet");
        });
    return last.get();
  }

  private static Signal signal(String url, String query) {
    return new Signal("database", url, query, 5, Span.startOf("checkrail.yaml"));
  }

  @Test
  void whatAnswersIsObservedAndWhatDoesNotSaysWhy() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    server.createContext(
        "/metrics",
        exchange -> {
          byte[] body = PAGE.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.createContext(
        "/large",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] some = new byte[1 << 16];
          try (exchange) {
            for (int i = 0; i < 40; i++) {
              exchange.getResponseBody().write(some);
            }
          }
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try {
      try (Signals signals =
          new Signals(
              List.of(signal(url + "/metrics", "pool_waiting{pool=\"pay\"}")), System::nanoTime)) {
        Dependency database = asked(signals);
        assertThat(database.value()).hasValue(7.5);
        assertThat(database.inTrouble()).isTrue();
      }
      assertThat(why(url + "/metrics", "none")).isEqualTo("there is no metric none");
      assertThat(why(url + "/nothing", "up")).isEqualTo("it answers with status 404");
      assertThat(why(url + "/metrics", "rate(x)")).startsWith("its query is no metric");
      assertThat(why(url + "/large", "up")).isNotEmpty();
      assertThat(why("http://127.0.0.1:" + RunningHaproxy.freePort() + "/", "up"))
          .isEqualTo("nobody answers there");
    } finally {
      server.stop(0);
    }
  }

  private static String why(String url, String query) throws Exception {
    try (Signals signals = new Signals(List.of(signal(url, query)), System::nanoTime)) {
      Dependency database = asked(signals);
      assertThat(database.value()).isEmpty();
      return database.why();
    }
  }
}
