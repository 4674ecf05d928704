package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drift;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.traffic.Band;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The 18th of August: a file is edited behind our back, and the host of 40 % of the users goes to
 * the reports server: 24/s at a server that does 6.7/s. From about 2 s on whoever comes waits for
 * longer than HAProxy does, so that the first user sees a failure after 7 s; until then no error
 * counter moves.
 */
class IncidentTest {
  private static final int QUIET = 900;

  private final Expectations expectations =
      new Expectations(
          Map.of("be_pay", "payments-team", "be_reports", "reports-team", "lb", "platform"),
          Map.of(
              ServerName.of("be_pay/pay-1"), List.of("payments"),
              ServerName.of("be_pay/pay-2"), List.of("payments"),
              ServerName.of("be_pay/pay-3"), List.of("payments"),
              ServerName.of("be_reports/rep-1"), List.of("reports")),
          List.of(
              new Expectations.Floor(
                  "payments",
                  2,
                  Set.of(
                      ServerName.of("be_pay/pay-1"),
                      ServerName.of("be_pay/pay-2"),
                      ServerName.of("be_pay/pay-3")))),
          true);

  private final Detect detect = new Detect(expectations);
  private final Alerts alerts = new Alerts(Alerts.State.EMPTY);
  private final List<Notice> notices = new ArrayList<>();

  private Town quiet(long seed) {
    Town town = Town.ordinary(seed, 60);
    for (int i = 0; i < QUIET + seed % 10; i++) {
      look(town);
    }
    assertThat(notices).isEmpty();
    // Until now some failed, too, as on any day; whose failures come first is to be clear.
    town.streams.forEach(stream -> stream.ends(Band.ERROR, 0).ends(Band.TIMED_OUT, 0));
    look(town);
    town.firstFailure = Double.POSITIVE_INFINITY;
    return town;
  }

  private void look(Town town) {
    Moment moment = town.next();
    List<Sign> signs = detect.next(moment);
    notices.addAll(alerts.next(Alerts.Look.of(moment, signs, expectations)));
  }

  private static void edit(Town town) {
    Town.Stream payments = town.streams.getFirst();
    payments.elsewhere = 0.4;
    payments.other = town.server("be_reports/rep-1");
  }

  private static void reload(Town town) {
    town.event(Moment.Event.What.RELOADED_BY_OTHERS, "worker 101 serves since");
    town.replaced = OptionalLong.of(100);
  }

  private Optional<Notice> page() {
    return notices.stream().filter(Notice::wake).findFirst();
  }

  private static double after(Notice notice, double since) {
    return notice.alert().opened().toEpochMilli() / 1e3 - since;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void somebodyIsWokenUpBeforeTheFirstUserSeesAFailure(long seed) {
    Town town = quiet(seed);
    edit(town);
    reload(town);
    for (int i = 0; i < 20; i++) {
      if (i == 3) {
        town.drift(Drift.Part.MAIN_FILES, "approved.cfg differs");
      }
      look(town);
    }
    Notice page = page().orElseThrow();
    assertThat(town.firstFailure - town.firstMisrouted).isBetween(5.0, 8.5);
    assertThat(after(page, town.firstMisrouted)).isLessThan(3);
    assertThat(page.alert().opened().toEpochMilli() / 1e3).isLessThan(town.firstFailure);
    assertThat(page.alert().detection()).isEqualTo(Detection.CONTRACT);
    assertThat(page.alert().subject()).isEqualTo("payments at fe");
    assertThat(page.alert().what())
        .contains("went to be_reports/rep-1, which does not serve them by the inventory");
    assertThat(page.alert().change())
        .hasValueSatisfying(
            it -> assertThat(it.what()).isEqualTo(Moment.Event.What.RELOADED_BY_OTHERS));
    assertThat(page.alert().owner()).isEqualTo("platform");
    assertThat(page.alert().runbook()).isEqualTo("docs/runbooks/contract/live.md");
    // All that follows from it is kept with it and wakes nobody up again.
    assertThat(notices.stream().filter(Notice::wake)).hasSize(1);
    assertThat(alerts.all()).extracting(Alert::group).containsOnly(page.alert().group());
    assertThat(alerts.all())
        .extracting(Alert::detection)
        .contains(Detection.UNFINISHED, Detection.ROUTE_ERRORS, Detection.DRIFT);
  }

  /** Nobody noticed the reload, and drift is not looked for: the log alone is enough. */
  @Test
  void theLogAloneIsEnough() {
    for (long seed = 21; seed < 31; seed++) {
      notices.clear();
      IncidentTest alone = new IncidentTest();
      Town town = alone.quiet(seed);
      edit(town);
      for (int i = 0; i < 10; i++) {
        alone.look(town);
      }
      assertThat(after(alone.page().orElseThrow(), town.firstMisrouted)).isLessThan(3);
    }
  }

  /** Without a log nobody knows whose requests they are; that they pile up is seen all the same. */
  @Test
  void withoutALogSessionsThatPileUpAreSeen() {
    for (long seed = 31; seed < 36; seed++) {
      IncidentTest alone = new IncidentTest();
      Town town = Town.ordinary(seed, 60);
      town.logged = false;
      for (int i = 0; i < QUIET; i++) {
        alone.look(town);
      }
      edit(town);
      for (int i = 0; i < 10; i++) {
        alone.look(town);
      }
      Notice page = alone.page().orElseThrow();
      assertThat(page.alert().detection()).isEqualTo(Detection.UNFINISHED);
      assertThat(page.alert().subject()).isEqualTo("be_reports/rep-1");
      assertThat(after(page, town.firstMisrouted)).isLessThan(8);
    }
  }

  @Test
  void itIsOverWhenItIsMended() {
    Town town = quiet(3);
    edit(town);
    reload(town);
    for (int i = 0; i < 30; i++) {
      look(town);
    }
    town.streams.getFirst().elsewhere = 0;
    town.event(Moment.Event.What.ROLLBACK_ENDED, "rollback.serves");
    for (int i = 0; i < 180; i++) {
      look(town);
    }
    assertThat(alerts.all()).noneMatch(Alert::open);
    assertThat(notices.stream().filter(Notice::wake)).hasSize(1);
    assertThat(notices.getLast().kind()).isEqualTo(Notice.Kind.RESOLVED);
  }

  /** The other two ways in which it could have come. */
  @Test
  void aServerThatCannotServeInTheRightPoolIsSeenAsFast() {
    for (long seed = 41; seed < 46; seed++) {
      IncidentTest alone = new IncidentTest();
      Town town = alone.quiet(seed);
      Town.Server stray = town.server("be_pay/rep-1").workers(4);
      stray.millis = 500;
      town.streams.getFirst().elsewhere = 0.4;
      town.streams.getFirst().other = stray;
      town.streams.getFirst().otherFit = dev.checkrail.watch.traffic.Fit.RIGHT;
      for (int i = 0; i < 10; i++) {
        alone.look(town);
      }
      Notice page = alone.page().orElseThrow();
      assertThat(page.alert().detection()).isEqualTo(Detection.CONTRACT);
      assertThat(after(page, town.firstMisrouted)).isLessThan(3);
    }
  }
}
