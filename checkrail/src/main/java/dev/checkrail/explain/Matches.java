package dev.checkrail.explain;

import dev.checkrail.model.Match;
import java.util.List;
import java.util.Optional;

/** Whether one value matches. */
final class Matches {

  /** The answer for one value. */
  sealed interface Verdict {
    /**
     * @param pattern which one, for people; empty where there is nothing to say
     */
    record Yes(String pattern) implements Verdict {}

    record No() implements Verdict {}

    record Unknown(String why) implements Verdict {}
  }

  private final Regexes regexes;

  Matches(Regexes regexes) {
    this.regexes = regexes;
  }

  /** For values that are neither unknown nor a draw. */
  Verdict match(Match match, Value value) {
    return switch (match) {
      case Match.Text text -> Casts.text(value).map(t -> text(text, t)).orElseGet(Verdict.No::new);
      case Match.Regex regex ->
          Casts.text(value).map(t -> regex(regex, t)).orElseGet(Verdict.No::new);
      case Match.Length length ->
          of(Casts.text(value).filter(t -> in(length.ranges(), t.length())).isPresent());
      case Match.Numbers numbers ->
          of(Casts.number(value).filter(n -> in(numbers.ranges(), n)).isPresent());
      case Match.Addresses addresses ->
          Casts.address(value)
              .map(ip -> address(addresses.networks(), ip))
              .orElseGet(Verdict.No::new);
      case Match.Found found -> new Verdict.Yes("");
      case Match.True isTrue -> of(Casts.number(value).filter(n -> n != 0).isPresent());
    };
  }

  private static Verdict of(boolean holds) {
    return holds ? new Verdict.Yes("") : new Verdict.No();
  }

  private static Verdict text(Match.Text match, String text) {
    for (String pattern : match.patterns()) {
      if (text(match.kind(), pattern, match.ignoreCase(), text)) {
        return new Verdict.Yes(pattern);
      }
    }
    return new Verdict.No();
  }

  private static boolean text(Match.Kind kind, String pattern, boolean ignoreCase, String text) {
    String t = ignoreCase ? Converters.lower(text) : text;
    String p = ignoreCase ? Converters.lower(pattern) : pattern;
    return switch (kind) {
      case EXACT -> t.equals(p);
      case PREFIX -> t.startsWith(p);
      case SUFFIX -> t.endsWith(p);
      case SUBSTRING -> t.contains(p);
      case PATH_SEGMENT -> enclosed(t, p, "/?", false);
      case DOMAIN -> enclosed(t, p, "/?.:", false);
    };
  }

  /** Whether the pattern, its delimiters cut off, stands between delimiters or ends of the text. */
  static boolean enclosed(String text, String pattern, String delimiters, boolean ignoreCase) {
    int start = 0;
    int end = pattern.length();
    while (start < end && delimiters.indexOf(pattern.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && delimiters.indexOf(pattern.charAt(end - 1)) >= 0) {
      end--;
    }
    int length = end - start;
    for (int i = 0; length > 0 && i + length <= text.length(); i++) {
      if ((i == 0 || delimiters.indexOf(text.charAt(i - 1)) >= 0)
          && (i + length == text.length() || delimiters.indexOf(text.charAt(i + length)) >= 0)
          && text.regionMatches(ignoreCase, i, pattern, start, length)) {
        return true;
      }
    }
    return false;
  }

  private Verdict regex(Match.Regex match, String text) {
    Optional<String> unknown = Optional.empty();
    for (String pattern : match.patterns()) {
      switch (regexes.search(pattern, match.ignoreCase(), text, false)) {
        case Regexes.Search.Found found -> {
          return new Verdict.Yes(pattern);
        }
        case Regexes.Search.Nothing nothing -> {}
        case Regexes.Search.Unknown u -> unknown = Optional.of(u.why());
      }
    }
    return unknown.<Verdict>map(Verdict.Unknown::new).orElseGet(Verdict.No::new);
  }

  private static boolean in(List<Match.Range> ranges, long n) {
    return ranges.stream()
        .anyMatch(range ->
            (range.low().isEmpty() || range.low().getAsLong() <= n)
                && (range.high().isEmpty() || n <= range.high().getAsLong()));
  }

  private static Verdict address(List<Match.Network> networks, Ip ip) {
    for (Match.Network network : networks) {
      Optional<Ip> base = Ip.parse(network.address());
      if (base.isEmpty()) {
        return new Verdict.Unknown("network " + network.address() + " is a name");
      }
      if (new Network(base.get(), network.prefix()).matches(ip)) {
        return new Verdict.Yes(network.address() + "/" + network.prefix());
      }
    }
    return new Verdict.No();
  }
}
