package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.set.Diagrams;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether the requests of a finding are among those of the same finding in another configuration:
 * both are asked in one space, and each set is laid on its counterpart, listener by listener.
 */
final class Contained {
  private Contained() {}

  static Set<Prove.Question> of(Configuration old, Configuration now, Policy policy) {
    Work work = new Work(List.of(old, now), policy);
    Map<Prove.Question, Map<String, Integer>> before = requests(work, work.sides.get(0));
    Map<Prove.Question, Map<String, Integer>> after = requests(work, work.sides.get(1));
    Diagrams diagrams = work.universe.diagrams;
    Set<Prove.Question> contained = new LinkedHashSet<>();
    after.forEach((question, requests) -> {
      Map<String, Integer> were = before.getOrDefault(question, Map.of());
      boolean inside =
          requests.entrySet().stream()
              .allMatch(at ->
                  diagrams.isInside(at.getValue(), were.getOrDefault(at.getKey(), Diagrams.FALSE)));
      if (inside) {
        contained.add(question);
      }
    });
    return contained;
  }

  private static Map<Prove.Question, Map<String, Integer>> requests(Work work, Work.Side side) {
    Answers answers = Answers.exhaustive(work);
    new Questions(work, side, answers).all();
    new Traps(work, side, answers).all();
    new Demands(work, side, answers).retries();
    return answers.requests;
  }
}
