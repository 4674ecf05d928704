package dev.checkrail.serve;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A metric that is asked for: {@code name} or {@code name{label="value",…}}. Its value is the sum
 * of all lines of that name that have these labels.
 *
 * @param labels that a line must have, by name; it may have others
 */
record MetricQuery(String name, Map<String, String> labels) {
  private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  private static final Pattern WHOLE = Pattern.compile("\\s*(" + NAME + ")\\s*(?:\\{(.*)\\})?\\s*");
  private static final Pattern LABEL =
      Pattern.compile(
          "\\G\\s*([a-zA-Z_][a-zA-Z0-9_]*)\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*+)\"\\s*(,|$)");

  MetricQuery {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }

  /** Reads one; empty if it is none. */
  static Optional<MetricQuery> read(String text) {
    Matcher whole = WHOLE.matcher(text);
    if (!whole.matches()) {
      return Optional.empty();
    }
    return labels(Optional.ofNullable(whole.group(2)).orElse(""))
        .map(labels -> new MetricQuery(whole.group(1), labels));
  }

  private static Optional<Map<String, String>> labels(String text) {
    Map<String, String> labels = new LinkedHashMap<>();
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (label.find()) {
      labels.put(label.group(1), unescaped(label.group(2)));
      end = label.end();
    }
    return text.substring(end).isBlank() ? Optional.of(labels) : Optional.empty();
  }

  private static String unescaped(String text) {
    return text.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
  }

  /** Its value in a page of metrics; empty if no line is of it, or one is no number. */
  OptionalDouble in(String page) {
    double sum = 0;
    boolean found = false;
    int at = 0;
    while (at < page.length()) {
      int end = page.indexOf('\n', at);
      end = end < 0 ? page.length() : end;
      if (page.startsWith(name, at)) {
        Optional<Double> value = value(page.substring(at, end));
        if (value.isPresent()) {
          sum += value.get();
          found = true;
        }
      }
      at = end + 1;
    }
    return found && Double.isFinite(sum) ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }

  private Optional<Double> value(String line) {
    String rest = line.substring(name.length());
    Map<String, String> has = Map.of();
    if (rest.startsWith("{")) {
      int close = rest.lastIndexOf('}');
      if (close < 0) {
        return Optional.empty();
      }
      has = labels(rest.substring(1, close)).orElse(Map.of());
      rest = rest.substring(close + 1);
    } else if (!rest.startsWith(" ") && !rest.startsWith("\t")) {
      return Optional.empty(); // a longer name
    }
    if (!has.entrySet().containsAll(labels.entrySet())) {
      return Optional.empty();
    }
    String[] words = rest.strip().split("\\s+", -1);
    try {
      return Optional.of(Double.parseDouble(words[0].replace("Inf", "Infinity")));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
