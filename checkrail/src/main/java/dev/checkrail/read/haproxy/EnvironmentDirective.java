package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** {@code setenv presetenv unsetenv resetenv localpeer} of a global section (manual 3.1). */
final class EnvironmentDirective {
  private EnvironmentDirective() {}

  static void apply(Directive directive, Variables variables, List<Problem> problems) {
    switch (directive.keyword().value()) {
      case "setenv", "presetenv" -> set(directive, variables, problems);
      case "unsetenv" -> {
        if (directive.arg(0).isEmpty()) {
          problems.add(wrong(directive, "'unsetenv' needs at least one variable's name"));
        }
        for (Word word : untilEmpty(directive.args())) {
          variables.unset(word.value());
        }
      }
      case "resetenv" ->
          variables.keepOnly(
              untilEmpty(directive.args()).stream().map(Word::value).collect(Collectors.toSet()));
      case "localpeer" -> {
        if (!directive.arg(0).isEmpty() && directive.args().size() == 1) {
          variables.set("HAPROXY_LOCALPEER", directive.arg(0));
        }
      }
      default -> {
        // leaves the environment alone
      }
    }
  }

  private static void set(Directive directive, Variables variables, List<Problem> problems) {
    String keyword = directive.keyword().value();
    if (directive.args().size() > 3) {
      problems.add(wrong(directive, "'" + keyword + "' takes a name and a value, no more"));
    } else if (directive.arg(1).isEmpty()) {
      problems.add(wrong(directive, "'" + keyword + "' needs a name and a value"));
    } else if (directive.arg(0).isEmpty() || directive.arg(0).contains("=")) {
      problems.add(wrong(directive, "'" + keyword + "' needs a name without '='"));
    } else if (keyword.equals("setenv")) {
      variables.set(directive.arg(0), directive.arg(1));
    } else {
      variables.preset(directive.arg(0), directive.arg(1));
    }
  }

  private static List<Word> untilEmpty(List<Word> words) {
    return words.stream().takeWhile(w -> !w.value().isEmpty()).toList();
  }

  private static Problem wrong(Directive directive, String message) {
    return Problem.error("read/syntax", directive.keyword().span(), message);
  }
}
