package dev.checkrail.cli;

import dev.checkrail.report.StageResult;
import dev.checkrail.source.Severity;

/** Colours and signs, as far as the place that is written to can show them. */
final class Paint {
  private final boolean colour;
  private final boolean unicode;

  Paint(boolean colour, boolean unicode) {
    this.colour = colour;
    this.unicode = unicode;
  }

  String red(String text) {
    return in("31", text);
  }

  String green(String text) {
    return in("32", text);
  }

  String yellow(String text) {
    return in("33", text);
  }

  String faint(String text) {
    return in("2", text);
  }

  String bold(String text) {
    return in("1", text);
  }

  String of(Severity severity, String text) {
    return switch (severity) {
      case ERROR -> red(text);
      case WARNING -> yellow(text);
      case NOTICE -> faint(text);
    };
  }

  String mark(StageResult.Status status) {
    return switch (status) {
      case PASS -> green(sign("✓", "ok"));
      case BLOCKED -> red(sign("✗", "X"));
      case UNDECIDED -> yellow("?");
      case SKIPPED -> faint(sign("–", "-"));
    };
  }

  String arrow() {
    return sign("→", "->");
  }

  String dot() {
    return sign(" · ", " - ");
  }

  /** Everything else that is not ASCII, in ASCII where that is needed. */
  String plain(String text) {
    if (unicode) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    text.replace("→", "->")
        .replace("…", "...")
        .replace("–", "-")
        .replace("·", "-")
        .chars()
        .forEach(c -> out.append(c < 0x80 ? (char) c : '?'));
    return out.toString();
  }

  private String sign(String sign, String ascii) {
    return unicode ? sign : ascii;
  }

  private String in(String code, String text) {
    return colour && !text.isEmpty() ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
  }
}
