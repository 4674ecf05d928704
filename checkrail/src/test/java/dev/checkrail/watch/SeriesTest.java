package dev.checkrail.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final double GAP = Double.NaN;

  @Test
  void aSecondThatWasNotSeenIsAGap() {
    Series series = new Series("edge", 120, 10);
    series.put("server a/1 sessions", 1000, 5);
    series.put("server a/1 sessions", 1003, 7);
    assertThat(series.read("server a/1 sessions", 999, 1005))
        .containsExactly(GAP, 5, GAP, GAP, 7, GAP);
    assertThat(series.read("nobody", 1000, 1002)).containsExactly(GAP, GAP);
  }

  @Test
  void aRingForgetsWhatIsOlderThanItself() {
    Series series = new Series("edge", 120, 10);
    for (long second = 0; second < 1000; second++) {
      series.put("a", second, second);
    }
    assertThat(series.read("a", 879, 882)).containsExactly(GAP, 880, 881);
    assertThat(series.read("a", 998, 1001)).containsExactly(998, 999, GAP);
    assertThat(series.put("a", 879, 1)).isFalse();
  }

  @Test
  void afterALongSilenceNothingOldIsTakenForNew() {
    Series series = new Series("edge", 120, 10);
    series.put("a", 10, 1);
    series.put("a", 10 + 120, 2);
    assertThat(series.read("a", 10, 12)).containsExactly(GAP, GAP);
    series.put("b", 11, 1);
    series.put("b", 11 + 119, 2);
    assertThat(series.read("b", 11, 13)).containsExactly(1, GAP);
  }

  @Test
  void beyondTheBoundSeriesAreRefusedAndCounted() {
    Series series = new Series("edge", 120, 2);
    assertThat(series.put("a", 1, 1)).isTrue();
    assertThat(series.put("b", 1, 1)).isTrue();
    assertThat(series.put("c", 1, 1)).isFalse();
    assertThat(series.put("a", 2, 1)).isTrue();
    assertThat(series.refused()).isEqualTo(1);
    assertThat(series.names()).containsExactly("a", "b");
    assertThat(series.leftOut()).containsExactly("c");
  }

  /** Sixteen of each, and six of the probes of 512 of them; see Recording. */
  @Test
  void thereIsRoomForAThousandServersAndWhatIsLeftOutIsNamed() {
    Series series = new Series("edge");
    for (int server = 0; server < 1000; server++) {
      for (int one = 0; one < 16 + (server < 512 ? 6 : 0); one++) {
        assertThat(series.put("server be/" + server + " " + one, 1, 1)).isTrue();
      }
    }
    for (int one = series.names().size(); one < series.most(); one++) {
      assertThat(series.put("route " + one, 1, 1)).isTrue();
    }
    assertThat(series.put("one too many", 1, 1)).isFalse();
    assertThat(series.leftOut()).containsExactly("one too many");
  }

  @Test
  void aSeriesOfWhichNothingIsSeenAnyMoreMakesPlace() {
    Series series = new Series("edge", 120, 2);
    series.put("gone", 1, 1);
    for (long second = 1; second <= 121; second++) {
      series.put("stays", second, 1);
    }
    assertThat(series.put("new", 121, 1)).isTrue();
    assertThat(series.names()).containsExactly("new", "stays");
  }

  @Test
  void aClockThatIsSetBackALittleWritesOverAndFarBackBeginsAnew() {
    Series series = new Series("edge", 120, 10);
    series.put("a", 5000, 1);
    series.put("a", 4990, 2);
    assertThat(series.read("a", 4990, 4991)).containsExactly(2);
    assertThat(series.read("a", 5000, 5001)).containsExactly(1);
    assertThat(series.put("a", 1000, 3)).isTrue();
    assertThat(series.read("a", 1000, 1001)).containsExactly(3);
    assertThat(series.read("a", 5000, 5001)).containsExactly(GAP);
  }

  @Test
  void aMinuteIsMadeOfTheSecondsThatWereSeenAndSaysHowMany() {
    Series series = new Series("edge", 300, 10);
    series.put("a", 119, 100);
    series.put("a", 120, 3);
    series.put("a", 130, 1);
    series.put("a", 179, 2);
    series.put("a", 180, 100);
    series.put("b", 180, 100);
    assertThat(series.minute(2))
        .isEqualTo(List.of(new MinuteRow("edge", "a", Instant.ofEpochSecond(120), 3, 6, 1, 3, 2)));
    assertThat(series.minute(2).getFirst().mean()).isEqualTo(2);
  }
}
