package dev.checkrail.prove;

import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rules on responses, compared as text: what is gone, what is new, or that only the order differs.
 */
final class CompareResponses {
  private static final String WHAT = "response rules";

  private CompareResponses() {}

  static void compare(
      List<Setting> old, List<Setting> now, String subject, SettingChanges changes) {
    List<String> before = SettingChanges.lines(old);
    List<String> after = SettingChanges.lines(now);
    if (before.equals(after)) {
      return;
    }
    List<String> gone = without(before, after);
    List<String> added = without(after, before);
    boolean reordered = gone.isEmpty() && added.isEmpty();
    changes.add(
        RuleId.DIFF_RESPONSE_RULE_CHANGED,
        subject,
        WHAT,
        text(reordered ? before : gone),
        text(reordered ? after : added),
        place(before, after, now));
  }

  private static Optional<Span> place(List<String> before, List<String> after, List<Setting> now) {
    int same = 0;
    while (same < after.size()
        && same < before.size()
        && after.get(same).equals(before.get(same))) {
      same++;
    }
    return same < now.size() ? Optional.of(now.get(same).span()) : Optional.empty();
  }

  /** As bags: a line that stands twice counts twice. */
  private static List<String> without(List<String> lines, List<String> others) {
    List<String> left = new ArrayList<>();
    Map<String, Integer> known = new HashMap<>();
    others.forEach(line -> known.merge(line, 1, Integer::sum));
    for (String line : lines) {
      if (known.merge(line, -1, Integer::sum) < 0) {
        left.add(line);
      }
    }
    return left;
  }

  private static String text(List<String> lines) {
    return lines.isEmpty() ? SettingChanges.NONE : String.join("; ", lines);
  }
}
