package dev.checkrail.watch.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Incident.State;
import dev.checkrail.watch.incident.Incident.What;
import dev.checkrail.watch.incident.Postmortem;
import dev.checkrail.watch.incident.Prevention;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An outage of the simulated fleet, from the first harm to the postmortem. */
class RecordedTest {
  private final Fleet fleet = new Fleet(21, 60);
  private final Feed feed = new Feed(fleet);
  private Diagnose diagnose = new Diagnose(feed.moved());
  private Chronicle chronicle = new Chronicle();
  private final List<Incident> recorded = new ArrayList<>();
  private int second;

  private void until(int end, Happening... happenings) {
    List<Happening> told = List.of(happenings);
    while (second < end) {
      fleet.until(++second);
      Moment moment = feed.next();
      chronicle
          .next(moment, diagnose.next(moment), told, OptionalLong.of(0))
          .ifPresent(recorded::add);
      told = List.of();
    }
  }

  private void fault(String name, int when) {
    Faults.all().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow()
        .how()
        .at(fleet, feed, when);
  }

  private Incident last() {
    return recorded.getLast();
  }

  private static Instant at(int second) {
    return Instant.ofEpochSecond(Feed.EPOCH + second);
  }

  private void outage() {
    Fleet.Config good = fleet.approved.copy();
    Faults.all().getFirst().how().at(fleet, feed, 45);
    until(53);
    until(55, new Happening(at(53), What.ESCALATED, "team-devops", "paged with the evidence"));
    feed.rollback(good);
  }

  @Test
  void outageOpensARecordByItselfAndEndsItTenMinutesAfterTheLastHarm() {
    outage();
    until(600);
    assertThat(last().state()).isEqualTo(State.OPEN);

    until(760);

    assertThat(last().state()).isEqualTo(State.RESOLVED);
    assertThat(last().began()).isBetween(at(44), at(48));
    assertThat(last().lastHarm().orElseThrow()).isBefore(at(80));
    assertThat(last().impact().failed()).isPositive();
    assertThat(last().impact().misrouted()).isPositive();
    assertThat(last().timeline())
        .extracting(Incident.Entry::what)
        .contains(
            What.HARM_BEGAN,
            What.CAUSE,
            What.RULED_OUT,
            What.ESCALATED,
            What.WAY_BACK,
            What.VERIFIED,
            What.HARM_ENDED,
            What.RESOLVED);
    assertThat(last().timeline())
        .extracting(Incident.Entry::at)
        .isSortedAccordingTo(Instant::compareTo);
  }

  /** One client is refused, and that is for a ticket, when the load balancer is changed. */
  @Test
  void incidentIsOfWhatBeganWithItAndNotOfTheTicketBefore() {
    fault("one merchant loops", 30);
    fault("route of 40 % by hand", 60);
    until(80);

    assertThat(last().answer().orElseThrow().first().cause()).isEqualTo(Cause.LB_CHANGE);
    assertThat(last().began()).isBetween(at(59), at(66));
    assertThat(last().timeline())
        .filteredOn(entry -> entry.what() == What.CAUSE)
        .singleElement()
        .satisfies(entry -> assertThat(entry.text()).contains("lb-change"));
  }

  @Test
  void wayBackThatACrashInterruptedAndTheStartEndedIsVerified() {
    Fleet.Config good = fleet.approved.copy();
    Faults.all().getFirst().how().at(fleet, feed, 45);
    until(55);
    feed.rollback(good, "recover.serves lb edge: an interrupted rollback was ended");
    until(60);

    assertThat(last().timeline())
        .extracting(Incident.Entry::what)
        .contains(What.WAY_BACK, What.VERIFIED);
  }

  @Test
  void personMayCloseItEarlierAndTheRecordSaysSo() {
    outage();
    until(90);
    until(92, new Happening(at(90), What.CLOSED, "ada", "seen enough"));

    assertThat(recorded)
        .filteredOn(i -> i.state() == State.CLOSED)
        .singleElement()
        .satisfies(i ->
            assertThat(i.timeline())
                .anySatisfy(e -> {
                  assertThat(e.what()).isEqualTo(What.CLOSED);
                  assertThat(e.who()).isEqualTo("ada");
                }));
  }

  /** Who closes it while users fail has decided: the same harm is no second incident. */
  @Test
  void harmThatGoesOnAfterItWasClosedOpensNoSecondOne() {
    Faults.all().getFirst().how().at(fleet, feed, 45);
    until(60);
    until(62, new Happening(at(60), What.CLOSED, "ada", "we know"));
    until(90);

    assertThat(recorded).extracting(Incident::id).containsOnly(last().id());
    assertThat(last().state()).isEqualTo(State.CLOSED);
  }

  /** The process is killed and begins anew, with detectors that have forgotten all. */
  @Test
  void afterACrashItIsTheSameIncidentWithTheSameAnswer() {
    Faults.all().getFirst().how().at(fleet, feed, 45);
    until(60);
    Incident before = last();
    chronicle = Chronicle.resume(chronicle.memory().orElseThrow());
    diagnose = new Diagnose(feed.moved());
    until(110);

    assertThat(recorded).extracting(Incident::id).containsOnly(before.id());
    assertThat(before.answer()).isPresent();
    assertThat(last().answer()).isEqualTo(before.answer());
    assertThat(last().state()).isEqualTo(State.OPEN);
    assertThat(last().timeline()).filteredOn(entry -> entry.what() == What.CAUSE).hasSize(1);
    assertThat(last().timeline())
        .filteredOn(entry -> entry.at().isBefore(at(110)))
        .extracting(Incident.Entry::what)
        .doesNotContain(What.HARM_ENDED, What.RESOLVED);
    assertThat(last().impact().failed()).isGreaterThan(before.impact().failed());
  }

  /** It was killed when it had ordered the way back, and began again in the middle of the harm. */
  @Test
  void harmThatGoesOnAfterACrashIsNotLearnedForWhatIsUsual() {
    fault("database down", 45);
    until(60);
    chronicle = Chronicle.resume(chronicle.memory().orElseThrow());
    diagnose = new Diagnose(feed.moved());
    feed.tell("rollback.stopped lb edge: Checkrail ended before it was done");
    until(260);

    assertThat(last().state()).isEqualTo(State.OPEN);
    assertThat(last().timeline())
        .extracting(Incident.Entry::what)
        .doesNotContain(What.VERIFIED, What.HARM_ENDED);
  }

  @Test
  void nothingIsRecordedOfGoodDays() {
    until(120);

    assertThat(recorded).isEmpty();
  }

  @Test
  void postmortemHasTheSectionsAndOnlyWhatWasRecorded() {
    outage();
    until(90);
    Ranked cause = last().answer().orElseThrow().first();
    Prevention prevention =
        Prevention.of(
            cause, feed.moved().by(cause.act().orElseThrow()).orElseThrow(), Set.of("payments"));

    String text =
        Postmortem.markdown(last(), ZoneId.of("America/Los_Angeles"), Optional.of(prevention));

    assertThat(text)
        .startsWith("### Postmortem: edge")
        .containsSubsequence(
            "**Issue Summary:**",
            "- **Duration:**",
            "- **Impact:**",
            "- **Root Cause:** lb-change",
            "**Timeline:**",
            "**Root Cause and Resolution:**",
            "- **Cause:**",
            "- **Fix:**",
            "**Corrective and Preventative Measures:**",
            "- **Improvements Needed:**",
            "- **Specific Tasks:**")
        .contains("nobody approved it", "team-devops", "(PST)")
        .contains(
            """
            invariants:
              - name: "payments reach be_pay only"
                requests: "payments"
                must: { reach: ["be_pay"], always: true }
            """);
  }

  @Test
  void eachServiceIsHeldToWhereItWas() {
    Ranked change =
        new Ranked(
            Cause.LB_CHANGE,
            "",
            5,
            0.99,
            Ranked.Standing.STANDS,
            1,
            Optional.empty(),
            List.of(),
            "it moved them");
    Scope scope =
        new Scope(
            List.of(
                new Scope.Part(Scope.Touch.ROUTE, "", "be_reports", "", "be_shop", "be_reports"),
                new Scope.Part(Scope.Touch.ROUTE, "", "be_reports", "", "be_pay", "be_reports")),
            true);

    Prevention prevention =
        Prevention.of(change, scope, Map.of("payments", Set.of("be_pay"), "images", Set.of("?")));

    assertThat(prevention.patch())
        .contains("payments reach be_pay only")
        .doesNotContain("be_shop", "images");
  }

  @Test
  void causeBesideTheLoadBalancerHasNoRuleAgainstIt() {
    Ranked database =
        new Ranked(
            Cause.DATABASE,
            "",
            5,
            0.99,
            Ranked.Standing.STANDS,
            1,
            Optional.empty(),
            List.of(),
            "it waits");

    Prevention none = Prevention.of(database, Scope.NOTHING, Set.of("payments"));

    assertThat(none.patch()).isEmpty();
    assertThat(none.no()).contains("database");
  }
}
