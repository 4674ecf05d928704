package dev.checkrail.lint;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** {@code acl/unused}: an ACL that no condition of its section names. */
final class AclUnused implements LintRule {
  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    scene
        .tree()
        .sections()
        // What a defaults section declares is used by the sections that inherit from it.
        .filter(section -> section.kind().isProxy() && section.kind() != SectionKind.DEFAULTS)
        .forEach(section -> look(section, found));
  }

  private static void look(Section section, Consumer<Finding> found) {
    Map<String, Directive> declared = new LinkedHashMap<>();
    Set<String> used = new HashSet<>();
    section
        .activeDirectives()
        .forEach(directive -> {
          if (directive.is("acl")) {
            declared.putIfAbsent(directive.arg(0), directive);
          } else {
            collect(directive, used);
          }
        });
    declared.forEach((name, directive) -> {
      if (!used.contains(name)) {
        found.accept(
            Scene.finding(
                RuleId.ACL_UNUSED,
                section.label() + " / acl " + name,
                directive.span(),
                "no rule of this section uses " + name + ": the line decides nothing",
                "remove it, or use it in the rule that it was written for"));
      }
    });
  }

  /** All words behind {@code if} or {@code unless}; more than names, which does no harm. */
  private static void collect(Directive directive, Set<String> used) {
    boolean condition = false;
    for (Word word : directive.args()) {
      if (condition) {
        String text = word.value();
        used.add(text.startsWith("!") ? text.substring(1) : text);
      }
      condition |= word.is("if") || word.is("unless");
    }
  }
}
