package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.MinuteRow;
import dev.checkrail.watch.Rollups;
import dev.checkrail.watch.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class SeriesApiTest {
  private static final long NOON = Instant.parse("2026-01-31T12:00:00Z").getEpochSecond();
  private static final String NAME = "server be/s1 sessions";

  private final Series series = new Series("edge");
  private final List<MinuteRow> kept = new ArrayList<>();
  private final Rollups rollups =
      new Rollups() {
        @Override
        public void write(List<MinuteRow> rows) {
          kept.addAll(rows);
        }

        @Override
        public List<MinuteRow> read(String balancer, String name, Instant from, Instant to) {
          return kept.stream()
              .filter(row -> row.series().equals(name))
              .filter(row -> !row.minute().isBefore(from) && row.minute().isBefore(to))
              .toList();
        }
      };

  /** Each second its own number, and each minute kept as soon as it is over. */
  private void measured(long from, long to) {
    for (long second = from; second < to; second++) {
      series.put(NAME, second, second - NOON);
      if (second % 60 == 59) {
        rollups.write(series.minute(second / 60));
      }
    }
  }

  private ObjectNode told(long from, long to, long now) {
    return SeriesApi.told(series, rollups, NAME, from, to, now).orElseThrow();
  }

  @Test
  void aQuarterOfAnHourIsToldBySecondsAndWhatIsOlderByMinutesAndNoneTwice() {
    measured(NOON, NOON + 3600 + 7);
    long now = NOON + 3600 + 7;

    ObjectNode body = told(NOON, now, now);

    List<JsonNode> minutes = body.get("minutes").values().stream().toList();
    long begin = Instant.parse(body.get("seconds").get("from").asString()).getEpochSecond();
    assertThat(begin).isEqualTo(NOON + 46 * 60);
    assertThat(minutes).hasSize(46);
    assertThat(minutes.getLast().get("at").asString()).isEqualTo("2026-01-31T12:45:00Z");
    JsonNode values = body.get("seconds").get("values");
    assertThat(values.size()).isEqualTo(14 * 60 + 7);
    assertThat(values.get(0).asLong()).isEqualTo(46 * 60);
    assertThat(values.get(values.size() - 1).asLong()).isEqualTo(3606);
  }

  @Test
  void afterARestartWhatWasBeforeComesFromTheMinutes() {
    for (long second = NOON; second < NOON + 600; second++) {
      series.put(NAME, second, 1);
    }
    for (long minute = NOON / 60; minute < NOON / 60 + 10; minute++) {
      rollups.write(series.minute(minute));
    }
    Series after = new Series("edge");
    after.put(NAME, NOON + 630, 7);

    ObjectNode body =
        SeriesApi.told(after, rollups, NAME, NOON, NOON + 640, NOON + 640).orElseThrow();

    assertThat(body.get("minutes").size()).isEqualTo(10);
    assertThat(body.get("seconds").get("from").asString()).isEqualTo("2026-01-31T12:10:00Z");
    JsonNode values = body.get("seconds").get("values");
    assertThat(values.size()).isEqualTo(40);
    assertThat(values.get(29).isNull()).isTrue();
    assertThat(values.get(30).asInt()).isEqualTo(7);
  }

  @Test
  void whatWasNeverMeasuredIsNothing() {
    assertThat(SeriesApi.told(series, rollups, "none", NOON, NOON + 60, NOON + 60)).isEmpty();
  }
}
