package dev.checkrail.lint;

import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** {@code read/unmodelled}: a line whose meaning Checkrail does not know. */
final class ReadUnmodelled implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    Map<String, TreeMap<Integer, Section>> byFile = new HashMap<>();
    scene
        .tree()
        .sections()
        .forEach(section ->
            byFile
                .computeIfAbsent(section.span().file(), file -> new TreeMap<>())
                .put(section.span().line(), section));
    for (Unmodelled one : scene.configuration().unmodelled()) {
      TreeMap<Integer, Section> sections = byFile.getOrDefault(one.span().file(), new TreeMap<>());
      var section = sections.floorEntry(one.span().line());
      String keyword = one.text().strip().split("\\s+", 2)[0];
      found.accept(
          Scene.finding(
              RuleId.READ_UNMODELLED,
              (section == null ? "file" : section.getValue().label()) + " / " + keyword,
              one.span(),
              "not modelled: "
                  + one.reason()
                  + "; an answer that depends on it is undecided, never safe",
              "test by other means what depends on it, or write it with directives that are"
                  + " modelled"));
    }
  }
}
