package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects rules by phase. */
final class RuleSets {
  private final Map<RuleSet.Phase, List<Rule>> rules = new EnumMap<>(RuleSet.Phase.class);

  void add(RuleSet.Phase phase, Rule rule) {
    rules.computeIfAbsent(phase, p -> new ArrayList<>()).add(rule);
  }

  void addFirst(RuleSet.Phase phase, Rule rule) {
    rules.computeIfAbsent(phase, p -> new ArrayList<>()).addFirst(rule);
  }

  /** The sets of these phases that hold rules, in the order in which they run. */
  List<RuleSet> sets(Set<RuleSet.Phase> phases) {
    return Arrays.stream(RuleSet.Phase.values())
        .filter(phases::contains)
        .filter(rules::containsKey)
        .map(phase -> new RuleSet(phase, rules.getOrDefault(phase, List.of())))
        .toList();
  }
}
