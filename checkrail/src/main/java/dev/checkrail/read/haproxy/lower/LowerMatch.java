package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Match;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Match methods [7.1.1 to 7.1.6] with their patterns, inline and from files. */
final class LowerMatch {
  /**
   * A match, the type that its sample is cast to, or why it is not modelled.
   *
   * @param match empty if not modelled
   */
  record Result(Optional<Match> match, Type type, String reason) {}

  private LowerMatch() {}

  static Result match(CriterionText criterion, Type type, Setup setup) {
    List<String> listed = listed(criterion, setup);
    if (criterion.files().stream().anyMatch(f -> setup.files().changesAtRunTime(f.value()))) {
      String reason = "rules change the list while HAProxy runs";
      setup.notes().unmodelled(setup.directive(), reason);
      return new Result(Optional.empty(), type, reason);
    }
    List<String> inline = criterion.patterns().stream().map(Word::value).toList();
    boolean fold = criterion.ignoreCase();
    return switch (criterion.match()) {
      case FOUND -> of(new Match.Found(), type);
      case BOOL -> of(new Match.True(), Type.FLAG);
      case INT -> ranges(listed, inline, Type.NUMBER, criterion, setup);
      case LEN -> ranges(listed, inline, Type.TEXT, criterion, setup);
      case IP -> addresses(listed, inline, criterion, setup);
      case BIN -> new Result(Optional.empty(), Type.BINARY, "binary patterns are not modelled");
      case STR -> text(Match.Kind.EXACT, both(listed, inline), fold);
      case BEG -> text(Match.Kind.PREFIX, both(listed, inline), fold);
      case END -> text(Match.Kind.SUFFIX, both(listed, inline), fold);
      case SUB -> text(Match.Kind.SUBSTRING, both(listed, inline), fold);
      case DIR -> words(Match.Kind.PATH_SEGMENT, "/?", both(listed, inline), fold, setup);
      case DOM -> words(Match.Kind.DOMAIN, "/?.:", both(listed, inline), fold, setup);
      case REG -> of(new Match.Regex(both(listed, inline), fold), Type.TEXT);
    };
  }

  private static Result of(Match match, Type type) {
    return new Result(Optional.of(match), type, "");
  }

  private static Result text(Match.Kind kind, List<String> patterns, boolean fold) {
    return of(new Match.Text(kind, patterns, fold), Type.TEXT);
  }

  /**
   * Patterns lose the delimiters at their ends. Of one that is nothing else nothing is left, and
   * then HAProxy 2.6 compares what lies behind the text in memory.
   */
  private static Result words(
      Match.Kind kind, String delimiters, List<String> patterns, boolean fold, Setup setup) {
    boolean empty =
        patterns.stream()
            .anyMatch(pattern -> pattern.chars().allMatch(c -> delimiters.indexOf(c) >= 0));
    if (empty) {
      String reason = "with a pattern of delimiters only HAProxy reads past the end of the text";
      setup.notes().unmodelled(setup.directive(), reason);
      return new Result(Optional.empty(), Type.TEXT, reason);
    }
    return text(kind, patterns, fold);
  }

  private static List<String> both(List<String> listed, List<String> inline) {
    if (listed.isEmpty()) {
      return inline;
    }
    List<String> all = new ArrayList<>(listed);
    all.addAll(inline);
    return all;
  }

  /** All patterns, those of files first. */
  static List<String> patterns(CriterionText criterion, Setup setup) {
    return both(listed(criterion, setup), criterion.patterns().stream().map(Word::value).toList());
  }

  /** Patterns of all {@code -f} files. */
  private static List<String> listed(CriterionText criterion, Setup setup) {
    List<String> patterns = new ArrayList<>();
    for (Word word : criterion.files()) {
      String path = word.value();
      FileLookup.Located located = setup.files().patternFile(path, setup.directive(), setup.late());
      Optional<SourceFile> file = located.file();
      List<String> lines =
          file.map(f ->
                  criterion.forceMap()
                      ? PatternFiles.pairs(f).stream().map(entry -> entry.key()).toList()
                      : PatternFiles.lines(f))
              .orElse(List.of());
      patterns.addAll(lines);
      References.note(
          setup, ReferencedFile.Kind.LIST, path, located, file.map(f -> lines.size()), word.span());
      if (file.isEmpty()) {
        setup
            .notes()
            .error(
                RuleId.FILE_MISSING,
                word.span(),
                "the list "
                    + path
                    + " "
                    + References.whatIsWrong(located)
                    + "; HAProxy won't start");
      }
    }
    return patterns;
  }

  private static Result ranges(
      List<String> listed, List<String> inline, Type type, CriterionText criterion, Setup setup) {
    List<Match.Range> ranges = new ArrayList<>();
    for (String pattern : listed) {
      Optional<Match.Range> range = range(pattern);
      if (range.isEmpty()) {
        notANumber(pattern, criterion.span(), setup);
      }
      range.ifPresent(ranges::add);
    }
    String operator = "eq";
    for (String pattern : inline) {
      if (isOperator(pattern)) {
        operator = pattern;
        continue;
      }
      Optional<Match.Range> range =
          pattern.indexOf(':') >= 0 || pattern.indexOf('-') >= 0
              ? range(pattern)
              : compare(operator, pattern);
      if (range.isEmpty()) {
        notANumber(pattern, criterion.span(), setup);
      }
      range.ifPresent(ranges::add);
    }
    return type == Type.NUMBER
        ? of(new Match.Numbers(ranges), type)
        : of(new Match.Length(lengths(ranges)), type);
  }

  /**
   * Lengths are compared as unsigned numbers: no length is above a negative lower bound, and all
   * are below a negative upper one.
   */
  private static List<Match.Range> lengths(List<Match.Range> ranges) {
    return ranges.stream()
        .filter(range -> range.low().orElse(0) >= 0)
        .map(range ->
            range.high().orElse(0) >= 0
                ? range
                : new Match.Range(range.low(), OptionalLong.empty()))
        .toList();
  }

  private static void notANumber(String pattern, Span span, Setup setup) {
    setup.notes().refused(span, "'" + Text.shown(pattern) + "' is no number or range of numbers");
  }

  private static boolean isOperator(String word) {
    return switch (word) {
      case "eq", "gt", "ge", "lt", "le" -> true;
      case String other -> false;
    };
  }

  private static Optional<Match.Range> compare(String operator, String pattern) {
    if (pattern.indexOf('.') >= 0) {
      return Optional.empty();
    }
    return number(pattern)
        .map(value ->
            switch (operator) {
              case "gt" -> new Match.Range(OptionalLong.of(value + 1), OptionalLong.empty());
              case "ge" -> new Match.Range(OptionalLong.of(value), OptionalLong.empty());
              case "lt" -> new Match.Range(OptionalLong.empty(), OptionalLong.of(value - 1));
              case "le" -> new Match.Range(OptionalLong.empty(), OptionalLong.of(value));
              case String equal -> new Match.Range(OptionalLong.of(value), OptionalLong.of(value));
            });
  }

  /** {@code 5}, {@code 5:10}, {@code 5-10}, {@code 5:}, {@code :10}. */
  private static Optional<Match.Range> range(String text) {
    int at = 0;
    while (at < text.length() && text.charAt(at) != ':' && text.charAt(at) != '-') {
      at++;
    }
    if (at == text.length()) {
      return number(text).map(n -> new Match.Range(OptionalLong.of(n), OptionalLong.of(n)));
    }
    String low = text.substring(0, at);
    String high = text.substring(at + 1);
    if (low.isEmpty() && high.isEmpty()) {
      return Optional.empty();
    }
    if (low.isEmpty()) {
      return number(high).map(n -> new Match.Range(OptionalLong.empty(), OptionalLong.of(n)));
    }
    if (high.isEmpty()) {
      return number(low).map(n -> new Match.Range(OptionalLong.of(n), OptionalLong.empty()));
    }
    Optional<Long> from = number(low);
    Optional<Long> to = number(high);
    return from.isPresent() && to.isPresent() && from.get() <= to.get()
        ? Optional.of(new Match.Range(OptionalLong.of(from.get()), OptionalLong.of(to.get())))
        : Optional.empty();
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Result addresses(
      List<String> listed, List<String> inline, CriterionText criterion, Setup setup) {
    List<Match.Network> networks = new ArrayList<>();
    for (String pattern : both(listed, inline)) {
      Optional<Match.Network> network = Networks.parse(pattern);
      if (network.isEmpty()) {
        if (pattern.matches("[0-9./:]*")) {
          setup
              .notes()
              .refused(criterion.span(), "'" + pattern + "' is no IPv4 or IPv6 address or network");
        }
        return new Result(
            Optional.empty(), Type.ADDRESS, "a host name or a mask with holes as address");
      }
      networks.add(network.get());
    }
    return of(new Match.Addresses(networks), Type.ADDRESS);
  }
}
