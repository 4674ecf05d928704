package dev.checkrail.rollout.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.rollout.observe.Decision.Act;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is decided after a step. */
class ObserveTest {
  /** Ten minutes: 24 moved requests a second and 36 others, 1 of 500 of either failed. */
  private static final Before BEFORE = new Before(new Group(14_400, 29), new Group(21_600, 43));

  private static final Observed GOOD =
      Observed.of(new Group(24, 0), new Group(36, 0), new Group(24, 0));

  @Test
  void aStepThatDoesNoHarmIsPromotedAfterItsTime() {
    Observe observe = new Observe(Terms.standard(), BEFORE);

    for (int second = 1; second < 30; second++) {
      assertThat(observe.add(GOOD).act()).isEqualTo(Act.HOLD);
    }
    Decision decision = observe.add(GOOD);

    assertThat(decision.act()).isEqualTo(Act.PROMOTE);
    assertThat(decision.why())
        .isEqualTo(
            "less than 2 % more of the moved requests fail than before, with a certainty of 99 %:"
                + " moved 29 of 14400 (0.2 %) failed before, 0 of 720 (0 %) since; others 43 of"
                + " 21600 (0.2 %) before, 0 of 1080 (0 %) since");
  }

  @Test
  void whatOnlyTheMovedRequestsSufferIsUndoneWithinSeconds() {
    Observe observe = new Observe(Terms.standard(), BEFORE);
    Observed bad = Observed.of(new Group(24, 10), new Group(36, 0), new Group(24, 10));

    Decision first = observe.add(bad);
    Decision second = observe.add(bad);

    assertThat(first.act()).isEqualTo(Act.HOLD);
    assertThat(first.why()).startsWith("it may do harm, which is not certain yet");
    assertThat(second.act()).isEqualTo(Act.ROLL_BACK);
    assertThat(second.why())
        .startsWith(
            "more of what the change moved fails than before, and the others do not share it, with"
                + " a certainty of 99 %: moved 29 of 14400 (0.2 %) failed before, 20 of 48");
    // And stays so.
    assertThat(observe.add(GOOD)).isEqualTo(second);
  }

  @Test
  void whatHitsAllIsNotTheChangesFaultAndIsNoSuccessEither() {
    Observe observe = new Observe(Terms.standard(), BEFORE);
    Observed outage = Observed.of(new Group(24, 10), new Group(36, 15), new Group(24, 10));

    for (int second = 0; second < 300; second++) {
      assertThat(observe.add(outage).act()).isEqualTo(Act.HOLD);
    }
    assertThat(observe.add(outage).why()).startsWith("too many fail to be sure");
  }

  @Test
  void harmThatBeginsLaterIsSeenToo() {
    Observe observe = new Observe(Terms.standard(), BEFORE);
    for (int second = 0; second < 600; second++) {
      assertThat(observe.add(GOOD).act()).isNotEqualTo(Act.ROLL_BACK);
    }
    Observed bad = Observed.of(new Group(24, 10), new Group(36, 0), new Group(24, 10));
    int seconds = 1;
    while (observe.add(bad).act() != Act.ROLL_BACK) {
      seconds++;
    }

    assertThat(seconds).isLessThan(10);
  }

  @Test
  void thinDataHoldAndNoTimeMakesThemPass() {
    Observe observe = new Observe(Terms.standard(), BEFORE);
    Observed one = Observed.of(new Group(1, 0), new Group(1, 0), new Group(1, 0));
    Observed none = Observed.of(Group.NONE, new Group(36, 0), Group.NONE);

    Decision decision = observe.add(none);
    assertThat(decision.why())
        .isEqualTo("not enough data: no moved request has come to its end yet");
    for (int second = 0; second < 100; second++) {
      decision = observe.add(one);
      assertThat(decision.act()).isEqualTo(Act.HOLD);
    }
    assertThat(decision.why()).startsWith("not enough data: 100 of about 3");
    for (int second = 0; second < 10_000; second++) {
      decision = observe.add(none);
      assertThat(decision.act()).isEqualTo(Act.HOLD);
    }
    assertThat(decision.why()).endsWith("; after 10101 seconds a person has to decide");
  }

  @Test
  void goodProbesAreNoEvidenceAndBadOnesHold() {
    Observed probed =
        new Observed(
            new Group(24, 0),
            new Group(36, 0),
            new Group(24, 0),
            0,
            Optional.empty(),
            Optional.of("pay-4 answers 503"),
            Optional.empty(),
            Optional.empty());

    Decision decision = decide(120, probed);

    assertThat(decision).isEqualTo(new Decision(Act.HOLD, "a probe fails: pay-4 answers 503"));
    assertThat(decide(120, Observed.of(Group.NONE, Group.NONE, Group.NONE)).act())
        .isEqualTo(Act.HOLD);
  }

  /** Only what has ended is in a log: all of those are fine. */
  @Test
  void whatCameAndDoesNotEndIsNoSuccessAndUndoesNothing() {
    Observed half =
        new Observed(
            new Group(12, 0),
            new Group(36, 0),
            new Group(12, 0),
            12,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertThat(decide(120, Observed.of(new Group(12, 0), new Group(36, 0), new Group(12, 0))).act())
        .isEqualTo(Act.PROMOTE);

    Decision decision = decide(120, half);

    assertThat(decision.act()).isEqualTo(Act.HOLD);
    assertThat(decision.why())
        .startsWith("too many fail to be sure")
        .endsWith("; 1440 moved ones came and do not end");
  }

  @Test
  void whoIsBlindHolds() {
    Observed blind =
        new Observed(
            Group.NONE,
            Group.NONE,
            Group.NONE,
            0,
            Optional.of("no line of the log for 5 s"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(decide(60, blind))
        .isEqualTo(new Decision(Act.HOLD, "requests can't be counted: no line of the log for 5 s"));
  }

  @Test
  void anAlertInWhatWasMovedUndoesAtOnceOneElsewhereHolds() {
    Observed inside =
        new Observed(
            new Group(24, 0),
            new Group(36, 0),
            new Group(24, 0),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.of("rep-1 gets payments, which it does not serve"),
            Optional.empty());
    Observed elsewhere =
        new Observed(
            new Group(24, 0),
            new Group(36, 0),
            new Group(24, 0),
            0,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of("be_web fails"));

    assertThat(decide(1, inside))
        .isEqualTo(
            new Decision(
                Act.ROLL_BACK,
                "harm in what the change moved: rep-1 gets payments, which it does not serve"));
    assertThat(decide(120, elsewhere))
        .isEqualTo(new Decision(Act.HOLD, "something else harms users now: be_web fails"));
  }

  @Test
  void slowFailuresAreWaitedFor() {
    // All quick answers come at once and are good; what times out ends 10 s later.
    Observe observe = new Observe(Terms.standard(), BEFORE);
    for (int second = 0; second < 10; second++) {
      Decision decision = observe.add(Observed.of(new Group(12, 0), new Group(36, 0), Group.NONE));
      assertThat(decision.act()).isEqualTo(Act.HOLD);
    }
    Observed late = Observed.of(new Group(24, 12), new Group(36, 0), new Group(24, 12));
    Decision decision = observe.add(late);
    decision = observe.add(late);
    decision = observe.add(late);

    assertThat(decision.act()).isEqualTo(Act.ROLL_BACK);
  }

  @Test
  void withNothingToCompareWithItSaysSo() {
    Observe observe = new Observe(Terms.standard(), new Before(new Group(36_000, 72), Group.NONE));
    Observed bad = Observed.of(new Group(60, 25), Group.NONE, new Group(60, 25));
    Decision decision = observe.add(bad);
    decision = observe.add(bad);

    assertThat(decision.act()).isEqualTo(Act.ROLL_BACK);
    assertThat(decision.why()).contains("there is nothing left to compare with");
  }

  @Test
  void theSameSecondsAlwaysGiveTheSameDecision() {
    List<Observed> seconds = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      seconds.add(
          i % 3 == 0 ? Observed.of(new Group(24, 1), new Group(36, 1), GOOD.settled()) : GOOD);
    }

    assertThat(Observe.decide(Terms.standard(), BEFORE, seconds))
        .isEqualTo(Observe.decide(Terms.standard(), BEFORE, seconds));
  }

  private static Decision decide(int seconds, Observed each) {
    Observe observe = new Observe(Terms.standard(), BEFORE);
    Decision decision = new Decision(Act.HOLD, "");
    for (int i = 0; i < seconds; i++) {
      decision = observe.add(each);
    }
    return decision;
  }
}
