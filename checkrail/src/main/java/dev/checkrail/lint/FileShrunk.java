package dev.checkrail.lint;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Converter;
import dev.checkrail.model.MapTable;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code file/shrunk}: a map or list lost at least two entries and more than a quarter of them, all
 * of them, or ends in the middle of what was a line. Files are paired by path, else by place of
 * use.
 */
final class FileShrunk {
  private static final int AT_LEAST = 2;
  private static final int SHARE = 4;

  private FileShrunk() {}

  static void look(Configuration old, Configuration candidate, Consumer<Finding> found) {
    Map<String, ReferencedFile> byPath = new HashMap<>();
    Map<String, ReferencedFile> byUse = new HashMap<>();
    for (ReferencedFile file : old.files()) {
      byPath.putIfAbsent(file.kind() + " " + file.path(), file);
      byUse.putIfAbsent(file.use(), file);
    }
    Map<Span, MapTable> oldTables = tables(old);
    Map<Span, MapTable> tables = tables(candidate);
    for (ReferencedFile file : candidate.files()) {
      ReferencedFile was =
          byPath.getOrDefault(file.kind() + " " + file.path(), byUse.get(file.use()));
      if (was == null || was.entries().isEmpty() || file.entries().isEmpty()) {
        continue;
      }
      int from = was.entries().getAsInt();
      int to = file.entries().getAsInt();
      int lost = from - to;
      boolean shrunk = lost > 0 && (to == 0 || (lost >= AT_LEAST && lost * SHARE > from));
      Optional<String> cut = cut(oldTables.get(was.span()), tables.get(file.span()));
      if (shrunk || cut.isPresent()) {
        found.accept(
            Scene.finding(
                RuleId.FILE_SHRUNK,
                file.use(),
                file.span(),
                file.path()
                    + (shrunk
                        ? " has " + to + " of " + from + " entries left"
                        : " ends in the middle of the entry " + cut.orElse(""))
                    + ": what the lost ones decided now goes another way",
                "write the file anew and in full; accept a real clean-up with --accept file/shrunk"));
      }
    }
  }

  /** The key of the last entry, if it is the beginning of what stood in its place. */
  private static Optional<String> cut(@Nullable MapTable old, @Nullable MapTable now) {
    if (old == null || now == null || now.entries().isEmpty()) {
      return Optional.empty();
    }
    int last = now.entries().size() - 1;
    if (last >= old.entries().size()) {
      return Optional.empty();
    }
    MapTable.Entry was = old.entries().get(last);
    MapTable.Entry is = now.entries().get(last);
    String before = was.key() + " " + was.value();
    String after = (is.key() + " " + is.value()).stripTrailing();
    boolean begins = before.startsWith(after) && after.length() < before.length();
    return begins ? Optional.of(was.key()) : Optional.empty();
  }

  private static Map<Span, MapTable> tables(Configuration configuration) {
    Map<Span, MapTable> tables = new HashMap<>();
    for (Samples.Place place : Samples.of(configuration)) {
      for (Converter converter : place.sample().converters()) {
        if (converter instanceof Converter.Map map) {
          tables.put(map.table().span(), map.table());
        }
      }
    }
    return tables;
  }
}
