package dev.checkrail.lint;

import dev.checkrail.read.haproxy.AclText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.ParseAcl;
import dev.checkrail.read.haproxy.SampleText;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * {@code acl/same-name-or}: lines of one ACL name are OR-ed (manual 7.1). That is meant where they
 * stand together and look at the same sample; a line that looks at something else, or that was
 * added apart from the others, was mostly meant to narrow the ACL, or taken for a new one.
 */
final class AclSameNameOr implements LintRule {
  private record Known(Directive first, SampleText sample, String thing, int place) {}

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    scene
        .tree()
        .sections()
        .filter(section -> section.kind().isProxy())
        .forEach(section -> look(section, found));
  }

  private static void look(Section section, Consumer<Finding> found) {
    Map<String, Known> known = new HashMap<>();
    List<Directive> directives = section.activeDirectives().toList();
    for (int place = 0; place < directives.size(); place++) {
      Directive directive = directives.get(place);
      if (!directive.is("acl")) {
        continue;
      }
      AclText acl = ParseAcl.acl(directive).value().orElse(null);
      if (acl == null) {
        continue;
      }
      SampleText sample = acl.criterion().sample();
      String thing = thing(sample);
      Known before = known.get(acl.name());
      if (before == null) {
        known.put(acl.name(), new Known(directive, sample, thing, place));
        continue;
      }
      boolean other = !before.thing().equals(thing);
      boolean apart = before.place() + 1 != place;
      if (other || apart) {
        found.accept(finding(section, acl, before, directive, other));
      }
      known.put(acl.name(), new Known(before.first(), before.sample(), before.thing(), place));
    }
  }

  private static Finding finding(
      Section section, AclText acl, Known before, Directive directive, boolean other) {
    String why =
        other
            ? "this one looks at "
                + Scene.shown(shown(acl.criterion().sample()))
                + ", the first one at "
                + Scene.shown(shown(before.sample()))
            : "this one stands apart from the others";
    return Scene.finding(
        RuleId.ACL_SAME_NAME_OR,
        section.label() + " / acl " + acl.name(),
        directive.span(),
        "lines of one ACL name are OR-ed: every request that this line matches now counts as "
            + acl.name()
            + ", too, besides those of line "
            + before.first().line().number()
            + " ("
            + why
            + ")",
        "give the line a name of its own, and list both names in a rule where both must hold");
  }

  /** What is looked at; aliases and the case of header names make no difference. */
  private static String thing(SampleText sample) {
    return shown(sample).toLowerCase(Locale.ROOT);
  }

  private static String shown(SampleText sample) {
    String fetch =
        switch (sample.fetch()) {
          case "hdr" -> "req.hdr";
          case "fhdr" -> "req.fhdr";
          case "cook" -> "req.cook";
          case String plain -> plain;
        };
    String arguments =
        sample.args().isEmpty()
            ? ""
            : sample.args().stream()
                .map(SampleText.Argument::value)
                .collect(Collectors.joining(",", "(", ")"));
    StringBuilder text = new StringBuilder(fetch).append(arguments);
    for (SampleText.ConverterText converter : sample.converters()) {
      text.append(',').append(converter.name());
      if (!converter.args().isEmpty()) {
        text.append(
            converter.args().stream()
                .map(SampleText.Argument::value)
                .collect(Collectors.joining(",", "(", ")")));
      }
    }
    return text.toString();
  }
}
