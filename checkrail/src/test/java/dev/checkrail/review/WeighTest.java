package dev.checkrail.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.Change;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** How much can go wrong, by example. */
class WeighTest {
  private static final Outcome THREE = pool("be_pay", "a:1", "a:2", "a:3");
  private static final Outcome FOUR = pool("be_pay", "a:1", "a:2", "a:3", "a:4");
  private static final Outcome REPORTS = pool("be_reports", "a:9");
  private static final Map<String, List<String>> SERVICES =
      Map.of(
          "a:1", List.of("payments"),
          "a:2", List.of("payments"),
          "a:3", List.of("payments"),
          "a:4", List.of("payments"),
          "a:9", List.of("reports"));

  private static Outcome pool(String name, String... addresses) {
    List<Outcome.Share> servers = new ArrayList<>();
    for (String address : addresses) {
      servers.add(new Outcome.Share(address, address, 1.0 / addresses.length));
    }
    return new Outcome.Reaches(name, servers, false, Optional.empty(), Map.of());
  }

  private static Difference moves(Outcome from, Outcome to) {
    return new Difference(
        false,
        List.of(
            new Difference.Region(
                "*:80", "all", from, to, Request.of("GET", "http://pay.example.com/"), true)),
        List.of());
  }

  private static Verdict verdict(Verdict.Kind kind, Finding... findings) {
    return new Verdict(kind, List.of(findings), List.of(), List.of());
  }

  private static Weigh.Found found(Difference difference, Optional<List<Weigh.Moving>> moving) {
    return new Weigh.Found(
        verdict(Verdict.Kind.PASS), difference, moving, SERVICES, true, Optional.empty());
  }

  private static Finding finding(RuleId rule, Severity severity) {
    return Finding.of(rule, Stage.PROVE, "frontend fe", Span.startOf("a.cfg"), "…")
        .withSeverity(severity);
  }

  @Test
  void aFourthServerMovesAQuarterOfItsRequests() {
    assertThat(Weigh.distance(THREE, FOUR)).isEqualTo(0.25, Offset.offset(1e-9));
    assertThat(Weigh.distance(THREE, THREE)).isZero();
    assertThat(Weigh.distance(THREE, REPORTS)).isEqualTo(1, Offset.offset(1e-9));
    assertThat(
            Weigh.distance(
                THREE, new Outcome.Responds(503, Optional.of("be_pay"), Optional.empty())))
        .isEqualTo(1, Offset.offset(1e-9));
  }

  @Test
  void aQuarterOfATenthOfTheTrafficIsLow() {
    Change.Weight weight =
        Weigh.weigh(
            found(moves(THREE, FOUR), Optional.of(List.of(new Weigh.Moving(THREE, FOUR, 0.1)))));

    assertThat(weight.risk()).isEqualTo(Change.Risk.LOW);
    assertThat(weight.traffic().orElseThrow()).isEqualTo(0.025, Offset.offset(1e-9));
    assertThat(weight.services()).containsExactly("payments");
    assertThat(weight.because()).containsExactly("2.5 % of the recorded requests move");
  }

  @Test
  void fortyPercentToTheReportsIsHigh() {
    Change.Weight weight =
        Weigh.weigh(
            found(
                moves(THREE, REPORTS),
                Optional.of(List.of(new Weigh.Moving(THREE, REPORTS, 0.4)))));

    assertThat(weight.risk()).isEqualTo(Change.Risk.HIGH);
    assertThat(weight.because())
        .containsExactly("40.0 % of the recorded requests move", "it touches payments, reports");
  }

  @Test
  void withoutRecordedTrafficNobodySaysThatItIsLow() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, FOUR), Optional.empty()));

    assertThat(weight.risk()).isEqualTo(Change.Risk.MEDIUM);
    assertThat(weight.traffic()).isEmpty();
    assertThat(weight.because())
        .containsExactly("requests move, and how many is not known: no traffic was recorded");
  }

  @Test
  void whatMovesNoRequestIsLow() {
    assertThat(
            Weigh.weigh(found(new Difference(true, List.of(), List.of()), Optional.empty())).risk())
        .isEqualTo(Change.Risk.LOW);
  }

  @Test
  void theWorstFindingCounts() {
    Difference none = new Difference(true, List.of(), List.of());
    Finding warning = finding(RuleId.POOL_SINGLE_ACTIVE, Severity.WARNING);
    Finding error = finding(RuleId.CONTRACT_INCAPABLE_SERVER, Severity.ERROR);
    assertThat(weigh(none, verdict(Verdict.Kind.PASS, warning)).risk())
        .isEqualTo(Change.Risk.MEDIUM);
    assertThat(weigh(none, verdict(Verdict.Kind.PASS, warning.asLive())).risk())
        .as("what is live already is no news")
        .isEqualTo(Change.Risk.LOW);
    assertThat(weigh(none, verdict(Verdict.Kind.BLOCKED, error)))
        .returns(Change.Risk.HIGH, Change.Weight::risk)
        .returns(
            List.of("no request moves", "blocked: contract/incapable-server"),
            Change.Weight::because);
    assertThat(weigh(none, verdict(Verdict.Kind.UNDECIDED)).risk()).isEqualTo(Change.Risk.HIGH);
  }

  private static Change.Weight weigh(Difference difference, Verdict verdict) {
    return Weigh.weigh(
        new Weigh.Found(verdict, difference, Optional.empty(), SERVICES, true, Optional.empty()));
  }

  @Test
  void withoutAWayBackItIsHigh() {
    Weigh.Found found = found(new Difference(true, List.of(), List.of()), Optional.empty());
    assertThat(
            Weigh.weigh(
                new Weigh.Found(
                    found.verdict(),
                    found.difference(),
                    found.moving(),
                    SERVICES,
                    false,
                    Optional.of("its certificate is gone"))))
        .returns(Change.Risk.HIGH, Change.Weight::risk)
        .returns(
            List.of(
                "no request moves",
                "the real binary did not run it",
                "the way back is not sure: its certificate is gone"),
            Change.Weight::because);
  }
}
