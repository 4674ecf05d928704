package dev.checkrail.scenarios.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ScoreTest {
  @Test
  void theTrueCauseFirstAndKeptIsRight() {
    Row row = stored(1, Wanted.CAUSE, List.of("lb-change"), "lb-change", "database");
    assertThat(Score.of(row)).isEqualTo(Score.RIGHT);
    assertThat(Score.firstTwo(row)).isTrue();
  }

  @Test
  void anAnswerThatDoesNotStayIsNotRight() {
    Row row =
        Row.read(
            stored(1, Wanted.CAUSE, List.of("lb-change"), "lb-change")
                .json()
                .replace("\"stayed\":true", "\"stayed\":false"));
    assertThat(Score.of(row)).isEqualTo(Score.AMONG_TWO);
  }

  @Test
  void theSecondPlaceIsAmongTwoAndTheThirdIsWrong() {
    List<String> truth = List.of("database");
    assertThat(Score.of(stored(16, Wanted.CAUSE, truth, "lb-change", "database")))
        .isEqualTo(Score.AMONG_TWO);
    Row third = stored(16, Wanted.CAUSE, truth, "lb-change", "backend", "database");
    assertThat(Score.of(third)).isEqualTo(Score.WRONG);
    assertThat(Score.firstTwo(third)).isFalse();
  }

  @Test
  void nothingSaidIsNoAnswerAndNotWrong() {
    Row row = stored(16, Wanted.CAUSE, List.of("database"));
    assertThat(Score.of(row)).isEqualTo(Score.NO_ANSWER);
    assertThat(Score.firstTwo(row)).isFalse();
  }

  @Test
  void ofTwoCausesBothHaveToBeThere() {
    Truth both =
        new Truth(
            44,
            "two",
            List.of("lb-change", "acquirer"),
            List.of("lb-change", "acquirer"),
            Wanted.CAUSE,
            "",
            "");
    assertThat(Score.firstTwo(with(both, "lb-change", "acquirer"))).isTrue();
    assertThat(Score.firstTwo(with(both, "lb-change", "database", "acquirer"))).isFalse();
    assertThat(Score.of(with(both, "lb-change", "database"))).isEqualTo(Score.RIGHT);
  }

  @Test
  void aPageWhereNobodyIsToBeWokenIsWrong() {
    Row quiet = stored(34, Wanted.TICKET, List.of("merchant"), "merchant");
    assertThat(Score.of(quiet)).isEqualTo(Score.RIGHT);
    Row page =
        Row.read(
            quiet
                .json()
                .replace(
                    "\"told\":[]",
                    "\"told\":[{\"seconds\":3.0,\"kind\":\"opened\",\"wakes\":true,"
                        + "\"detection\":\"route/errors\",\"subject\":\"\"}]"));
    assertThat(page.pages()).isEqualTo(1);
    assertThat(Score.of(page)).isEqualTo(Score.WRONG);
  }

  @Test
  void whereNothingIsWrongNobodyIsToBeWokenAndWhatIsNamedIsCounted() {
    List<String> none = List.of("none");
    Row urgent = stored(26, Wanted.NOTHING, none, "backend");
    assertThat(Score.of(urgent)).isEqualTo(Score.WRONG);

    Row ticket = forATicket(urgent);
    assertThat(Score.of(ticket)).isEqualTo(Score.RIGHT);
    assertThat(Score.namedForNothing(ticket)).isTrue();

    Row nothing = forATicket(stored(26, Wanted.NOTHING, none));
    assertThat(Score.of(nothing)).isEqualTo(Score.RIGHT);
    assertThat(Score.namedForNothing(nothing)).isFalse();
  }

  private static Row forATicket(Row row) {
    return Row.read(row.json().replace("\"urgent\":true", "\"urgent\":false"));
  }

  @Test
  void intervalsAreWilsons() {
    assertThat(Wilson.of(38, 40).text()).isEqualTo("83–99 %");
    assertThat(Wilson.of(257, 270).text()).isEqualTo("92–97 %");
    assertThat(Wilson.of(0, 0).text()).isEqualTo("0–100 %");
  }

  @Test
  void theTruthIsSealedByItsDigest() {
    Truth truth = new Truth(1, "a", List.of("lb-change"), List.of(), Wanted.CAUSE, "b", "c");
    assertThat(Truth.digest(truth.json())).isEqualTo(truth.digest());
    assertThat(Truth.read(truth.json())).isEqualTo(truth);
    assertThat(Truth.digest(truth.json().replace("lb-change", "backend")))
        .isNotEqualTo(truth.digest());
  }

  @Test
  void theTableCountsAndLeavesVoidRunsOut() {
    Row right = stored(1, Wanted.CAUSE, List.of("lb-change"), "lb-change");
    Row wrong = stored(16, Wanted.CAUSE, List.of("database"), "lb-change", "backend");
    Row invalid =
        Row.read(right.json().replace("\"remarks\":[]", "\"remarks\":[\"not restored: x\"]"));
    String text = new Table(List.of(wrong, invalid, right)).text();
    assertThat(text)
        .contains("| 1 | fault | lb-change | 1 | 1.5 s | 4.0 s | 1/1 | 1/1 | 1/1 | 0 | 0 |")
        .contains("| 16 | fault | database | 1 | 1.5 s | 4.0 s | 1/1 | 0/1 | 0/1 | 0 | 0 |")
        .contains("2 runs at 0123456789: the true cause first in 1 (95 %: 9–91 %)")
        .contains("1 runs are left out")
        .contains("| database | 1 | 0 |");
  }

  static Row stored(int scenario, Wanted wanted, List<String> truth, String... said) {
    return with(new Truth(scenario, "fault", truth, List.of(), wanted, "", ""), said);
  }

  private static Row with(Truth truth, String... said) {
    List<Row.Named> ranking = new ArrayList<>();
    Arrays.stream(said).forEach(it -> ranking.add(new Row.Named(it, "", 0.9, "")));
    return new Row(
        "0123456789",
        1,
        60,
        truth.scenario(),
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:30Z",
        false,
        OptionalDouble.of(1.5),
        said.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(4),
        true,
        ranking,
        true,
        60,
        List.of(),
        List.of(),
        "lb-change",
        "backend",
        new Row.Users(100, 3),
        truth.digest(),
        truth,
        List.of());
  }
}
