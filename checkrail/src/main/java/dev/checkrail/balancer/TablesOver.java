package dev.checkrail.balancer;

import dev.checkrail.balancer.Deviation.TableEntries;
import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was changed in maps, lists and patterns, seen from the files that are to come. Those may
 * have other entries, too: what was added in memory is added to them, not put in their place.
 */
final class TablesOver {
  private TablesOver() {}

  /**
   * Whether a name means the same in both files. An ACL without a name is only known as the n-th of
   * its kind in its section, and a rule before it that comes or goes makes it another one: so all
   * of its kind have to be the same.
   */
  static boolean isKnown(Deviation one, RunningState before, RunningState after) {
    if (!(one instanceof TableEntries entries) || entries.table().kind() != Table.Kind.PATTERNS) {
      return true;
    }
    List<Map<Entry, Integer>> then = kin(entries.table(), after);
    return then.isEmpty() || then.equals(kin(entries.table(), before));
  }

  /** Whether files have what was added and lack what was taken away, or have no such table. */
  static boolean has(TableEntries one, RunningState files, boolean known) {
    if (!known) {
      return kin(one.table(), files).contains(counted(one.table().entries()));
    }
    Optional<Table> table = table(one.table(), files);
    if (table.isEmpty()) {
      return true;
    }
    Map<Entry, Integer> there = counted(table.get().entries());
    boolean added =
        counted(one.added()).entrySet().stream()
            .allMatch(entry -> there.getOrDefault(entry.getKey(), 0) >= entry.getValue());
    return added && one.missing().stream().noneMatch(there::containsKey);
  }

  /** The same change of what files will give. */
  static Deviation onto(Deviation one, RunningState files) {
    if (!(one instanceof TableEntries entries)) {
      return one;
    }
    Optional<Table> table = table(entries.table(), files);
    if (table.isEmpty()) {
      return one;
    }
    Map<Entry, Integer> gone = counted(entries.missing());
    Map<Entry, Integer> there = new HashMap<>();
    List<Entry> wanted = new ArrayList<>();
    for (Entry entry : table.get().entries()) {
      if (gone.merge(entry, -1, Integer::sum) < 0) {
        wanted.add(entry);
        there.merge(entry, 1, Integer::sum);
      }
    }
    counted(entries.added())
        .forEach((entry, times) -> {
          for (int i = there.getOrDefault(entry, 0); i < times; i++) {
            wanted.add(entry);
          }
        });
    Table own = entries.table();
    return new TableEntries(
        new Table(own.kind(), own.path(), own.place(), wanted), entries.missing(), entries.added());
  }

  private static Optional<Table> table(Table one, RunningState files) {
    return files.tables().stream()
        .filter(table -> table.kind() == one.kind() && table.path().equals(one.path()))
        .findFirst();
  }

  /** Entries of those that differ by their number only, in their order. */
  private static List<Map<Entry, Integer>> kin(Table one, RunningState files) {
    String family = family(one.path());
    return files.tables().stream()
        .filter(table -> table.kind() == Table.Kind.PATTERNS)
        .filter(table -> family(table.path()).equals(family))
        .map(table -> counted(table.entries()))
        .toList();
  }

  private static String family(String name) {
    return name.replaceFirst(" \\(\\d+\\)$", "");
  }

  private static Map<Entry, Integer> counted(List<Entry> entries) {
    Map<Entry, Integer> count = new HashMap<>();
    entries.forEach(entry -> count.merge(entry, 1, Integer::sum));
    return count;
  }
}
