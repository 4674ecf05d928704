package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.MapTable;
import dev.checkrail.source.SourceFile;
import java.util.ArrayList;
import java.util.List;

/**
 * Map and list files. A line whose first byte is {@code #} is a comment; leading blanks do not
 * count; a list's line is one pattern with its inner and trailing blanks; a map's line is a key up
 * to the first blank and a value without trailing blanks.
 */
final class PatternFiles {
  private PatternFiles() {}

  /** Entries of a map. */
  static List<MapTable.Entry> pairs(SourceFile file) {
    List<MapTable.Entry> entries = new ArrayList<>();
    forEachLine(
        file,
        (offset, text) -> {
          int end = 0;
          while (end < text.length() && !blank(text.charAt(end))) {
            end++;
          }
          int value = end;
          while (value < text.length() && blank(text.charAt(value))) {
            value++;
          }
          int stop = text.length();
          while (stop > value && blank(text.charAt(stop - 1))) {
            stop--;
          }
          entries.add(
              new MapTable.Entry(
                  text.substring(0, end), text.substring(value, stop), file.span(offset, end)));
        });
    return entries;
  }

  /** Patterns of a list. */
  static List<String> lines(SourceFile file) {
    List<String> patterns = new ArrayList<>();
    forEachLine(file, (offset, text) -> patterns.add(text));
    return patterns;
  }

  private interface LineReader {
    void line(int offset, String text);
  }

  private static void forEachLine(SourceFile file, LineReader reader) {
    String all = file.text();
    int start = 0;
    while (start < all.length()) {
      int newline = all.indexOf('\n', start);
      int next = newline < 0 ? all.length() : newline + 1;
      if (all.charAt(start) != '#') {
        int from = start;
        while (from < next && blank(all.charAt(from))) {
          from++;
        }
        int end = from;
        while (end < next && all.charAt(end) != '\n' && all.charAt(end) != '\r') {
          end++;
        }
        if (end > from) {
          reader.line(from, all.substring(from, end));
        }
      }
      start = next;
    }
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }
}
