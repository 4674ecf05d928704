package dev.checkrail.serve;

import dev.checkrail.logs.RedactedText;
import java.util.LinkedHashMap;
import java.util.Map;

/** Metrics in the text format of Prometheus, version 0.0.4: families in order, each once. */
final class Exposition {
  private final Map<String, StringBuilder> families = new LinkedHashMap<>();

  /**
   * Adds a value that goes up and down.
   *
   * @param labels names and values in turn
   */
  void gauge(String name, String help, double value, String... labels) {
    sample(name, "gauge", help, value, labels);
  }

  /**
   * Adds a value that only goes up.
   *
   * @param name ends with {@code _total}
   */
  void counter(String name, String help, double value, String... labels) {
    sample(name, "counter", help, value, labels);
  }

  private void sample(String name, String type, String help, double value, String... labels) {
    StringBuilder lines =
        families.computeIfAbsent(
            name,
            it ->
                new StringBuilder()
                    .append("# HELP ")
                    .append(name)
                    .append(' ')
                    .append(help)
                    .append('\n')
                    .append("# TYPE ")
                    .append(name)
                    .append(' ')
                    .append(type)
                    .append('\n'));
    lines.append(name);
    for (int i = 0; i + 1 < labels.length; i += 2) {
      lines.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      lines.append(escaped(labels[i + 1])).append('"');
    }
    lines.append(labels.length > 1 ? "} " : " ");
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      lines.append((long) value);
    } else {
      lines.append(value);
    }
    lines.append('\n');
  }

  private static String escaped(String value) {
    return RedactedText.of(value).replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  @Override
  public String toString() {
    StringBuilder all = new StringBuilder();
    families.values().forEach(all::append);
    return all.toString();
  }
}
