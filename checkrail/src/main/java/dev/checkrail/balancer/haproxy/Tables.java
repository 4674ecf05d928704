package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Maps and lists, as a file has them and as a worker prints them [management guide 9.3]. */
final class Tables {
  private static final Pattern LISTED = Pattern.compile("(-?\\d+) \\(([^)]*)\\) (.*)");

  private Tables() {}

  /** A line of {@code show map} or {@code show acl}: its number and its file. */
  record Listed(String id, String path) {}

  /** The tables that come from files. */
  static List<Listed> listed(String text) {
    List<Listed> listed = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher entry = LISTED.matcher(line);
      if (entry.matches() && !entry.group(2).isEmpty()) {
        listed.add(new Listed(entry.group(1), entry.group(2)));
      }
    }
    return listed;
  }

  /** What a worker prints: an address, the key, and a map's value. */
  static List<Entry> printed(String text, Table.Kind kind) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      int blank = line.indexOf(' ');
      if (blank > 0 && line.startsWith("0x")) {
        entries.add(entry(line.substring(blank + 1), kind));
      }
    }
    return entries;
  }

  /** What a file says: as HAProxy reads it, comments and blank lines left out. */
  static List<Entry> inFile(String text, Table.Kind kind) {
    List<Entry> entries = new ArrayList<>();
    for (String line : text.split("\r?\n", -1)) {
      String entry = line.replaceFirst("^[ \t]+", "");
      if (!line.startsWith("#") && !entry.isEmpty()) {
        entries.add(entry(entry, kind));
      }
    }
    return entries;
  }

  private static Entry entry(String text, Table.Kind kind) {
    return switch (kind) {
      case LIST -> new Entry(text, Optional.empty());
      case MAP -> {
        int end = 0;
        while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '\t') {
          end++;
        }
        yield new Entry(text.substring(0, end), Optional.of(text.substring(end).strip()));
      }
    };
  }
}
