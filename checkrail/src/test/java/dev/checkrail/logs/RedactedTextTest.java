package dev.checkrail.logs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RedactedTextTest {
  @Test
  void cardNumbersHoweverTheyStand() {
    assertThat(RedactedText.of("be4242424242424242x")).isEqualTo("be[redacted]x");
    assertThat(RedactedText.of("4242424242424242")).isEqualTo("[redacted]");
    assertThat(RedactedText.of("a 5555-5555-5555-4444 b")).isEqualTo("a [redacted] b");
    assertThat(RedactedText.of("/v1/%34242424242424242")).isEqualTo("/v1/[redacted]");
  }

  @Test
  void secretsThatTheirSurroundingsBetray() {
    assertThat(RedactedText.of("map x: it is token=abcdef")).doesNotContain("abcdef");
    assertThat(RedactedText.of("http://u:pass1@h/")).doesNotContain("pass1");
  }

  @Test
  void digestsAndUuidsStay() {
    String digest = "4242424242424242" + "a".repeat(48);
    String uuid = "a2424242-4242-4242-4242-424242424242";
    assertThat(RedactedText.of("12:" + digest + " " + uuid)).isEqualTo("12:" + digest + " " + uuid);
    assertThat(RedactedText.of(digest + " 4242424242424242")).isEqualTo(digest + " [redacted]");
    // One that is longer is no digest.
    assertThat(RedactedText.of(digest + "f")).startsWith("[redacted]");
    assertThat(RedactedText.of("4".repeat(48) + "4242424242424242"))
        .isEqualTo(
            "4".repeat(48) + "4242424242424242"); // 64 digits in a row are no card number either
  }

  @Test
  void onceIsEnough() {
    for (String text :
        new String[] {
          "be4242424242424242x",
          "Authorization: Bearer abc.def",
          "x-api-key: 1234",
          "plain 2026-01-31"
        }) {
      assertThat(RedactedText.of(RedactedText.of(text))).isEqualTo(RedactedText.of(text));
    }
  }
}
