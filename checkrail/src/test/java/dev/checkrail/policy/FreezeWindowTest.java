package dev.checkrail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreezeWindowTest {

  @ParameterizedTest
  @CsvSource({
    // window, time, until (none: it does not hold)
    "2026-12-20..2027-01-06, 2026-12-19T23:59:59Z, none",
    "2026-12-20..2027-01-06, 2026-12-20T00:00:00Z, 2027-01-07T00:00:00Z",
    "2026-12-20..2027-01-06, 2027-01-06T23:59:59Z, 2027-01-07T00:00:00Z",
    "2026-12-20..2027-01-06, 2027-01-07T00:00:00Z, none",
    "2026-12-20T16:00..2026-12-21T08:00 Europe/Vienna, 2026-12-20T15:00:00Z, 2026-12-21T07:00:00Z",
    "2026-12-20T16:00..2026-12-21T08:00 Europe/Vienna, 2026-12-20T14:59:59Z, none",
    "Fri 16:00..Mon 08:00, 2026-11-20T15:59:00Z, none", // a Friday
    "Fri 16:00..Mon 08:00, 2026-11-20T16:00:30Z, 2026-11-23T08:00:00Z",
    "Fri 16:00..Mon 08:00, 2026-11-22T12:00:00Z, 2026-11-23T08:00:00Z",
    "Fri 16:00..Mon 08:00, 2026-11-23T08:00:00Z, none",
    "daily 17:00..09:00 Europe/Vienna, 2026-11-23T16:00:00Z, 2026-11-24T08:00:00Z",
    "daily 17:00..09:00 Europe/Vienna, 2026-11-23T07:59:00Z, 2026-11-23T08:00:00Z",
    "daily 17:00..09:00 Europe/Vienna, 2026-11-23T12:00:00Z, none",
    // The night in which the clock goes back an hour: 08:00 of the wall is an hour later.
    "Sat 16:00..Sun 08:00 Europe/Vienna, 2026-10-24T20:00:00Z, 2026-10-25T07:00:00Z",
  })
  void itHoldsFromItsBeginningUntilItsEndByTheClockOnTheWall(
      String window, String at, String until) {
    assertThat(
            FreezeWindow.read(window)
                .orElseThrow()
                .until(Instant.parse(at))
                .map(Instant::toString)
                .orElse("none"))
        .isEqualTo(until);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "weekends",
        "2026-13-01..2026-12-02",
        "2027-01-06..2026-12-20",
        "Fri 25:00..Mon 08:00",
        "Fry 16:00..Mon 08:00",
        "daily 09:00..09:00",
        "daily 17:00..09:00 Europe/Atlantis",
      })
  void whatIsNoWindowIsRefused(String text) {
    assertThat(FreezeWindow.read(text)).isEmpty();
  }

  @Test
  void thePolicySaysWhereAWindowIsWrong() {
    PolicyReader.Reading reading =
        PolicyReader.read(
            dev.checkrail.source.SourceFile.of(
                "checkrail.yaml",
                """
                version: 1
                review:
                  approvers: 1
                  high_risk: { approvers: 2, roles: [admin] }
                  freeze: ["Fri 16:00..Mon 08:00 Europe/Vienna", weekends]
                """
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            java.util.Map.of(),
            java.util.List.of());
    assertThat(reading.ok()).isFalse();
    assertThat(reading.problems().toString())
        .contains("checkrail.yaml:5:50")
        .contains("\"weekends\" is no freeze window");
  }
}
