package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Parses log-format strings (manual 8.2.4). Whether runs of spaces are merged ({@code log-format})
 * or not (headers, paths) depends on the directive; here they stay as they are.
 */
public final class ParseFormat {
  /** The variables of HAProxy 2.6 (manual 8.2.4). */
  private static final Set<String> VARIABLES =
      Set.of(
          "B", "CC", "CS", "H", "ID", "ST", "T", "Ta", "Tc", "Th", "Ti", "Tl", "Tq", "Tr", "TR",
          "Td", "Ts", "Tt", "Tu", "Tw", "U", "ac", "b", "bc", "bi", "bp", "bq", "ci", "cp", "f",
          "fc", "fi", "fp", "ft", "hr", "hrl", "hs", "hsl", "HM", "HP", "HPO", "HQ", "HU", "HV",
          "lc", "ms", "pid", "r", "rc", "rt", "s", "sc", "si", "sp", "sq", "sslc", "sslv", "t",
          "tr", "trg", "trl", "ts", "tsc");

  private final Word word;
  private final String text;
  private final List<FormatText.Part> parts = new ArrayList<>();
  private final StringBuilder literal = new StringBuilder();
  private int literalFrom;
  private int at;

  private ParseFormat(Word word) {
    this.word = word;
    this.text = word.value();
  }

  /** Parses one word as a log-format string. */
  public static Parsed<FormatText> parse(Word word) {
    ParseFormat run = new ParseFormat(word);
    Optional<Problem> problem = run.run();
    return problem.isPresent()
        ? Parsed.failed(problem.get())
        : Parsed.of(new FormatText(run.parts, word.span()));
  }

  private Optional<Problem> run() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '%') {
        add(c, at);
        at++;
        continue;
      }
      int percent = at;
      char next = at(at + 1);
      if (next == '%') {
        add('%', percent);
        at += 2;
      } else if (next == '{' || next == '[' || Tokenizer.isAlpha(next)) {
        Optional<Problem> problem = item(percent);
        if (problem.isPresent()) {
          return problem;
        }
      } else if (next == 0) {
        return wrong(
            percent, percent + 1, "a lone '%' ends the text; write '%%' for a percent sign");
      } else if (next == ' ' || next == '\t' || (next >= '0' && next <= '9')) {
        return wrong(
            percent,
            percent + 1,
            "no variable's name follows this '%'; write '%%' for a percent sign");
      } else {
        // HAProxy drops a percent sign before anything else.
        at++;
      }
    }
    flush(at);
    return Optional.empty();
  }

  private Optional<Problem> item(int percent) {
    int i = percent + 1;
    String flags = "";
    if (at(i) == '{') {
      int close = text.indexOf('}', i);
      if (close < 0) {
        return wrong(percent, text.length(), "this '%{' is never closed");
      }
      flags = text.substring(i + 1, close);
      i = close + 1;
    }
    if (at(i) == '[') {
      Parsed<ParseSample.Inside> parsed = ParseSample.parseInside(word, i + 1);
      if (parsed.value().isEmpty()) {
        return Optional.of(parsed.problems().getFirst());
      }
      ParseSample.Inside inside = parsed.value().get();
      if (at(inside.end()) != ']') {
        return wrong(inside.end(), inside.end(), "']' is expected here, at the end of '%['");
      }
      flush(percent);
      at = inside.end() + 1;
      literalFrom = at;
      parts.add(new FormatText.Part.Sample(inside.sample(), flags, word.at(percent, at)));
      return Optional.empty();
    }
    int from = i;
    while (Tokenizer.isAlnum(at(i))) {
      i++;
    }
    String name = text.substring(from, i);
    if (name.isEmpty()) {
      return wrong(percent, i, "a variable's name or '[' is expected behind '%{…}'");
    }
    if (!name.equals("o") && !VARIABLES.contains(name)) {
      return Optional.of(
          new Problem(
              "read/unknown-keyword",
              Severity.ERROR,
              word.at(percent, i),
              "log formats have no variable '%" + FileReading.shown(name) + "'",
              Optional.of("write '%%' if a percent sign is meant")));
    }
    flush(percent);
    at = i;
    literalFrom = at;
    Span span = word.at(percent, i);
    parts.add(
        name.equals("o")
            ? new FormatText.Part.Flags(flags, span)
            : new FormatText.Part.Variable(name, flags, span));
    return Optional.empty();
  }

  private void add(char c, int from) {
    if (literal.isEmpty()) {
      literalFrom = from;
    }
    literal.append(c);
  }

  private void flush(int to) {
    if (!literal.isEmpty()) {
      parts.add(new FormatText.Part.Literal(literal.toString(), word.at(literalFrom, to)));
      literal.setLength(0);
    }
  }

  private Optional<Problem> wrong(int from, int to, String message) {
    return Optional.of(Problem.error("read/syntax", word.at(from, to), message));
  }

  private char at(int i) {
    return i < text.length() ? text.charAt(i) : 0;
  }
}
