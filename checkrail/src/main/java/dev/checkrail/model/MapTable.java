package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Objects;

/**
 * A map file as read [7.3.1 map]. Entries keep the file's order.
 *
 * <p><b>Meaning:</b> {@code EXACT}, {@code ADDRESS} (longest network first), and {@code PREFIX}
 * (longest prefix first) look up independent of order; all other kinds take the first entry in file
 * order. For equal exact keys the first entry wins. Note that HAProxy indexes {@code PREFIX} only
 * if case is not ignored; the reader and the two interpreters follow the binary.
 *
 * @param path the file as written
 * @param kind how keys are matched
 * @param valueType what the values are
 * @param span where the configuration names the file
 */
public record MapTable(
    String path, Kind kind, ValueType valueType, List<Entry> entries, Span span) {
  public MapTable {
    entries = List.copyOf(entries);
  }

  /** Without the entries: tables are keys of maps, and may have a hundred thousand lines. */
  @Override
  public int hashCode() {
    return Objects.hash(path, kind, valueType, span);
  }

  /** How a key matches the input. */
  public enum Kind {
    EXACT,
    PREFIX,
    SUFFIX,
    SUBSTRING,
    PATH_SEGMENT,
    DOMAIN,
    REGEX,
    NUMBER,
    ADDRESS
  }

  /** What the values are. */
  public enum ValueType {
    TEXT,
    NUMBER,
    ADDRESS
  }

  /** One line of the file. */
  public record Entry(String key, String value, Span span) {}
}
