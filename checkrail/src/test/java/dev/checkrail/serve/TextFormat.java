package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of the text format of Prometheus, version 0.0.4: each family once, HELP before
 * TYPE before its samples, each sample once, counters that end with {@code _total}.
 */
final class TextFormat {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(.*)\\})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");

  private TextFormat() {}

  /** Values by name and labels as written: {@code a_total{b="c"}}. */
  static Map<String, Double> read(String text) {
    assertThat(text).endsWith("\n");
    Map<String, Double> values = new LinkedHashMap<>();
    Set<String> families = new HashSet<>();
    String family = "";
    String type = "";
    for (String line : text.split("\n")) {
      if (line.startsWith("# HELP ")) {
        family = line.split(" ", 4)[2];
        type = "";
        assertThat(families.add(family)).as("once: " + line).isTrue();
        continue;
      }
      if (line.startsWith("# TYPE ")) {
        String[] words = line.split(" ");
        assertThat(words[2]).as(line).isEqualTo(family);
        type = words[3];
        assertThat(type).isIn("counter", "gauge", "summary", "histogram", "untyped");
        continue;
      }
      Matcher sample = SAMPLE.matcher(line);
      assertThat(sample.matches()).as(line).isTrue();
      assertThat(sample.group(1)).as(line).startsWith(family);
      assertThat(type).as(line).isNotEmpty();
      if (type.equals("counter")) {
        assertThat(sample.group(1)).as(line).endsWith("_total");
        assertThat(Double.parseDouble(sample.group(3))).as(line).isNotNegative();
      }
      if (sample.group(2) != null) {
        Set<String> labels = new HashSet<>();
        Matcher label = LABEL.matcher(sample.group(2));
        int end = 0;
        while (label.find() && label.start() == end) {
          assertThat(labels.add(label.group(1))).as(line).isTrue();
          end = label.end();
        }
        assertThat(end).as(line).isEqualTo(sample.group(2).length());
      }
      String key = line.substring(0, line.lastIndexOf(' '));
      String number = sample.group(3);
      assertThat(values.put(key, number.equals("NaN") ? Double.NaN : Double.parseDouble(number)))
          .as("once: " + line)
          .isNull();
    }
    return values;
  }
}
