package dev.checkrail.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.Change;
import dev.checkrail.change.Traffic;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.report.Verdict;
import dev.checkrail.review.Weigh.Recorded;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.time.Instant;
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

  private static final Recorded NOTHING = new Recorded.Nothing("no traffic was recorded");

  private static Recorded seen(long requests, double share, double atMost, double unclear) {
    return new Recorded.Seen(
        new Traffic(
            requests,
            Instant.EPOCH,
            share,
            atMost,
            unclear,
            List.of(new Traffic.OfService("payments", requests / 2, 2 * share))));
  }

  private static Weigh.Found found(Difference difference, Recorded traffic) {
    return new Weigh.Found(
        verdict(Verdict.Kind.PASS), difference, traffic, SERVICES, true, Optional.empty());
  }

  private static Finding finding(RuleId rule, Severity severity) {
    return Finding.of(rule, Stage.PROVE, "frontend fe", Span.startOf("a.cfg"), "…")
        .withSeverity(severity);
  }

  @Test
  void aFourthServerMovesAQuarterOfItsRequests() {
    assertThat(THREE.apart(FOUR)).isEqualTo(0.25, Offset.offset(1e-9));
    assertThat(THREE.apart(THREE)).isZero();
    assertThat(THREE.apart(REPORTS)).isEqualTo(1, Offset.offset(1e-9));
    assertThat(THREE.apart(new Outcome.Responds(503, Optional.of("be_pay"), Optional.empty())))
        .isEqualTo(1, Offset.offset(1e-9));
  }

  @Test
  void aQuarterOfATenthOfTheTrafficIsLow() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, FOUR), seen(3_000, 0.025, 0.033, 0)));

    assertThat(weight.risk()).isEqualTo(Change.Risk.LOW);
    assertThat(weight.traffic().orElseThrow().share()).isEqualTo(0.025);
    assertThat(weight.services()).containsExactly("payments");
    assertThat(weight.because())
        .containsExactly(
            "2.5 % of the recorded requests move: payments 5.0 % (3,000 since"
                + " 1970-01-01T00:00:00Z, at most 3.3 %)");
  }

  @Test
  void whatMayBeMoreThanFivePercentIsNotLow() {
    assertThat(Weigh.weigh(found(moves(THREE, FOUR), seen(200, 0.025, 0.066, 0))).risk())
        .isEqualTo(Change.Risk.MEDIUM);
  }

  @Test
  void fortyPercentToTheReportsIsHigh() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, REPORTS), seen(3_000, 0.4, 0.42, 0)));

    assertThat(weight.risk()).isEqualTo(Change.Risk.HIGH);
    assertThat(weight.because())
        .containsExactly(
            "40.0 % of the recorded requests move: payments 80.0 % (3,000 since"
                + " 1970-01-01T00:00:00Z, at most 42.0 %)",
            "it touches payments, reports");
  }

  @Test
  void fewRecordsTellNothing() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, FOUR), seen(20, 0, 0.17, 0)));

    assertThat(weight.risk()).isEqualTo(Change.Risk.MEDIUM);
    assertThat(weight.because())
        .containsExactly(
            "requests move, and how many is not known: 20 requests were recorded since"
                + " 1970-01-01T00:00:00Z, and that is too few to tell");
  }

  @Test
  void whatTheLogDoesNotTellIsNotLow() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, FOUR), seen(3_000, 0, 0.001, 0.2)));

    assertThat(weight.risk()).isEqualTo(Change.Risk.MEDIUM);
    assertThat(weight.because())
        .contains("of 20.0 % of them the log does not tell whether they move");
  }

  @Test
  void withoutRecordedTrafficNobodySaysThatItIsLow() {
    Change.Weight weight = Weigh.weigh(found(moves(THREE, FOUR), NOTHING));

    assertThat(weight.risk()).isEqualTo(Change.Risk.MEDIUM);
    assertThat(weight.traffic()).isEmpty();
    assertThat(weight.because())
        .containsExactly("requests move, and how many is not known: no traffic was recorded");
  }

  @Test
  void whatMovesNoRequestIsLow() {
    assertThat(Weigh.weigh(found(new Difference(true, List.of(), List.of()), NOTHING)).risk())
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
        new Weigh.Found(verdict, difference, NOTHING, SERVICES, true, Optional.empty()));
  }

  @Test
  void withoutAWayBackItIsHigh() {
    Weigh.Found found = found(new Difference(true, List.of(), List.of()), NOTHING);
    assertThat(
            Weigh.weigh(
                new Weigh.Found(
                    found.verdict(),
                    found.difference(),
                    found.traffic(),
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
