package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.ProbeTarget;
import dev.checkrail.watch.collect.Probed;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.detect.Detection.Level;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each detector sees what it is there for, at 60 requests a second, and how soon. */
class DetectorsTest {
  private static final int QUIET = 900;
  private static final Expectations FLOOR =
      new Expectations(
          Map.of(),
          Map.of(),
          List.of(
              new Expectations.Floor(
                  "payments",
                  2,
                  Set.of(
                      ServerName.of("be_pay/pay-1"),
                      ServerName.of("be_pay/pay-2"),
                      ServerName.of("be_pay/pay-3")))),
          false);

  private final Town town = Town.ordinary(18, 60);
  private final Town.Stream payments = town.streams.getFirst();
  private Detect detect = new Detect(FLOOR);
  private final List<Sign> seen = new ArrayList<>();

  private void quiet() {
    for (int i = 0; i < QUIET; i++) {
      assertThat(detect.next(town.next())).isEmpty();
    }
  }

  /** Seconds until it is seen like this, at most so many. */
  private int until(Detection detection, String subject, Level level, int most) {
    for (int i = 1; i <= most; i++) {
      List<Sign> now = detect.next(town.next());
      seen.addAll(now);
      if (now.stream()
          .anyMatch(one ->
              one.detection() == detection
                  && one.subject().equals(subject)
                  && one.level() == level)) {
        return i;
      }
    }
    throw new AssertionError(
        detection + " of " + subject + " was not seen within " + most + " s, but: " + seen);
  }

  private Set<Detection> kinds() {
    Set<Detection> kinds = EnumSet.noneOf(Detection.class);
    seen.forEach(one -> kinds.add(one.detection()));
    return kinds;
  }

  @Test
  void oneServerFails() {
    quiet();
    town.server("be_pay/pay-2").spoilt = 0.05;
    until(Detection.SERVER_ERRORS, "be_pay/pay-2", Level.PAGE, 60);
  }

  @Test
  void allServersFailAlike() {
    quiet();
    payments.ends(Band.ERROR, 0.3);
    until(Detection.ROUTE_ERRORS, "payments at fe", Level.PAGE, 5);
    for (int i = 0; i < 60; i++) {
      seen.addAll(detect.next(town.next()));
    }
    assertThat(kinds()).doesNotContain(Detection.SERVER_ERRORS, Detection.BLACK_HOLE);
  }

  /**
   * An acquirer half-answers: 2xx, in time, by all servers, and nobody knows whether it was paid.
   */
  @Test
  void aFifthOfTheOutcomesIsNotKnown() {
    quiet();
    payments.ends(Band.PENDING, 0.2);
    until(Detection.PENDING, "payments at fe", Level.PAGE, 16);
    assertThat(kinds()).containsOnly(Detection.PENDING);
  }

  /** It answers 503 at once, so it looks free to "leastconn". */
  @Test
  void aServerThatFailsFastDrawsMore() {
    quiet();
    Town.Server hole = town.server("be_pay/pay-3");
    hole.spoilt = 1;
    hole.draws = 370; // 65 %
    until(Detection.BLACK_HOLE, "be_pay/pay-3", Level.PAGE, 8);
  }

  /** Its address became that of the catalogue: 404, which no count of errors has. */
  @Test
  void aServerThatRefusesWhatOthersServe() {
    quiet();
    town.server("be_pay/pay-3").spoilt = 1;
    town.server("be_pay/pay-3").spoiltBand = Band.NOT_FOUND;
    until(Detection.SERVER_REFUSES, "be_pay/pay-3", Level.PAGE, 15);
  }

  @Test
  void aFrozenServerIsSeenBeforeItsFirstTimeOut() {
    quiet();
    town.streams.forEach(stream -> stream.ends(Band.ERROR, 0).ends(Band.TIMED_OUT, 0));
    detect.next(town.next());
    town.firstFailure = Double.POSITIVE_INFINITY;
    town.server("be_pay/pay-2").frozen = true;
    until(Detection.UNFINISHED, "be_pay/pay-2", Level.PAGE, 6);
    assertThat(town.firstFailure).isGreaterThan(town.second);
  }

  @Test
  void theCheckPassesAndEverythingFails() {
    quiet();
    town.server("be_pay/pay-2").spoilt = 1;
    until(Detection.CHECK_DISAGREES, "be_pay/pay-2", Level.PAGE, 10);
  }

  @Test
  void aServerDrawsEverything() {
    quiet();
    town.server("be_pay/pay-1").draws = 1_000_000;
    until(Detection.SERVER_SHARE, "be_pay/pay-1", Level.TICKET, 10);
  }

  @Test
  void aServerGetsNothing() {
    quiet();
    town.server("be_pay/pay-1").draws = 1;
    until(Detection.SERVER_SHARE, "be_pay/pay-1", Level.TICKET, 30);
  }

  /** A rule in front takes all payments away: no error anywhere in their pool. */
  @Test
  void aRouteDriesUp() {
    quiet();
    payments.rate = 0;
    until(Detection.TRAFFIC_DROP, "payments at fe", Level.PAGE, 8);
  }

  @Test
  void halfOfARouteStaysAway() {
    quiet();
    payments.rate = 20;
    until(Detection.TRAFFIC_DROP, "payments at fe", Level.TICKET, 30);
  }

  @Test
  void everythingIsRefused() {
    quiet();
    payments.ends(Band.DECLINED, 0).ends(Band.UNAUTHENTICATED, 0.98);
    until(Detection.SUCCESS_GONE, "payments at fe", Level.PAGE, 10);
    until(Detection.ROUTE_ANSWERS, "payments at fe: 401", Level.TICKET, 10);
  }

  @Test
  void allIsSlow() {
    quiet();
    payments.to.forEach(server -> server.slower = 4);
    until(Detection.ROUTE_LATENCY, "payments at fe", Level.TICKET, 30);
    assertThat(kinds()).doesNotContain(Detection.SERVER_LATENCY);
  }

  @Test
  void aServerIsSlow() {
    quiet();
    town.server("be_pay/pay-3").slower = 4;
    until(Detection.SERVER_LATENCY, "be_pay/pay-3", Level.TICKET, 30);
  }

  @Test
  void connectingIsTriedAgainAndAgain() {
    quiet();
    for (int i = 0; i < 20; i++) {
      town.server("be_pay/pay-1").retries = 20;
      seen.addAll(detect.next(town.next()));
    }
    assertThat(kinds()).contains(Detection.RETRIES);
  }

  @Test
  void theFloorIsBroken() {
    quiet();
    town.server("be_pay/pay-1").state(Snapshot.State.DOWN);
    for (int i = 0; i < 60; i++) {
      seen.addAll(detect.next(town.next()));
    }
    assertThat(kinds()).doesNotContain(Detection.FLOOR);
    town.server("be_pay/pay-2").state(Snapshot.State.MAINT);
    until(Detection.FLOOR, "payments", Level.PAGE, 3);
  }

  @Test
  void noServerIsLeft() {
    quiet();
    payments.to.forEach(server -> server.state(Snapshot.State.DOWN));
    until(Detection.FLOOR, "pool be_pay", Level.PAGE, 3);
  }

  @Test
  void requestsWait() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 30; i++) {
      seen.addAll(
          detect.next(
              Given.second(i)
                  .server("be_pay/pay-1", 10, 10, 10)
                  .queue("be_pay", i < 5 ? 0 : 3)
                  .moment()));
      assertThat(kinds().contains(Detection.SATURATED)).isEqualTo(i >= 14);
    }
  }

  @Test
  void driftIsATicket() {
    quiet();
    town.drift(Drift.Part.MAIN_FILES, "approved.cfg differs");
    until(Detection.DRIFT, "main-files", Level.TICKET, 1);
  }

  @Test
  void anOldWorkerThatStaysIsATicket() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 100; i++) {
      seen.addAll(
          detect.next(
              Given.second(i).oldWorker(7, 3, "b".repeat(64), Duration.ofHours(1)).moment()));
    }
    assertThat(kinds()).containsExactly(Detection.OLD_WORKERS);
    assertThat(seen.getFirst().text()).contains("3 connections", "not the approved ones");
  }

  private static Probed probed(ProbeTarget.Kind kind, long second, Probed.Outcome outcome) {
    return new Probed(
        new ProbeTarget(
            kind,
            kind == ProbeTarget.Kind.OUTSIDE ? List.of() : List.of(ServerName.of("be_pay/pay-1")),
            "payments through 127.0.0.1:80",
            "127.0.0.1",
            80,
            false,
            ProbeTarget.Proxy.NONE,
            Optional.empty(),
            List.of(),
            List.of("payments")),
        Instant.ofEpochSecond(second),
        outcome,
        Duration.ofMillis(1),
        OptionalInt.of(503),
        Optional.empty(),
        "it answers 503");
  }

  @Test
  void probesFromOutsideFailThreeTimes() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 10; i++) {
      seen.addAll(
          detect.next(
              Given.second(i)
                  .probe(probed(ProbeTarget.Kind.OUTSIDE, i / 2, Probed.Outcome.BAD_STATUS))
                  .moment()));
      assertThat(kinds().contains(Detection.OUTSIDE_PROBE)).isEqualTo(i >= 4);
    }
  }

  /** Then servers have alerts of their own, which explain it; alone it is told all the same. */
  @Test
  void probesFromOutsideWaitIfNoServerAnswersDirectly() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 20; i++) {
      seen.addAll(
          detect.next(
              Given.second(i)
                  .probe(probed(ProbeTarget.Kind.OUTSIDE, i / 2, Probed.Outcome.BAD_STATUS))
                  .probe(probed(ProbeTarget.Kind.SAFE, i / 2, Probed.Outcome.BAD_STATUS))
                  .moment()));
      assertThat(kinds().contains(Detection.OUTSIDE_PROBE)).isEqualTo(i >= 14);
    }
  }

  /** The servers are well: nothing else explains it. */
  @Test
  void probesFromOutsideDoNotWaitIfServersAnswerDirectly() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 6; i++) {
      seen.addAll(
          detect.next(
              Given.second(i)
                  .probe(probed(ProbeTarget.Kind.OUTSIDE, i / 2, Probed.Outcome.BAD_STATUS))
                  .probe(probed(ProbeTarget.Kind.SAFE, i / 2, Probed.Outcome.GOOD))
                  .moment()));
      assertThat(kinds().contains(Detection.OUTSIDE_PROBE)).isEqualTo(i >= 4);
    }
  }

  /** A rolling restart by our own commands. */
  @Test
  void whatAServerWasToldByUsIsNoDrift() {
    quiet();
    town.told("be_pay/pay-2", Optional.of("maint"), Optional.of("50"));
    town.drift(
        Drift.Part.RUNTIME_SERVERS,
        "state be_pay/pay-2",
        "state be_pay/pay-2: the files say ready, in memory it is maint");
    town.drift(
        Drift.Part.RUNTIME_SERVERS,
        "weight be_pay/pay-2",
        "weight be_pay/pay-2: the files say weight 100, in memory it is weight 50");
    for (int i = 0; i < 60; i++) {
      seen.addAll(detect.next(town.next()));
    }
    assertThat(kinds()).doesNotContain(Detection.DRIFT);

    town.drift(
        Drift.Part.RUNTIME_SERVERS,
        "state be_pay/pay-1",
        "state be_pay/pay-1: the files say ready, in memory it is maint");
    until(Detection.DRIFT, "runtime-servers", Level.TICKET, 2);
    assertThat(seen.getLast().text()).contains("be_pay/pay-1").doesNotContain("more");
  }

  /** What it was told counts, not that it was told something. */
  @Test
  void whatAServerWasToldByOthersAfterwardsIsDrift() {
    quiet();
    town.told("be_pay/pay-2", Optional.of("ready"), Optional.empty());
    for (int i = 0; i < 40; i++) {
      detect.next(town.next());
    }
    town.drift(
        Drift.Part.RUNTIME_SERVERS,
        "state be_pay/pay-2",
        "state be_pay/pay-2: the files say ready, in memory it is maint");
    until(Detection.DRIFT, "runtime-servers", Level.TICKET, 2);
  }

  @Test
  void aServerSaysThatItDoesNotServeWhatItShould() {
    detect = new Detect(Expectations.NONE);
    for (int i = 0; i < 4; i++) {
      seen.addAll(
          detect.next(
              Given.second(i)
                  .server("be_pay/pay-1", 1, 10, 10)
                  .probe(probed(ProbeTarget.Kind.CAPABILITIES, i / 2, Probed.Outcome.WRONG))
                  .moment()));
      assertThat(kinds().contains(Detection.CONTRACT)).isEqualTo(i >= 2);
    }
    assertThat(seen.getFirst().level()).isEqualTo(Level.PAGE);
  }

  @Test
  void aBlindSocketIsAPageAndNothingElse() {
    quiet();
    town.blindSocket = true;
    until(Detection.BLIND, "socket", Level.PAGE, 5);
    for (int i = 0; i < 60; i++) {
      seen.addAll(detect.next(town.next()));
    }
    assertThat(kinds()).containsExactly(Detection.BLIND);
  }

  /** The log is gone, and the socket goes on counting: no outage. */
  @Test
  void aSilentLogIsAPageAndNothingElse() {
    quiet();
    Set<Detection> pages = EnumSet.noneOf(Detection.class);
    for (int i = 0; i < 60; i++) {
      Moment whole = town.next();
      Moment silent =
          new Moment(
              whole.balancer(),
              whole.at(),
              whole.approved(),
              whole.stats(),
              Optional.of(
                  new Moment.Logged(
                      town.second - 1, 1, List.of(), List.of(), List.of(), 0, List.of())),
              Optional.of(new Moment.Intake(0, 0, 0, 0, 0, 0, 0, "")),
              whole.probes(),
              whole.drift(),
              whole.events(),
              whole.dependencies(),
              whole.blind());
      for (Sign sign : detect.next(silent)) {
        if (sign.level() == Level.PAGE) {
          pages.add(sign.detection());
        }
      }
      assertThat(pages.contains(Detection.BLIND)).isEqualTo(i >= 2);
    }
    assertThat(pages).containsExactly(Detection.BLIND);
  }

  @Test
  void aClockThatJumpedIsAPage() {
    detect = new Detect(Expectations.NONE);
    detect.next(Given.second(1).moment());
    List<Sign> signs =
        detect.next(Given.second(2).intake(new Moment.Intake(10, 0, 0, 0, 0, 0, 1, "")).moment());
    assertThat(signs)
        .singleElement()
        .satisfies(one -> assertThat(one.subject()).isEqualTo("clock"));
  }

  /** An act that lies in the future by now must not keep us from looking. */
  @Test
  void aClockThatIsSetBackBeginsAnew() {
    detect = new Detect(Expectations.NONE);
    detect.next(Given.second(10_000).event(Moment.Event.What.APPLY_BEGAN, "apply.began").moment());
    for (int i = 0; i < 3; i++) {
      seen.addAll(
          detect.next(
              Given.second(6_000 + i)
                  .flow(
                      "payments",
                      "be_reports/rep-1",
                      Fit.MISROUTED,
                      true,
                      Map.of(Band.SUCCESS, 5L),
                      100)
                  .moment()));
    }
    assertThat(kinds()).contains(Detection.CONTRACT);
  }

  @Test
  void aPauseOfOursIsATicket() {
    detect = new Detect(Expectations.NONE);
    detect.next(Given.second(1).moment());
    assertThat(detect.next(Given.second(22).afterGap().moment()))
        .singleElement()
        .satisfies(one -> {
          assertThat(one.subject()).isEqualTo("ourselves");
          assertThat(one.level()).isEqualTo(Level.TICKET);
        });
  }

  // --- what is not to be seen

  private void nothingFor(int seconds, Consumer<Integer> each) {
    for (int i = 0; i < seconds; i++) {
      each.accept(i);
      assertThat(detect.next(town.next())).isEmpty();
    }
  }

  @Test
  void oneServerAfterTheOtherIsRestartedProperly() {
    quiet();
    nothingFor(
        200,
        i -> {
          if (i / 60 < 3) {
            Town.Server server = payments.to.get(i / 60);
            switch (i % 60) {
              case 1 -> server.state(Snapshot.State.DRAIN);
              case 15 -> server.state(Snapshot.State.MAINT);
              case 30 -> server.state(Snapshot.State.UP);
              default -> {}
            }
          }
        });
  }

  /** By a change of ours they go elsewhere; what judges them learns of it a moment later. */
  @Test
  void requestsThatAChangeOfOursMovesAreNoBreach() {
    quiet();
    town.event(Moment.Event.What.APPLY_BEGAN, "apply.began");
    payments.other = town.server("be_pay/pay-9");
    payments.elsewhere = 0.3;
    nothingFor(5, i -> {});
    payments.otherFit = Fit.RIGHT;
    payments.otherUnserved = false;
    nothingFor(30, i -> {});
  }

  /** Forced past the gate, it is approved, and the inventory is broken all the same. */
  @Test
  void aForcedChangeThatBreaksTheInventoryIsSeenAllTheSame() {
    quiet();
    town.event(Moment.Event.What.APPLY_BEGAN, "apply.began");
    town.approved = "b".repeat(64);
    payments.other = town.server("be_pay/rep-1").workers(4);
    payments.other.millis = 500;
    payments.otherFit = Fit.RIGHT;
    payments.elsewhere = 0.4;
    until(Detection.CONTRACT, "payments at fe", Level.PAGE, 8);
  }

  @Test
  void sixTimesAsManyUsersAreNoFault() {
    quiet();
    nothingFor(300, i -> payments.rate = 60 * Math.min(6, 1 + i));
  }

  @Test
  void theSameMomentsGiveTheSameSigns() {
    List<List<Sign>> twice = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Town again = Town.ordinary(5, 40);
      Detect one = new Detect(Expectations.NONE);
      List<Sign> all = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        again.streams.getFirst().ends(Band.ERROR, i < 300 ? 0.001 : 0.2);
        all.addAll(one.next(again.next()));
      }
      twice.add(all);
    }
    assertThat(twice.get(0)).isNotEmpty().isEqualTo(twice.get(1));
  }
}
