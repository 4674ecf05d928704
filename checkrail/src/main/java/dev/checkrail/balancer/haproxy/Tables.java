package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Maps and lists, as a file has them and as a worker prints them [management guide 9.3]. */
final class Tables {
  private static final Pattern LISTED =
      Pattern.compile("(-?\\d+) \\(([^)]*)\\) (.*?)(?: entry_cnt=(\\d+))?");

  /** HAProxy's own lists, of its HTTP client, stand at line 0 of no file. */
  private static final Pattern WRITTEN =
      Pattern.compile("acl '([^']*)' file '(.*)' line ([1-9]\\d*)\\..*");

  private Tables() {}

  /**
   * A line of {@code show map} or {@code show acl}.
   *
   * @param path its file; empty if it has none
   * @param place where its patterns stand if it has no file
   * @param empty whether it says that it has no entries
   */
  record Listed(String id, Optional<String> path, Optional<String> place, boolean empty) {}

  /** The tables that come from files, and the patterns of the configuration itself. */
  static List<Listed> listed(String text, Path workingDirectory) {
    record At(String id, String line, String fetch, boolean empty) {}
    List<Listed> listed = new ArrayList<>();
    Map<String, List<At>> written = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      Matcher entry = LISTED.matcher(line);
      if (!entry.matches()) {
        continue;
      }
      boolean empty = "0".equals(entry.group(4));
      Matcher own = WRITTEN.matcher(entry.group(3));
      if (!entry.group(2).isEmpty()) {
        listed.add(
            new Listed(entry.group(1), Optional.of(entry.group(2)), Optional.empty(), empty));
      } else if (own.matches()) {
        String at = absolute(own.group(2), workingDirectory) + ":" + own.group(3);
        written
            .computeIfAbsent(at, it -> new ArrayList<>())
            .add(new At(entry.group(1), at, own.group(1), empty));
      }
    }
    written
        .values()
        .forEach(line -> {
          for (int i = 0; i < line.size(); i++) {
            At one = line.get(i);
            listed.add(
                new Listed(
                    one.id(),
                    Optional.empty(),
                    Optional.of(place(one.line(), one.fetch(), i + 1, line.size())),
                    one.empty()));
          }
        });
    return listed;
  }

  /** A file as the arguments of HAProxy name it. */
  private static String absolute(String file, Path workingDirectory) {
    try {
      return workingDirectory.resolve(file).normalize().toString();
    } catch (InvalidPathException e) {
      return file;
    }
  }

  /**
   * Where patterns stand.
   *
   * @param line file and line
   * @param number which of that line, from 1
   */
  static String place(String line, String fetch, int number, int of) {
    return line + " " + fetch + (of == 1 ? "" : " (" + number + " of " + of + ")");
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
      case LIST, PATTERNS -> new Entry(text, Optional.empty());
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
