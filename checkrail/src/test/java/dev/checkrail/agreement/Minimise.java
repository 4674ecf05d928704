package dev.checkrail.agreement;

import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes lines out of a configuration as long as the same request still disagrees. */
final class Minimise {
  private Minimise() {}

  static Scenario minimise(Judge judge, Scenario scenario, Judge.Case wrong) throws IOException {
    Scenario best = scenario;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (int i = best.lines().size() - 1; i >= 0; i--) {
        List<String> fewer = new ArrayList<>(best.lines());
        fewer.remove(i);
        Scenario candidate = best.withLines(fewer);
        if (stillWrong(judge, candidate, wrong)) {
          best = candidate;
          smaller = true;
        }
      }
    }
    return best;
  }

  private static boolean stillWrong(Judge judge, Scenario scenario, Judge.Case wrong)
      throws IOException {
    ReadReport report = Judge.read(scenario);
    boolean there =
        report.configuration().frontends().stream()
            .flatMap(f -> f.listeners().stream())
            .anyMatch(l -> l.key().equals(wrong.request().listener().orElse("")));
    if (!there) {
      return false;
    }
    Request request = wrong.request();
    return judge.judge(scenario, report, List.of(request)) instanceof Judge.Verdict.Ran ran
        && ran.disagreed().stream().anyMatch(found -> found.who().equals(wrong.who()));
  }
}
