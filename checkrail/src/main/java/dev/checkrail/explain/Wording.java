package dev.checkrail.explain;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Match;
import dev.checkrail.model.Sample;
import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Locale;

/**
 * What people are told of a test. Patterns are shown only where they cannot be secrets: in tests of
 * the target, the method and the Host.
 */
final class Wording {
  private static final int SHOWN = 100;

  private Wording() {}

  static String label(Sample sample) {
    return switch (sample.fetch()) {
      case Fetch.Method method -> "method";
      case Fetch.Path path -> "path";
      case Fetch.PathAndQuery path -> "path and query";
      case Fetch.Query query -> "query";
      case Fetch.Url url -> "target";
      case Fetch.Base base -> "host and path";
      case Fetch.GreetingServerName name -> "server name";
      case Fetch.TerminatedServerName name -> "server name";
      case Fetch.Header header when header.name().equals("host") -> "host";
      case Fetch.Header header -> "header " + header.name();
      case Fetch.Cookie cookie -> "cookie " + cookie.name();
      case Fetch.UrlParameter parameter -> "parameter " + parameter.name();
      case Fetch.SourceAddress source -> "source";
      case Fetch.Variable variable -> "variable " + variable.name();
      case Fetch other -> sample.text();
    };
  }

  private static boolean isOpen(Sample sample) {
    return switch (sample.fetch()) {
      case Fetch.Method method -> true;
      case Fetch.Path path -> true;
      case Fetch.PathAndQuery path -> true;
      case Fetch.Base base -> true;
      case Fetch.SourceAddress source -> true;
      case Fetch.GreetingServerName name -> true;
      case Fetch.TerminatedServerName name -> true;
      case Fetch.Header header -> header.name().equals("host");
      case Fetch other -> false;
    };
  }

  static String matched(Condition.Test test, String label, Value value, String pattern) {
    String subject = label + " " + show(label, Casts.text(value).orElse(""));
    if (pattern.isEmpty() || !isOpen(test.sample())) {
      return subject + " passes " + test.text();
    }
    return switch (test.match()) {
      case Match.Text text -> subject + " " + verb(text.kind()) + " " + show(pattern);
      case Match.Regex regex -> subject + " matches " + show(pattern);
      case Match.Addresses addresses -> subject + " is in " + pattern;
      case Match.Length length -> subject + " passes " + test.text();
      case Match.Numbers numbers -> subject + " passes " + test.text();
      case Match.Found found -> subject + " is there";
      case Match.True isTrue -> subject + " is true";
    };
  }

  private static String verb(Match.Kind kind) {
    return switch (kind) {
      case EXACT -> "is";
      case PREFIX -> "begins with";
      case SUFFIX -> "ends with";
      case SUBSTRING -> "contains";
      case PATH_SEGMENT -> "has the segment";
      case DOMAIN -> "has the domain part";
    };
  }

  static String failed(Condition.Test test, String label, List<String> seen) {
    if (seen.isEmpty()) {
      return label + " has no value of the right kind";
    }
    String values =
        String.join(
            ", ",
            seen.subList(0, Math.min(3, seen.size())).stream()
                .map(one -> show(label, one))
                .toList());
    return label + " " + values + " does not pass " + test.text();
  }

  /** A value of the request, unless what it is called says that it is a secret. */
  private static String show(String label, String bytes) {
    return bytes.isEmpty() ? show(bytes) : show(Redaction.header(label, bytes));
  }

  /** A text for people, not too long. */
  static String show(String bytes) {
    String shorter = bytes.length() > SHOWN ? bytes.substring(0, SHOWN) + "…" : bytes;
    return bytes.isEmpty() ? "(empty)" : SourceFile.display(shorter);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.4g", share * 100).replaceFirst("\\.?0+$", "") + " %";
  }
}
