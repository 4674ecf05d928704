package dev.checkrail.scenarios.textbook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.scenarios.textbook.Monitoring.Seen;
import dev.checkrail.scenarios.textbook.Outcome.Alert;
import dev.checkrail.scenarios.textbook.Pager.Told;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class OutcomeTest {
  private static final Instant BEGUN = Instant.ofEpochSecond(1000);
  private static final Map<String, String> SERVER =
      Map.of("severity", "critical", "proxy", "be_reports", "server", "rep-1", "instance", "edge");
  private static final Map<String, String> SLO = Map.of("severity", "critical");

  @Test
  void anAlertIsPendingThenFiringThenTold() {
    Outcome outcome =
        outcome(
            List.of(seen("Down", SERVER, false, 5), seen("Down", SERVER, true, 65)),
            List.of(told("Down", SERVER, 95), told("Down", SERVER, 400)));

    assertThat(outcome.alerts())
        .containsExactly(
            new Alert(
                "Down",
                "critical",
                "be_reports/rep-1",
                "it is so",
                java.util.Optional.of(BEGUN.plusSeconds(5)),
                java.util.Optional.of(BEGUN.plusSeconds(65)),
                java.util.Optional.of(BEGUN.plusSeconds(95))));
  }

  @Test
  void whatCriedBeforeIsNoiseAndNotCountedForTheIncident() {
    Outcome outcome =
        outcome(
            List.of(seen("Down", SERVER, true, 0)),
            List.of(told("Down", SERVER, -50), told("Down", SERVER, 30)));

    assertThat(outcome.noise()).containsExactly("Down be_reports/rep-1");
    assertThat(outcome.alerts()).isEmpty();
  }

  @Test
  void whatOthersToldIsNotOurs() {
    Told fast = new Told(BEGUN.plusSeconds(3), "fast", true, SLO, "Burns", "it is so");

    assertThat(outcome(List.of(), List.of(fast)).firstTold()).isEmpty();
  }

  @Test
  void thePageThatNamesTheServerMayBeALaterOne() {
    Outcome outcome = outcome(List.of(), List.of(told("Down", SERVER, 95), told("Burns", SLO, 40)));

    assertThat(outcome.firstPage()).map(Alert::name).contains("Burns");
    assertThat(outcome.firstPageNaming("rep-1")).map(Alert::name).contains("Down");
    assertThat(outcome.firstPageNaming("rep")).isEmpty();
  }

  @Test
  void notificationsOfAlertmanagerAreRead() {
    String body =
        """
        {"version":"4","status":"firing","alerts":[
          {"status":"firing","labels":{"alertname":"Down","severity":"critical","server":"rep-1"},
           "annotations":{"summary":"it is down"}},
          {"status":"resolved","labels":{"alertname":"Other"},"annotations":{}}]}
        """;

    assertThat(Pager.read(BEGUN, "fast", JsonMapper.shared().readTree(body)))
        .containsExactly(
            new Told(
                BEGUN,
                "fast",
                true,
                Map.of("severity", "critical", "server", "rep-1"),
                "Down",
                "it is down"),
            new Told(BEGUN, "fast", false, Map.of(), "Other", ""));
  }

  private static Outcome outcome(List<Seen> seen, List<Told> told) {
    return Outcome.of(Settings.TEXTBOOK, seen, told, BEGUN);
  }

  private static Seen seen(String alert, Map<String, String> labels, boolean firing, long after) {
    return new Seen(alert, labels, firing, BEGUN.plusSeconds(after));
  }

  /** As Prometheus sends it: with the label that says which Prometheus. */
  private static Told told(String alert, Map<String, String> labels, long after) {
    Map<String, String> sent = new java.util.TreeMap<>(labels);
    sent.put("monitor", "textbook");
    return new Told(BEGUN.plusSeconds(after), "textbook", true, sent, alert, "it is so");
  }
}
