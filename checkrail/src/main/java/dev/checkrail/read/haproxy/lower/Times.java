package dev.checkrail.read.haproxy.lower;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times [2.5]: a number and a unit; milliseconds without one. */
final class Times {
  private static final Pattern TIME = Pattern.compile("(\\d{1,15})(us|ms|s|m|h|d)?");

  private Times() {}

  /** In milliseconds, rounded up; empty if it is no time. */
  static OptionalLong millis(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    String unit = matcher.group(2) == null ? "ms" : matcher.group(2);
    return OptionalLong.of(
        switch (unit) {
          case "us" -> (number + 999) / 1000;
          case "s" -> number * 1000;
          case "m" -> number * 60_000;
          case "h" -> number * 3_600_000;
          case "d" -> number * 86_400_000;
          case String milliseconds -> number;
        });
  }

  static long millis(String text, long otherwise) {
    return millis(text).orElse(otherwise);
  }

  /** {@code 5000ms}; the text itself if it is no time. */
  static String normal(String text) {
    OptionalLong millis = millis(text);
    return millis.isPresent() ? millis.getAsLong() + "ms" : text;
  }
}
