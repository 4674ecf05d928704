package dev.checkrail.watch.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.diagnose.AutoRollback.WayBack;
import dev.checkrail.watch.diagnose.Diagnosis.FirstAct;
import dev.checkrail.watch.diagnose.Diagnosis.Published;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AutoRollbackTest {
  private static final Instant T = Instant.parse("2026-01-01T00:00:00Z");
  private static final Optional<WayBack> GREEN = Optional.of(new WayBack("before", true, ""));

  private final AutoRollback rollback = new AutoRollback();

  private static Act act(Act.Kind kind) {
    return new Act(T, kind, "one", Optional.of("digest"), "", "");
  }

  private static Diagnosis harm(Cause cause, Act act, double inside, double probability) {
    return harm(cause, act, inside, probability, 1);
  }

  private static Diagnosis harm(
      Cause cause, Act act, double inside, double probability, double mechanism) {
    Ranked first =
        new Ranked(
            cause,
            "digest",
            5,
            probability,
            Ranked.Standing.STANDS,
            inside,
            Optional.of(act),
            List.of(
                new Reason(Reason.Kind.TIME, "it came first", 2),
                new Reason(Reason.Kind.MECHANISM, "sent elsewhere", mechanism)),
            "it came first");
    return new Diagnosis(
        T.plusSeconds(5),
        Optional.of(T),
        100,
        true,
        List.of(first),
        false,
        new FirstAct(List.of(), List.of(), List.of(), List.of()),
        Optional.of(new Published(T.plusSeconds(4), true, List.of(first))),
        Optional.empty(),
        List.of());
  }

  private static Moment after(long seconds, Moment.Event... events) {
    return new Moment(
        "edge",
        T.plusSeconds(seconds),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Drifting.UNKNOWN,
        List.of(events),
        Map.of(),
        List.of());
  }

  @Test
  void goesBackFromAChangeInWhichTheHarmLies() {
    Decision decision =
        rollback.next(after(5), harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99), GREEN);

    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.GoBack.class, go -> assertThat(go.to()).isEqualTo("before"));
  }

  @Test
  void goesBackOnlyOnce() {
    Diagnosis harm = harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99);

    assertThat(rollback.next(after(5), harm, GREEN)).isInstanceOf(Decision.GoBack.class);
    assertThat(rollback.next(after(6), harm, GREEN)).isInstanceOf(Decision.Propose.class);
  }

  @Test
  void proposesWhenTheHarmLiesElsewhereToo() {
    assertThat(
            rollback.next(after(5), harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.4, 0.99), GREEN))
        .isInstanceOf(Decision.Propose.class);
  }

  @Test
  void proposesWhenItIsNotUnderstoodHowTheChangeWouldHarm() {
    assertThat(
            rollback.next(
                after(5), harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99, -1.5), GREEN))
        .isInstanceOfSatisfying(
            Decision.Propose.class, p -> assertThat(p.why()).contains("not understood"));
  }

  @Test
  void proposesWhenTheWayBackIsNotGreenOrThereIsNone() {
    Diagnosis harm = harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99);

    assertThat(rollback.next(after(5), harm, Optional.empty()))
        .isInstanceOf(Decision.Propose.class);
    assertThat(
            rollback.next(
                after(5), harm, Optional.of(new WayBack("before", false, "a certificate is gone"))))
        .isInstanceOfSatisfying(
            Decision.Propose.class, p -> assertThat(p.why()).contains("a certificate is gone"));
  }

  @Test
  void proposesAfterAQuarterOfAnHourUnlessNobodyApprovedIt() {
    assertThat(
            rollback.next(
                after(901), harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99), GREEN))
        .isInstanceOf(Decision.Propose.class);
    assertThat(
            rollback.next(
                after(901), harm(Cause.LB_CHANGE, act(Act.Kind.BYPASS), 0.97, 0.99), GREEN))
        .isInstanceOf(Decision.GoBack.class);
  }

  @Test
  void staysWhenSomethingElseIsTheCauseOrAPersonWentBackAlready() {
    assertThat(
            rollback.next(after(5), harm(Cause.DATABASE, act(Act.Kind.APPLY), 0.97, 0.99), GREEN))
        .isInstanceOf(Decision.Stay.class);
    Moment.Event back =
        new Moment.Event(
            T.plusSeconds(3), Moment.Event.What.ROLLBACK_BEGAN, "ada", "", Optional.empty());
    assertThat(
            rollback.next(
                after(5, back), harm(Cause.LB_CHANGE, act(Act.Kind.APPLY), 0.97, 0.99), GREEN))
        .isInstanceOf(Decision.Stay.class);
  }
}
