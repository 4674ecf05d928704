package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.traffic.Band;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * However many routes, servers and alerts there are: what is remembered is bounded, and says so.
 */
class BoundsTest {
  @Test
  void thereAreAtMostSoManyUnits() {
    Detect detect = new Detect(Expectations.NONE);
    for (int second = 0; second < 20; second++) {
      Given given = Given.second(second);
      for (int i = 0; i < 400; i++) {
        String name = second + "-" + i;
        given.flow("service-" + name, "be/" + name, Map.of(Band.SUCCESS, 1L));
      }
      detect.next(given.moment());
    }
    assertThat(detect.ignored()).isGreaterThanOrEqualTo(2 * (20 * 400 - Scene.MOST));
  }

  @Test
  void whatIsNotThereForAnHourMakesRoom() {
    Detect detect = new Detect(Expectations.NONE);
    long second = 0;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 2; i++) {
        Given given = Given.second(second++);
        for (int k = 0; k < 450; k++) {
          String name = round + "-" + i + "-" + k;
          given.flow("service-" + name, "be/" + name, Map.of(Band.SUCCESS, 1L));
        }
        detect.next(given.moment());
      }
      second += 4_300;
      detect.next(Given.second(second++).moment());
    }
    assertThat(detect.ignored()).isZero();
  }

  @Test
  void thereAreAtMostSoManyAlerts() {
    Alerts alerts = new Alerts(Alerts.State.EMPTY);
    List<Sign> signs = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      signs.add(
          new Sign(
              Detection.ROUTE_ERRORS,
              Detection.Level.PAGE,
              "route " + i,
              "fails",
              Instant.EPOCH,
              Sign.Scope.ALL));
    }
    List<Notice> notices =
        alerts.next(
            new Alerts.Look("edge", Given.at(1), signs, List.of(), true, Expectations.NONE));
    assertThat(alerts.all()).hasSize(2_000);
    assertThat(notices.stream().filter(Notice::wake)).hasSize(1);
  }
}
