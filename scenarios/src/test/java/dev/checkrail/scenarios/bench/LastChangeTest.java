package dev.checkrail.scenarios.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class LastChangeTest {
  private static final Instant FAULT = Instant.parse("2026-01-01T00:01:00Z");
  private static final Instant ASKED = FAULT.plusSeconds(5);

  @Test
  void theLastOneBeforeTheAnswerIsBlamed() {
    assertThat(
            read(
                    "database",
                    entry("00:00:40", "ada", "apply.began"),
                    entry("00:00:55", "ada", "event"),
                    entry("00:01:30", "ada", "apply.began"))
                .cause())
        .isEqualTo("other-change");
    assertThat(read("database").cause()).isEqualTo("none");
  }

  @Test
  void aWayBackByItselfIsRightOnlyFromWhatWasTheCause() {
    String back = entry("00:01:09", "checkrail", "rollback.ordered");
    assertThat(read("lb-change", back).back())
        .singleElement()
        .satisfies(it -> {
          assertThat(it.right()).isTrue();
          assertThat(it.seconds()).isEqualTo(9);
        });
    assertThat(read("database", back).back()).singleElement().matches(it -> !it.right());
    assertThat(read("lb-change", entry("00:00:50", "checkrail", "rollback.ordered")).back())
        .singleElement()
        .matches(it -> !it.right());
    assertThat(read("lb-runtime", entry("00:00:50", "ada", "rollback.ordered")).back()).isEmpty();
  }

  private static LastChange read(String truth, String... entries) {
    return LastChange.read(
        JsonMapper.builder().build().readTree("[" + String.join(",", entries) + "]"),
        List.of("ada"),
        FAULT,
        ASKED,
        new Truth(1, "", List.of(truth), List.of(), Wanted.CAUSE, "", ""));
  }

  private static String entry(String at, String who, String kind) {
    return "{\"at\":\"2026-01-01T%sZ\",\"actor\":\"%s\",\"kind\":\"%s\",\"details\":{}}"
        .formatted(at, who, kind);
  }
}
