package dev.checkrail.lint;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Converter;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.Match;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@code acl/unescaped-dot}: a regular expression for host names in which a dot between two
 * characters of a name is not escaped, so that it takes any character there.
 */
final class AclUnescapedDot implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Samples.of(scene)
        .forEach(place -> {
          place.test().ifPresent(test -> look(place, test, found));
          if (readsHost(place.sample().fetch())) {
            for (Converter converter : place.sample().converters()) {
              if (converter instanceof Converter.Map map
                  && map.table().kind() == MapTable.Kind.REGEX) {
                look(place, map.table(), found);
              }
            }
          }
        });
  }

  private static void look(Samples.Place place, Condition.Test test, Consumer<Finding> found) {
    if (test.match() instanceof Match.Regex regex && readsHost(test.sample().fetch())) {
      for (String pattern : regex.patterns()) {
        Optional<String> other = otherHost(pattern);
        if (other.isPresent()) {
          found.accept(finding(place.subject(), test.span(), pattern, other.get()));
          return;
        }
      }
    }
  }

  private static void look(Samples.Place place, MapTable table, Consumer<Finding> found) {
    for (MapTable.Entry entry : table.entries()) {
      Optional<String> other = otherHost(entry.key());
      if (other.isPresent()) {
        found.accept(
            finding(
                place.subject() + " / map " + table.path(),
                entry.span(),
                entry.key(),
                other.get()));
        return;
      }
    }
  }

  private static Finding finding(String subject, Span span, String pattern, String other) {
    return Scene.finding(
        RuleId.ACL_UNESCAPED_DOT,
        subject,
        span,
        "in the regular expression "
            + Scene.shown(pattern)
            + " a dot takes any character: requests for other hosts, such as "
            + Scene.shown(other)
            + ", match as well",
        "write \\\\. for a dot, or compare the host as text with -i");
  }

  private static boolean readsHost(Fetch fetch) {
    return switch (fetch) {
      case Fetch.Header header -> List.of("host", "x-forwarded-host").contains(header.name());
      case Fetch.Base b -> true;
      case Fetch.TerminatedServerName s -> true;
      case Fetch.GreetingServerName s -> true;
      case Fetch.Method f -> false;
      case Fetch.Path f -> false;
      case Fetch.PathAndQuery f -> false;
      case Fetch.Query f -> false;
      case Fetch.Url f -> false;
      case Fetch.HttpVersion f -> false;
      case Fetch.HeaderCount f -> false;
      case Fetch.Cookie f -> false;
      case Fetch.CookieCount f -> false;
      case Fetch.UrlParameter f -> false;
      case Fetch.SourceAddress f -> false;
      case Fetch.SourcePort f -> false;
      case Fetch.DestinationAddress f -> false;
      case Fetch.DestinationPort f -> false;
      case Fetch.Tls f -> false;
      case Fetch.GreetingType f -> false;
      case Fetch.Variable f -> false;
      case Fetch.Random f -> false;
      case Fetch.TextConstant f -> false;
      case Fetch.NumberConstant f -> false;
      case Fetch.FlagConstant f -> false;
      case Fetch.UsableServers f -> false;
      case Fetch.Authenticated f -> false;
      case Fetch.AuthenticatedUser f -> false;
      case Fetch.Unknown f -> false;
    };
  }

  /** A text that the pattern takes because of an unescaped dot; empty if it has none. */
  private static Optional<String> otherHost(String pattern) {
    boolean inClass = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        i++;
      } else if (inClass) {
        inClass = c != ']';
      } else if (c == '[') {
        inClass = true;
      } else if (c == '/') {
        // What follows is a path.
        return Optional.empty();
      } else if (c == '.'
          && i > 0
          && i + 1 < pattern.length()
          && ofName(pattern, i - 1)
          && ofName(pattern, i + 1)
          && !repeated(pattern, i + 2)) {
        return Optional.of(example(pattern, i));
      }
    }
    return Optional.empty();
  }

  /** A letter, digit or hyphen that stands for itself: {@code \d.} is not {@code d.}. */
  private static boolean ofName(String pattern, int at) {
    char c = pattern.charAt(at);
    boolean plain = Character.isLetterOrDigit(c) || c == '-';
    return plain && (at == 0 || pattern.charAt(at - 1) != '\\');
  }

  private static boolean repeated(String pattern, int at) {
    return at < pattern.length() && "*?{".indexOf(pattern.charAt(at)) >= 0;
  }

  private static String example(String pattern, int dot) {
    int from = dot;
    while (from > 0 && (ofName(pattern, from - 1) || plainDot(pattern, from - 1))) {
      from--;
    }
    int to = dot + 1;
    while (to < pattern.length() && (ofName(pattern, to) || plainDot(pattern, to))) {
      to++;
    }
    return (pattern.substring(from, dot) + "x" + pattern.substring(dot + 1, to))
        .toLowerCase(Locale.ROOT);
  }

  private static boolean plainDot(String pattern, int at) {
    return pattern.charAt(at) == '.';
  }
}
