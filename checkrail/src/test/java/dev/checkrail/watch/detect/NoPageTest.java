package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drift;
import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.traffic.Band;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What looks bad and is nothing to be woken up by; some of it is a ticket. */
class NoPageTest {
  private final List<Sign> tickets = new ArrayList<>();

  /** Lives through it with several seeds; fails at a page. */
  private void noPage(double rate, int seconds, Story story) {
    for (long seed = 1; seed <= 5; seed++) {
      Town town = Town.ordinary(seed, rate);
      Detect detect = new Detect(Expectations.NONE);
      IntConsumer each = story.of(town);
      for (int i = -900; i < seconds; i++) {
        if (i >= 0) {
          each.accept(i);
        }
        List<Sign> signs = detect.next(town.next());
        assertThat(signs).as("second %s", i).noneMatch(one -> one.level() == Level.PAGE);
        tickets.addAll(signs);
      }
    }
  }

  private interface Story {
    IntConsumer of(Town town);
  }

  private static Town.Stream noise(Town town) {
    return town.stream("payments", 0, 100).to("be_pay/pay-1", "be_pay/pay-2", "be_pay/pay-3");
  }

  /** One key asks the same 300 times a second and is limited; all others are served as ever. */
  @Test
  void oneMerchantLoops() {
    noPage(
        60,
        300,
        town -> {
          Town.Stream loop = noise(town).ends(Band.LIMITED, 1);
          loop.oneClient = true;
          return i -> loop.rate = i < 200 ? 300 : 0;
        });
    assertThat(tickets)
        .anySatisfy(
            one -> assertThat(one.text()).contains("answered with 429", "One client makes"));
  }

  /** Of one brand 60 % are declined: a quarter fewer payments succeed, and HTTP is healthy. */
  @Test
  void issuersDeclineMore() {
    noPage(
        60, 600, town -> i -> town.streams.getFirst().ends(Band.DECLINED, i < 400 ? 0.33 : 0.09));
    assertThat(tickets).extracting(Sign::detection).contains(Detection.ROUTE_ANSWERS);
  }

  /** 40 payments a second of one unit, 95 % of them declined. */
  @Test
  void cardsAreTested() {
    for (double rate : new double[] {60, 8}) {
      noPage(
          rate,
          900,
          town -> {
            Town.Stream testing = noise(town).ends(Band.DECLINED, 0.95);
            return i -> testing.rate = i < 600 ? 40 : 0;
          });
    }
  }

  /** Six times as many in 5 s, and back after a quarter of an hour. */
  @Test
  void aFlashSaleThatServersCanTake() {
    noPage(
        20,
        1_800,
        town -> i -> town.streams.getFirst().rate = i < 900 ? 20 * Math.min(6, 1 + i) : 20);
  }

  /** A broken file lies on the disk, its reload failed, and the old worker goes on. */
  @Test
  void aFailedReloadWithAMineOnTheDisk() {
    noPage(
        60,
        120,
        town ->
            i -> {
              if (i == 0) {
                town.drift(Drift.Part.RELOAD, "somebody else ordered a reload, and it failed");
              }
            });
    assertThat(tickets).extracting(Sign::detection).containsOnly(Detection.DRIFT);
  }

  /** One payment in 20 has no outcome at once, and its page asks again: nobody fails by that. */
  @Test
  void outcomesOfFewAreNotKnownAtOnce() {
    for (double rate : new double[] {60, 8}) {
      noPage(
          rate, 600, town -> i -> town.streams.getFirst().ends(Band.PENDING, i < 400 ? 0.05 : 0));
    }
    assertThat(tickets).extracting(Sign::detection).containsOnly(Detection.PENDING);
  }

  /** Its page asks twice a second, at night, when nobody else pays. */
  @Test
  void oneStuckPaymentIsAskedForAgainAndAgain() {
    noPage(
        0.05,
        900,
        town -> {
          Town.Stream asking = noise(town).ends(Band.PENDING, 1);
          return i -> asking.rate = i % 300 < 16 ? 2 : 0;
        });
  }

  /** Few requests: one of three that fails is a third. */
  @Test
  void aFewRequestsAnHourOfWhichSomeFail() {
    noPage(0.01, 7_200, town -> i -> town.streams.getFirst().ends(Band.ERROR, 0.003));
  }
}
