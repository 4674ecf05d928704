package dev.checkrail.watch.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts as a failure: the table, line by line. */
class BandTest {

  @ParameterizedTest(name = "{0} {1} is {2}")
  @CsvSource({
    // The server's answer is what counts, if all went well.
    "200, ----, SUCCESS",
    "201, ----, SUCCESS",
    "101, ----, SUCCESS",
    "304, ----, REDIRECTED",
    "302, LR--, REDIRECTED",
    "200, LR--, SUCCESS",
    "401, ----, UNAUTHENTICATED",
    "402, ----, DECLINED",
    "403, ----, REFUSED",
    "404, ----, NOT_FOUND",
    "409, ----, CONFLICT",
    "422, ----, UNPROCESSABLE",
    "429, ----, LIMITED",
    "500, ----, ERROR",
    "503, ----, ERROR",
    // The load balancer's own answers.
    "403, PR--, REFUSED",
    "429, PR--, LIMITED",
    "503, PR--, ERROR",
    "500, PT--, REFUSED",
    "502, PH--, ERROR",
    "503, SC--, ERROR",
    "502, SH--, ERROR",
    // Time-outs of servers and queues.
    "503, sQ--, TIMED_OUT",
    "503, sC--, TIMED_OUT",
    "504, sH--, TIMED_OUT",
    "200, sD--, TIMED_OUT",
    // Answers that were cut or lost.
    "200, SD--, BROKEN",
    "200, PD--, BROKEN",
    "-1, RC--, BROKEN",
    "200, KD--, BROKEN",
    "-1, DC--, BROKEN",
    "200, ID--, BROKEN",
    // No request.
    "408, cR--, NO_REQUEST",
    "400, CR--, NO_REQUEST",
    // A tunnel ends as it likes.
    "101, CD--, SUCCESS",
    "101, sD--, SUCCESS",
    // The client had its answer, and did not want the rest of it.
    "200, CD--, LEFT",
    "200, cD--, LEFT",
    "500, CD--, ERROR",
  })
  void aRequestThatWasAnswered(int status, String termination, Band band) {
    assertThat(Band.of(Logged.request().ended(status, termination).record())).isEqualTo(band);
  }

  @ParameterizedTest(name = "{0} after {1} ms is {2}")
  @CsvSource({
    "CH--, 50, LEFT",
    "CH--, 999, LEFT",
    "CH--, 1000, GAVE_UP",
    "CH--, 8000, GAVE_UP",
    "CQ--, 5000, GAVE_UP",
    "CC--, 5000, GAVE_UP",
    "CD--, 8000, GAVE_UP",
    "cH--, 8000, GAVE_UP",
  })
  void aClientThatLeavesWithoutAnAnswerFailedIfItWaited(String state, int waited, Band band) {
    assertThat(Band.of(Logged.request().ended(-1, state).unanswered().took(waited).record()))
        .isEqualTo(band);
  }

  @Test
  void aBadRequestIsNone() {
    assertThat(Band.of(Logged.request().unreadable().answeredHere().ended(400, "PR--").record()))
        .isEqualTo(Band.NO_REQUEST);
  }

  @ParameterizedTest(name = "TCP {0} is {1}")
  @CsvSource({
    "--, SUCCESS",
    "CD, SUCCESS",
    "cD, SUCCESS",
    "sD, LEFT",
    "SC, BROKEN",
    "sC, TIMED_OUT",
    "SD, BROKEN",
    "CC, LEFT",
    "PC, REFUSED",
    "KD, BROKEN",
  })
  void sessionsOfTcpEndWithoutStatus(String state, Band band) {
    assertThat(Band.of(Logged.request().tcp(state).record())).isEqualTo(band);
  }

  @Test
  void declinesLimitsAndMissingPagesAreNoFailures() {
    assertThat(Arrays.stream(Band.values()).filter(Band::failure))
        .containsExactly(Band.ERROR, Band.TIMED_OUT, Band.GAVE_UP, Band.BROKEN);
  }
}
