package dev.checkrail.watch.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.detect.Alerts;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.detect.Notice;
import dev.checkrail.watch.detect.Sign;
import dev.checkrail.watch.detect.Silence;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Diagnosis;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.incident.Incident.What;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whom to tell, second by second, with real alerts. */
class EscalationTest {
  private static final Plan PLAN =
      plan(
          """
          version: 1
          notifiers:
            pager: { webhook: "http://127.0.0.1:1/pager", secret_file: secret }
            boss: { webhook: "http://127.0.0.1:1/boss", secret_file: secret }
            devops: { webhook: "http://127.0.0.1:1/devops", secret_file: secret }
            am: { alertmanager: "http://127.0.0.1:1" }
          chains:
            team-payments:
              - { notify: [pager], for: 5m }
              - { notify: [pager, boss], for: 10m }
            team-devops: [{ notify: [devops], for: 5m }]
            default: [{ notify: [am], for: 1h }]
          tickets: [am]
          """);
  private static final Expectations OWNERS =
      new Expectations(
          Map.of("be_pay", "team-payments", "lb", "team-devops", "database", "team-data"),
          Map.of(),
          List.of(),
          false);
  private static final Sign PAY =
      sign(Detection.SERVER_ERRORS, Level.PAGE, "be_pay/pay-2", "be_pay");
  private static final Sign FLOOR = sign(Detection.FLOOR, Level.PAGE, "be_pay", "be_pay");
  private static final Sign TICKET =
      sign(Detection.ROUTE_LATENCY, Level.TICKET, "web at fe", "be_web");

  private Alerts alerts = new Alerts(Alerts.State.EMPTY);
  private Escalation escalation = new Escalation(PLAN, Escalation.State.EMPTY, false);
  private final List<Delivery> deliveries = new ArrayList<>();
  private final List<What> happened = new ArrayList<>();
  private final List<Moment.Event> done = new ArrayList<>();
  private Optional<Diagnosis.Published> published = Optional.empty();
  private long second = 1_700_000_000L;

  private static Plan plan(String text) {
    PlanReader.Reading reading = PlanReader.read(SourceFile.of("on-call.yaml", text));
    assertThat(reading.problems()).isEmpty();
    return reading.plan();
  }

  private static Sign sign(Detection detection, Level level, String subject, String pool) {
    return new Sign(
        detection,
        level,
        subject,
        subject + " is wrong.",
        Instant.ofEpochSecond(1_700_000_000L),
        new Sign.Scope(Set.of(), Set.of(pool), Set.of()));
  }

  private Instant now() {
    return Instant.ofEpochSecond(second);
  }

  private void look(int seconds, Sign... signs) {
    for (int i = 0; i < seconds; i++, second++) {
      List<Moment.Event> events = i == 0 ? List.copyOf(done) : List.of();
      done.clear();
      List<Notice> notices =
          alerts.next(new Alerts.Look("edge", now(), List.of(signs), events, true, OWNERS));
      say(
          escalation.next(
              new Escalation.Heard(
                  "edge",
                  now(),
                  notices,
                  events,
                  alerts.all(),
                  published,
                  Optional.of("inc"),
                  OWNERS)));
      say(escalation.passed(now()));
    }
  }

  /** Somebody else loads other rules now. */
  private void bypass() {
    done.add(
        new Moment.Event(
            now(),
            Moment.Event.What.RELOADED_BY_OTHERS,
            "somebody",
            "worker 7 serves",
            Optional.empty()));
  }

  private void say(Escalation.Said said) {
    deliveries.addAll(said.deliveries());
    said.happenings().values().forEach(all -> all.forEach(one -> happened.add(one.what())));
  }

  private void acknowledge(String by) {
    escalation.meant("inc").forEach(page -> say(escalation.acknowledge(page.id(), by, now())));
  }

  private void publish(Cause cause, String object, boolean urgent) {
    published =
        Optional.of(
            new Diagnosis.Published(
                now(),
                urgent,
                List.of(
                    new Ranked(
                        cause,
                        object,
                        3,
                        0.99,
                        Ranked.Standing.STANDS,
                        1,
                        Optional.empty(),
                        List.of(),
                        "what it moved fails"))));
  }

  /** As {@code notifier kind} with an exclamation mark where somebody is woken up. */
  private List<String> told() {
    return deliveries.stream()
        .map(one -> one.notifier() + " " + one.kind().word() + (one.wake() ? "!" : ""))
        .toList();
  }

  private void restart() {
    alerts = new Alerts(Alerts.State.read(alerts.state().write()));
    escalation = new Escalation(PLAN, Escalation.State.read(escalation.state().write()), false);
  }

  @Test
  void aPageGoesToTheFirstStepOfTheOwnersChain() {
    look(60, PAY);
    assertThat(told()).containsExactly("pager opened!");
    Delivery delivery = deliveries.getFirst();
    assertThat(delivery.chain()).isEqualTo("team-payments");
    assertThat(delivery.incident()).contains("inc");
    assertThat(delivery.alert().subject()).isEqualTo("be_pay/pay-2");
    assertThat(happened).containsExactly(What.ALERTED);
  }

  @Test
  void whoDoesNotAcknowledgeIsFollowedByTheNextStepAndTheLastOneIsRepeated() {
    look(299, PAY);
    assertThat(told()).containsExactly("pager opened!");
    look(3, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager escalated!", "boss escalated!");
    look(1200, PAY);
    assertThat(told())
        .containsExactly(
            "pager opened!",
            "pager escalated!",
            "boss escalated!",
            "pager escalated!",
            "boss escalated!",
            "pager escalated!",
            "boss escalated!");
    assertThat(happened)
        .containsExactly(What.ALERTED, What.ESCALATED, What.ESCALATED, What.ESCALATED);
    assertThat(deliveries).extracting(Delivery::id).doesNotHaveDuplicates();
  }

  @Test
  void anAcknowledgementEndsRepeatsAndStepsAndTheEndIsToldAllTheSame() {
    look(100, PAY);
    acknowledge("ada");
    acknowledge("bob");
    look(3600, PAY);
    look(60);
    assertThat(told()).containsExactly("pager opened!", "pager resolved");
    assertThat(escalation.pages().getFirst().acknowledged().orElseThrow().by()).isEqualTo("ada");
    assertThat(happened).containsExactly(What.ALERTED, What.ACKNOWLEDGED, What.NOTE);
  }

  @Test
  void whatIsOverIsRepeatedNoMoreAndItsEndIsToldToAllWhoWereTold() {
    look(400, PAY);
    look(3600);
    assertThat(told())
        .containsExactly(
            "pager opened!",
            "pager escalated!",
            "boss escalated!",
            "boss resolved",
            "pager resolved");
    assertThat(escalation.pages().getFirst().open()).isFalse();
  }

  @Test
  void whatElseOpensForTheSameChainJoinsAndWakesNobodyUp() {
    look(10, PAY);
    look(10, PAY, FLOOR);
    assertThat(told()).containsExactly("pager opened!", "pager joined");
    acknowledge("ada");
    look(1000, PAY, FLOOR);
    look(40, FLOOR);
    assertThat(told()).containsExactly("pager opened!", "pager joined", "pager resolved");
    assertThat(escalation.pages()).hasSize(1);
    assertThat(escalation.pages().getFirst().open()).isTrue();
  }

  @Test
  void usersWhoFailAgainAfterTheirPageWasOverWakeItsFirstStepAgain() {
    look(10, PAY);
    acknowledge("ada");
    look(60);
    look(299, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager resolved", "pager reopened!");
    assertThat(escalation.pages()).hasSize(1);
    assertThat(escalation.pages().getFirst().acknowledged())
        .as("that was said of the outage before")
        .isEmpty();
    look(3, PAY);
    assertThat(told()).endsWith("pager escalated!", "boss escalated!");
  }

  @Test
  void whoWasWokenUpWithinTheLastMinuteIsOnlyTold() {
    look(5, PAY);
    acknowledge("ada");
    look(40);
    look(600, PAY);
    look(60);
    assertThat(told())
        .containsExactly("pager opened!", "pager resolved", "pager reopened", "pager resolved");
  }

  @Test
  void anotherAlertAfterThePageWasOverWakesAgainAsWell() {
    look(10, PAY);
    acknowledge("ada");
    look(60);
    look(10, FLOOR);
    assertThat(told()).containsExactly("pager opened!", "pager resolved", "pager reopened!");
    assertThat(deliveries.getLast().alert().subject()).isEqualTo("be_pay");
  }

  @Test
  void aSecondBypassWakesAgainBeforeTheFirstOneWasOverIfSomebodyTookCareOfThat() {
    look(60, PAY);
    acknowledge("ada");
    look(10);
    look(10, PAY);
    assertThat(told()).as("the same goes on").containsExactly("pager opened!");
    look(10);
    bypass();
    look(10, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager reopened!");
    look(100, PAY);
    assertThat(told()).hasSize(2);
  }

  @Test
  void aPageThatNobodyAcknowledgedIsRepeatedAnyway() {
    look(60, PAY);
    look(10);
    bypass();
    look(10, PAY);
    assertThat(told()).containsExactly("pager opened!");
    look(230, PAY);
    assertThat(told()).contains("boss escalated!");
  }

  @Test
  void aSilenceHoldsForWhatComesBack() {
    look(10, PAY);
    acknowledge("ada");
    look(60);
    alerts.silence(
        new Silence("s", "*", "*", "*", now(), now().plusSeconds(3600), "ada", "we know"));
    look(60, PAY);
    assertThat(deliveries.stream().filter(Delivery::wake)).hasSize(1);
  }

  @Test
  void whatComesBackAfterMinutesIsAPageOfItsOwn() {
    look(10, PAY);
    acknowledge("ada");
    look(300);
    look(10, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager resolved", "pager reopened!");
    assertThat(escalation.pages()).hasSize(2);
    assertThat(escalation.pages()).extracting(Page::id).doesNotHaveDuplicates();
  }

  @Test
  void aTicketIsToldOnceAndSoIsItsEnd() {
    look(7200, TICKET);
    look(70);
    assertThat(told()).containsExactly("am opened", "am resolved");
    assertThat(deliveries.getFirst().page()).isEmpty();
  }

  @Test
  void aTicketThatBecomesAPageWakesSomebodyUpAndBothHearOfTheEnd() {
    look(10, sign(Detection.SERVER_ERRORS, Level.TICKET, "be_pay/pay-2", "be_pay"));
    look(10, PAY);
    look(40);
    assertThat(told())
        .containsExactly("am opened", "pager raised!", "pager resolved", "am resolved");
  }

  @Test
  void theOwnerOfTheSuspectIsPagedWithTheEvidenceAndTheOthersAreToldOfIt() {
    look(5, PAY);
    publish(Cause.LB_CHANGE, "ab12", true);
    look(60, PAY);
    assertThat(told()).containsExactly("pager opened!", "devops cause!", "pager cause");
    Delivery evidence = deliveries.get(1);
    assertThat(evidence.cause().orElseThrow().name()).isEqualTo("lb-change (ab12)");
    assertThat(evidence.page()).isNotEqualTo(deliveries.getFirst().page());
    assertThat(evidence.alert().subject()).isEqualTo("be_pay/pay-2");
    look(300, PAY);
    assertThat(told()).contains("devops escalated!", "boss escalated!");
    published = Optional.empty();
    look(60);
    assertThat(told().subList(told().size() - 3, told().size()))
        .containsExactlyInAnyOrder("pager resolved", "boss resolved", "devops resolved");
  }

  @Test
  void whatWasFoundForATicketIsNotToldAsTheCauseOfAPageThatCameLater() {
    publish(Cause.MERCHANT, "", false);
    look(20);
    Sign later =
        new Sign(PAY.detection(), PAY.level(), PAY.subject(), PAY.text(), now(), PAY.scope());
    look(5, later);
    assertThat(told()).containsExactly("pager opened!");
    assertThat(deliveries.getFirst().cause()).isEmpty();
    publish(Cause.LB_CHANGE, "ab12", true);
    look(5, later);
    assertThat(told()).containsExactly("pager opened!", "devops cause!", "pager cause");
  }

  @Test
  void whoWasPagedAlreadyIsOnlyToldOfTheEvidence() {
    look(5, PAY);
    publish(Cause.BACKEND, "be_pay/pay-2", true);
    look(60, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager cause");
    assertThat(escalation.pages()).hasSize(1);
  }

  @Test
  void aCauseHasTheOwnerThatThePolicyNamesForIt() {
    look(5, PAY);
    publish(Cause.DATABASE, "orders", true);
    look(5, PAY);
    // team-data has no chain of its own.
    assertThat(told()).containsExactly("pager opened!", "am cause!", "pager cause");
    assertThat(escalation.pages().getLast().owner()).isEqualTo("team-data");
  }

  @Test
  void aCauseThatIsKnownBeforeThePageIsToldWithIt() {
    publish(Cause.LB_CHANGE, "ab12", true);
    look(5);
    assertThat(told()).isEmpty();
    look(5, PAY);
    assertThat(told()).containsExactly("pager opened!", "devops cause!", "pager cause");
    assertThat(deliveries.getFirst().cause().orElseThrow().cause()).isEqualTo("lb-change");
  }

  @Test
  void anotherMindIsToldAgainAndNothingIsToldOfNoCause() {
    look(5, PAY);
    publish(Cause.NONE, "", true);
    look(5, PAY);
    assertThat(told()).containsExactly("pager opened!");
    publish(Cause.BACKEND, "be_pay/pay-2", true);
    look(5, PAY);
    publish(Cause.LB_CHANGE, "ab12", true);
    look(5, PAY);
    assertThat(told())
        .containsExactly("pager opened!", "pager cause", "devops cause!", "pager cause");
  }

  @Test
  void aCauseThatIsNotUrgentWakesNobodyUp() {
    look(5, PAY);
    publish(Cause.LB_CHANGE, "ab12", false);
    look(5, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager cause");
  }

  @Test
  void whatIsSilencedAfterwardsRests() {
    look(10, PAY);
    alerts.silence(
        new Silence("s", "*", "*", "*", now(), now().plusSeconds(3600), "ada", "we know"));
    look(3599, PAY);
    assertThat(told()).containsExactly("pager opened!");
    look(10, PAY);
    assertThat(told()).contains("boss escalated!");
  }

  @Test
  void afterARestartNothingIsToldTwiceNothingIsLostAndEscalationGoesOn() {
    look(150, PAY, TICKET);
    publish(Cause.LB_CHANGE, "ab12", true);
    look(10, PAY, TICKET);
    List<String> before = told();
    assertThat(before)
        .containsExactlyInAnyOrder("pager opened!", "am opened", "devops cause!", "pager cause");
    restart();
    look(130, PAY, TICKET);
    assertThat(told()).isEqualTo(before);
    acknowledge("ada");
    restart();
    look(1000, PAY, TICKET);
    assertThat(told()).isEqualTo(before);
    published = Optional.empty();
    look(200);
    assertThat(told().subList(before.size(), told().size()))
        .containsExactlyInAnyOrder("pager resolved", "devops resolved", "am resolved");
    assertThat(deliveries).extracting(Delivery::id).doesNotHaveDuplicates();
  }

  @Test
  void theSameCauseIsToldOnceEvenIfItIsPublishedAnewAfterARestart() {
    look(5, PAY);
    publish(Cause.LB_CHANGE, "ab12", true);
    look(5, PAY);
    List<String> before = told();
    published = Optional.empty();
    restart();
    look(5, PAY);
    publish(Cause.LB_CHANGE, "ab12", true);
    look(5, PAY);
    assertThat(told()).isEqualTo(before);
    assertThat(escalation.cause("edge").orElseThrow().name()).isEqualTo("lb-change (ab12)");
    published = Optional.empty();
    look(100);
    assertThat(escalation.cause("edge")).isEmpty();
  }

  @Test
  void afterALongAbsenceOneStepIsTakenAndNotAllThatWereMissed() {
    look(10, PAY);
    restart();
    second += 7200;
    look(30, PAY);
    assertThat(told()).containsExactly("pager opened!", "pager escalated!", "boss escalated!");
  }

  @Test
  void whatNobodyWasToldOfIsToldWhenThereIsAPlan() {
    escalation = new Escalation(Plan.NOBODY, Escalation.State.EMPTY, false);
    look(60, PAY, TICKET);
    assertThat(told()).isEmpty();
    assertThat(escalation.pages()).hasSize(1);
    restart();
    look(2, PAY, TICKET);
    assertThat(told()).containsExactly("pager opened!", "am opened");
  }

  @Test
  void whatWasOnlyObservedIsToldWhenItIsNotOnlyObservedAnyMore() {
    escalation = new Escalation(PLAN, Escalation.State.EMPTY, true);
    look(60, PAY);
    assertThat(told()).containsExactly("pager opened!");
    deliveries.clear();
    restart();
    look(2, PAY);
    assertThat(told()).containsExactly("pager opened!");
  }

  @Test
  void whatIsOpenAtANotifierIsKnown() {
    look(10, PAY, TICKET);
    assertThat(escalation.open("am")).extracting(Alert::subject).containsExactly("web at fe");
    assertThat(escalation.open("pager")).extracting(Alert::subject).containsExactly("be_pay/pay-2");
    look(100);
    assertThat(escalation.open("am")).isEmpty();
  }

  @Test
  void aLoadBalancerThatIsLetGoTellsNobodyAnyMore() {
    look(10, PAY);
    escalation.released("edge", now());
    second += 600;
    say(escalation.passed(now()));
    assertThat(told()).containsExactly("pager opened!");
  }

  @Test
  void pagesAreForgottenADayAfterTheirEnd() {
    look(10, PAY);
    look(60);
    assertThat(escalation.pages()).hasSize(1);
    second += 86_500;
    say(escalation.passed(now()));
    assertThat(escalation.pages()).isEmpty();
  }

  @Test
  void theStateStaysAsItIsWhileNothingHappens() {
    look(10, PAY);
    long version = escalation.version();
    look(100, PAY);
    assertThat(escalation.version()).isEqualTo(version);
  }

  @Test
  void aBrokenGlassHasAPageOfItsOwnAndWhoTookCareOfItHasNotTakenCareOfAnOutage() {
    Sign glass =
        new Sign(
            Detection.BREAK_GLASS,
            Level.PAGE,
            "change 17",
            "otto broke the glass",
            now(),
            Sign.Scope.ALL);
    look(3, glass);
    acknowledge("dora");
    look(3, glass, sign(Detection.OUTSIDE_PROBE, Level.PAGE, "fe", "be_pay"));

    assertThat(escalation.pages()).hasSize(2).allMatch(it -> it.chain().equals("team-devops"));
    assertThat(
            deliveries.stream()
                .filter(it -> it.notifier().equals("devops") && it.wake())
                .map(it -> it.alert().detection()))
        .containsExactly(Detection.BREAK_GLASS, Detection.OUTSIDE_PROBE);
  }
}
