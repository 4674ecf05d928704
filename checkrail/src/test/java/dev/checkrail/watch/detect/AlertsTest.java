package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.detect.Detection.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is told of what is seen each second. */
class AlertsTest {
  private static final Expectations OWNERS =
      new Expectations(
          Map.of("be_pay", "payments-team", "be_web", "web-team", "lb", "platform"),
          Map.of(),
          List.of(),
          false);

  private Alerts alerts = new Alerts(Alerts.State.EMPTY);
  private final List<Notice> notices = new ArrayList<>();
  private long second = 1_700_000_000L;

  private static Sign sign(Detection detection, Level level, String subject, String pool) {
    return new Sign(
        detection,
        level,
        subject,
        subject + " is wrong.",
        Instant.ofEpochSecond(1_700_000_000L),
        new Sign.Scope(Set.of(), Set.of(pool), Set.of()));
  }

  private static Sign errors(Level level) {
    return sign(Detection.SERVER_ERRORS, level, "be_pay/pay-2", "be_pay");
  }

  private void look(int seconds, Sign... signs) {
    for (int i = 0; i < seconds; i++) {
      look(true, List.of(), signs);
    }
  }

  private void look(boolean observed, List<Moment.Event> events, Sign... signs) {
    notices.addAll(
        alerts.next(
            new Alerts.Look("edge", at(second++), List.of(signs), events, observed, OWNERS)));
  }

  private static Instant at(long second) {
    return Given.at(second);
  }

  private List<Notice.Kind> kinds() {
    return notices.stream().map(Notice::kind).toList();
  }

  @Test
  void whatIsSeenEachSecondIsToldOnce() {
    look(300, errors(Level.PAGE));
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED);
    Notice notice = notices.getFirst();
    assertThat(notice.wake()).isTrue();
    assertThat(notice.alert().owner()).isEqualTo("payments-team");
    assertThat(notice.alert().runbook()).isEqualTo("docs/runbooks/server/errors.md");
    assertThat(notice.alert().since()).isEqualTo(Instant.ofEpochSecond(1_700_000_000L));
  }

  /** Requests through the load balancer fail because its servers do: that is one matter. */
  @Test
  void aProbeFromOutsideJoinsThePageOfItsServers() {
    Sign outside = sign(Detection.OUTSIDE_PROBE, Level.PAGE, "payments through :443", "be_pay");
    look(5, errors(Level.PAGE));
    look(60, errors(Level.PAGE), outside);
    assertThat(notices).hasSize(1);

    look(200, outside);
    assertThat(notices.getLast().alert().detection()).isEqualTo(Detection.OUTSIDE_PROBE);
    assertThat(notices.getLast().wake()).isTrue();
  }

  @Test
  void aTicketWakesNobodyUpUntilItIsAPage() {
    look(10, errors(Level.TICKET));
    look(10, errors(Level.PAGE));
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.RAISED);
    assertThat(notices).extracting(Notice::wake).containsExactly(false, true);
  }

  @Test
  void itIsOverWhenItWasNotSeenForAWhile() {
    look(5, errors(Level.PAGE));
    look(29);
    look(1, errors(Level.PAGE));
    look(29);
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED);
    look(2);
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED);
    assertThat(alerts.all().getFirst().open()).isFalse();
  }

  @Test
  void whatCannotBeSeenIsNotOver() {
    look(5, errors(Level.PAGE));
    for (int i = 0; i < 300; i++) {
      look(false, List.of());
    }
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED);
    look(31);
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED);
  }

  @Test
  void whatComesBackSoonIsTheSameAlertAndWakesNobodyUp() {
    look(5, errors(Level.PAGE));
    look(40);
    look(5, errors(Level.PAGE));
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED);
    assertThat(alerts.all()).hasSize(1);
    assertThat(alerts.all().getFirst().openings()).isEqualTo(2);
    assertThat(alerts.all().getFirst().id()).isEqualTo(notices.getFirst().alert().id());
  }

  @Test
  void whatComesBackAfterMinutesIsToldAgain() {
    look(5, errors(Level.PAGE));
    look(200);
    look(5, errors(Level.PAGE));
    assertThat(kinds())
        .containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED, Notice.Kind.REOPENED);
    assertThat(notices.getLast().wake()).isTrue();
    assertThat(notices.getLast().alert().id()).isEqualTo(notices.getFirst().alert().id());
  }

  @Test
  void whatOpensWhileItsOwnerIsAwakeJoins() {
    Sign other = sign(Detection.UNFINISHED, Level.PAGE, "be_pay/pay-3", "be_pay");
    look(5, errors(Level.PAGE));
    look(5, errors(Level.PAGE), other);
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.JOINED);
    assertThat(notices.getLast().wake()).isFalse();
    assertThat(notices.getLast().alert().group()).isEqualTo(notices.getFirst().alert().group());
  }

  @Test
  void whatOpensAfterAReloadIsAnotherMatterThanWhatWasOpenBefore() {
    look(5, errors(Level.PAGE));
    Sign other = sign(Detection.UNFINISHED, Level.PAGE, "be_pay/pay-3", "be_pay");
    Moment.Event reload =
        new Moment.Event(
            at(second),
            Moment.Event.What.RELOADED_BY_OTHERS,
            "somebody",
            "worker 7 serves",
            Optional.empty());
    look(true, List.of(reload), errors(Level.PAGE));
    look(5, errors(Level.PAGE), other);
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.OPENED);
    assertThat(notices).extracting(Notice::wake).containsExactly(true, true);
    assertThat(notices.getLast().alert().group()).isNotEqualTo(notices.getFirst().alert().group());
  }

  @Test
  void anotherOwnerOfTheSameGroupIsWokenUpOnce() {
    Sign web = sign(Detection.UNFINISHED, Level.PAGE, "be_web/web-1", "be_web");
    look(5, errors(Level.PAGE));
    look(5, errors(Level.PAGE), web);
    assertThat(notices).extracting(Notice::wake).containsExactly(true, true);
    assertThat(notices.getLast().alert().group()).isEqualTo(notices.getFirst().alert().group());
  }

  @Test
  void whatAnotherExplainsIsKeptAndNotTold() {
    Sign contract = sign(Detection.CONTRACT, Level.PAGE, "payments at fe", "be_pay");
    look(5, contract);
    look(60, contract, errors(Level.PAGE));
    assertThat(notices).hasSize(1);
    Alert explained =
        alerts.all().stream()
            .filter(one -> one.detection() == Detection.SERVER_ERRORS)
            .findFirst()
            .orElseThrow();
    assertThat(explained.inhibitedBy()).contains(notices.getFirst().alert().id());
    // The explanation is over, and it goes on: its aftermath first, then it is told.
    look(100, errors(Level.PAGE));
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED);
    look(100, errors(Level.PAGE));
    assertThat(kinds())
        .containsExactly(Notice.Kind.OPENED, Notice.Kind.RESOLVED, Notice.Kind.OPENED);
    assertThat(notices.getLast().wake()).isTrue();
  }

  @Test
  void aTicketExplainsNoPage() {
    look(5, sign(Detection.CONTRACT, Level.TICKET, "payments at fe", "be_pay"));
    look(5, sign(Detection.CONTRACT, Level.TICKET, "payments at fe", "be_pay"), errors(Level.PAGE));
    assertThat(notices).extracting(Notice::wake).containsExactly(false, true);
  }

  @Test
  void whatHasNothingInCommonIsNoExplanation() {
    look(5, sign(Detection.CONTRACT, Level.PAGE, "catalogue at fe", "be_web"));
    look(5, sign(Detection.CONTRACT, Level.PAGE, "catalogue at fe", "be_web"), errors(Level.PAGE));
    assertThat(notices).hasSize(2);
  }

  private Silence silence(int seconds) {
    return new Silence(
        "s1",
        "*",
        "server/errors",
        "be_pay/pay-2",
        at(second - 1),
        at(second + seconds),
        "ada",
        "known");
  }

  @Test
  void whatIsSilencedIsToldWhenTheSilenceEndsAndItIsStillThere() {
    alerts.silence(silence(60));
    look(50, errors(Level.PAGE));
    assertThat(notices).isEmpty();
    assertThat(alerts.all().getFirst().silencedBy()).contains("s1");
    look(20, errors(Level.PAGE));
    assertThat(kinds()).containsExactly(Notice.Kind.OPENED);
  }

  @Test
  void whatIsOverBeforeItsSilenceEndsIsNeverTold() {
    alerts.silence(silence(120));
    look(5, errors(Level.PAGE));
    look(200);
    assertThat(notices).isEmpty();
  }

  /** Who silences an alert does not silence what it would have explained. */
  @Test
  void whatIsSilencedExplainsNothing() {
    alerts.silence(
        new Silence(
            "s2", "edge", "contract/live", "*", at(second - 1), at(second + 600), "ada", "known"));
    Sign contract = sign(Detection.CONTRACT, Level.PAGE, "payments at fe", "be_pay");
    look(5, contract, errors(Level.PAGE));
    assertThat(notices)
        .extracting(one -> one.alert().detection())
        .containsExactly(Detection.SERVER_ERRORS);
  }

  @Test
  void theLastChangeBeforeItIsNamed() {
    Moment.Event change =
        new Moment.Event(
            Instant.ofEpochSecond(1_700_000_000L - 20),
            Moment.Event.What.APPLY_ENDED,
            "ada",
            "apply.serves",
            Optional.of("a"));
    look(true, List.of(change));
    look(1, errors(Level.PAGE));
    assertThat(notices.getFirst().alert().change()).contains(change);
  }

  /** kill -9 at any second: the same signs are no second page, and nothing is lost. */
  @Test
  void aRestartAtAnySecondTellsNothingTwiceAndLosesNothing() {
    List<List<Notice.Kind>> all = new ArrayList<>();
    for (int restart = 0; restart <= 420; restart += 7) {
      AlertsTest story = new AlertsTest();
      story.alerts.silence(
          new Silence(
              "s3",
              "edge",
              "route/retries",
              "*",
              at(story.second - 1),
              at(story.second + 100),
              "ada",
              "known"));
      for (int i = 0; i < 500; i++) {
        if (i == restart) {
          story.alerts = new Alerts(Alerts.State.read(story.alerts.state().write()));
        }
        List<Sign> signs = new ArrayList<>();
        if (i >= 20 && i < 120) {
          signs.add(sign(Detection.CONTRACT, Level.PAGE, "payments at fe", "be_pay"));
        }
        // Detectors forgot, and need seconds to see it again.
        if (i >= 30 && i < 130 && !(i >= restart && i < restart + 15)) {
          signs.add(errors(Level.PAGE));
        }
        if (i >= 40 && i < 130) {
          signs.add(sign(Detection.RETRIES, Level.TICKET, "be_web", "be_web"));
        }
        story.look(1, signs.toArray(Sign[]::new));
      }
      assertThat(story.alerts.all()).as("restart %s", restart).noneMatch(Alert::open);
      assertThat(story.notices.stream().filter(Notice::wake)).as("restart %s", restart).hasSize(1);
      all.add(story.kinds());
    }
    assertThat(all).allMatch(kinds -> kinds.equals(all.getFirst()));
  }

  @Test
  void whatIsKeptIsReadAsItWasWritten() {
    alerts.silence(silence(100));
    look(
        true,
        List.of(
            new Moment.Event(
                at(second), Moment.Event.What.TOLD, "ci", "gateway 1.8", Optional.empty())),
        errors(Level.PAGE),
        sign(Detection.DRIFT, Level.TICKET, "main-files", "be_pay"));
    assertThat(Alerts.State.read(alerts.state().write())).isEqualTo(alerts.state());
  }

  /** What is kept is read by later versions, too: its shape is a promise. */
  @Test
  void whatIsKeptHasItsIdentityItsStateAndWhoHasToKnow() {
    look(1, errors(Level.PAGE));
    assertThat(alerts.state().write())
        .contains(
            "{\"alerts\":[{\"identity\":{\"id\":\"edge-server-errors-",
            "\"state\":{\"level\":\"PAGE\",\"what\":\"be_pay/pay-2 is wrong.\"",
            "\"telling\":{\"group\":\"edge-server-errors-",
            "\"told\":\"PAGE\"}");
  }

  @Test
  void explanationsGoRoundInNoCircle() {
    for (Detection one : Detection.values()) {
      assertThat(reached(one)).doesNotContain(one);
    }
  }

  private static Set<Detection> reached(Detection from) {
    Set<Detection> all = new java.util.TreeSet<>();
    List<Detection> todo = new ArrayList<>(Inhibition.explains(from));
    while (!todo.isEmpty()) {
      Detection one = todo.removeLast();
      if (all.add(one)) {
        todo.addAll(Inhibition.explains(one));
      }
    }
    return all;
  }
}
