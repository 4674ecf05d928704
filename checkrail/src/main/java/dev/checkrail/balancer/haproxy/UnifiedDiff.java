package dev.checkrail.balancer.haproxy;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@code diff -u} prints and {@code patch} takes. Made for few insertions and replacements: a
 * line that differs is looked for in the next lines of the new text; else it is replaced.
 */
final class UnifiedDiff {
  private static final int CONTEXT = 3;
  private static final int AHEAD = 40;

  private UnifiedDiff() {}

  private record Step(char kind, String line, int before, int after) {}

  static String of(String path, String before, String after) {
    if (before.equals(after)) {
      return "";
    }
    List<Step> steps = steps(lines(before), lines(after));
    StringBuilder text = new StringBuilder("--- " + path + "\n+++ " + path + "\n");
    int at = 0;
    while (at < steps.size()) {
      if (steps.get(at).kind() == ' ') {
        at++;
        continue;
      }
      int from = Math.max(0, at - CONTEXT);
      int to = at;
      int quiet = 0;
      while (to < steps.size() && quiet <= 2 * CONTEXT) {
        quiet = steps.get(to).kind() == ' ' ? quiet + 1 : 0;
        to++;
      }
      to -= Math.max(0, quiet - CONTEXT);
      hunk(steps.subList(from, to), text);
      at = to;
    }
    return text.toString();
  }

  private static void hunk(List<Step> steps, StringBuilder text) {
    long removed = steps.stream().filter(step -> step.kind() != '+').count();
    long added = steps.stream().filter(step -> step.kind() != '-').count();
    text.append("@@ -")
        .append(steps.getFirst().before() + (removed == 0 ? 0 : 1))
        .append(',')
        .append(removed)
        .append(" +")
        .append(steps.getFirst().after() + 1)
        .append(',')
        .append(added)
        .append(" @@\n");
    for (Step step : steps) {
      text.append(step.kind()).append(step.line());
      if (!step.line().endsWith("\n")) {
        text.append("\n\\ No newline at end of file\n");
      }
    }
  }

  private static List<Step> steps(List<String> before, List<String> after) {
    List<Step> steps = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < before.size() || j < after.size()) {
      if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
        steps.add(new Step(' ', before.get(i), i++, j++));
        continue;
      }
      int found = i < before.size() ? next(before.get(i), after, j) : after.size();
      if (found >= 0) {
        while (j < found) {
          steps.add(new Step('+', after.get(j), i, j++));
        }
      } else {
        steps.add(new Step('-', before.get(i), i++, j));
      }
    }
    return steps;
  }

  private static int next(String line, List<String> after, int from) {
    for (int j = from; j < Math.min(after.size(), from + AHEAD); j++) {
      if (after.get(j).equals(line)) {
        return j;
      }
    }
    return -1;
  }

  /** Lines with their ends. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int newline = text.indexOf('\n', from);
      int to = newline < 0 ? text.length() : newline + 1;
      lines.add(text.substring(from, to));
      from = to;
    }
    return lines;
  }
}
