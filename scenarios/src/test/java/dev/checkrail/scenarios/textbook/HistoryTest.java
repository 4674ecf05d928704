package dev.checkrail.scenarios.textbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {
  @Test
  void ratesAreMeasuredBetweenTwoPagesOfTheExporter() {
    History history =
        History.measured(
            """
            # TYPE haproxy_frontend_http_responses_total counter
            haproxy_frontend_http_responses_total{proxy="fe_public",code="2xx"} 100
            haproxy_frontend_http_responses_total{proxy="fe_public",code="5xx"} 0
            haproxy_frontend_http_responses_total{proxy="fe_metrics",code="2xx"} 7
            """,
            """
            haproxy_frontend_http_responses_total{proxy="fe_public",code="2xx"} 800
            haproxy_frontend_http_responses_total{proxy="fe_public",code="5xx"} 0
            haproxy_frontend_http_responses_total{proxy="fe_metrics",code="2xx"} 8
            """,
            Duration.ofSeconds(10));

    assertThat(history).isEqualTo(new History(Map.of("2xx", 70.0, "5xx", 0.0)));
  }

  @Test
  void isThreeDaysThatEndNow() {
    String text = new History(Map.of("2xx", 2.0)).text(Instant.ofEpochSecond(1_000_000));

    assertThat(text.lines())
        .hasSize(3 * 24 * 60 + 1 + 2)
        .contains(
            "haproxy_frontend_http_responses_total{proxy=\"fe_public\",instance=\"edge\",job=\"haproxy\",code=\"2xx\"}"
                + " 518400 1000000")
        .last()
        .isEqualTo("# EOF");
  }
}
