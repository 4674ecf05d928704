package dev.checkrail.lint;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Section;
import dev.checkrail.read.haproxy.SectionKind;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Severity;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code time/no-unit}: a time without unit where HAProxy counts milliseconds (manual 2.5). An
 * error where the number was hardly meant as such; a notice for round ones from 500 on ({@code
 * 5000}), which many people write on purpose. 0 is the same in all units.
 */
final class TimeNoUnit implements LintRule {
  private static final int ROUND = 500;

  /** Parameters of {@code server} and {@code bind} lines that are times in milliseconds. */
  private static final Set<String> PARAMETERS =
      Set.of(
          "inter",
          "fastinter",
          "downinter",
          "slowstart",
          "agent-inter",
          "tcp-ut",
          "pool-purge-delay");

  /** Directives whose first argument is such a time. */
  private static final Set<String> FIRST_ARGUMENT =
      Set.of("hard-stop-after", "grace", "close-spread-time", "max-spread-checks");

  private static final Pattern PERIOD = Pattern.compile("_rate\\(([0-9]+)\\)");

  @Override
  public void look(Scene scene, Consumer<Finding> found) {
    scene
        .tree()
        .sections()
        .forEach(section ->
            section.activeDirectives().forEach(directive -> look(section, directive, found)));
  }

  private static void look(Section section, Directive directive, Consumer<Finding> found) {
    String keyword = directive.keyword().value();
    switch (keyword) {
      case "timeout" -> {
        // mailers, peers and the others have it with the same meaning
        argument(section, directive, 1, keyword + " " + directive.arg(0), found);
      }
      case "hold" -> argument(section, directive, 1, keyword + " " + directive.arg(0), found);
      case "stats" -> {
        if (directive.arg(0).equals("timeout")) {
          argument(section, directive, 1, "stats timeout", found);
        }
      }
      case "tcp-request", "tcp-response" -> {
        if (directive.arg(0).equals("inspect-delay")) {
          argument(section, directive, 1, keyword + " inspect-delay", found);
        }
      }
      case "http-request" -> {
        if (directive.arg(0).equals("set-timeout")) {
          argument(section, directive, 2, "set-timeout " + directive.arg(1), found);
        }
        after(section, directive, Set.of("time"), directive.arg(0), found);
      }
      case "server", "server-template" ->
          after(section, directive, PARAMETERS, "server " + directive.arg(0), found);
      case "default-server" -> after(section, directive, PARAMETERS, keyword, found);
      case "bind" -> after(section, directive, PARAMETERS, "bind " + directive.arg(0), found);
      case "stick-table" -> {
        after(section, directive, Set.of("expire"), keyword, found);
        periods(section, directive, found);
      }
      case String plain -> {
        if (FIRST_ARGUMENT.contains(plain) && section.kind() == SectionKind.GLOBAL) {
          argument(section, directive, 0, plain, found);
        }
      }
    }
  }

  private static void argument(
      Section section, Directive directive, int index, String object, Consumer<Finding> found) {
    directive.word(index).ifPresent(word -> time(section, word, word.value(), object, found));
  }

  private static void after(
      Section section,
      Directive directive,
      Set<String> names,
      String object,
      Consumer<Finding> found) {
    List<Word> words = directive.args();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (names.contains(words.get(i).value())) {
        Word word = words.get(i + 1);
        time(section, word, word.value(), object + " / " + words.get(i).value(), found);
      }
    }
  }

  private static void periods(Section section, Directive directive, Consumer<Finding> found) {
    for (Word word : directive.args()) {
      Matcher matcher = PERIOD.matcher(word.value());
      if (matcher.find()) {
        time(section, word, matcher.group(1), "stick-table / store", found);
      }
    }
  }

  private static void time(
      Section section, Word word, String text, String object, Consumer<Finding> found) {
    if (text.isEmpty() || text.length() > 15 || !text.chars().allMatch(TimeNoUnit::isDigit)) {
      return;
    }
    long number = Long.parseLong(text);
    if (number == 0) {
      return;
    }
    boolean meant = number >= ROUND && number % ROUND == 0;
    Finding finding =
        Scene.finding(
            RuleId.TIME_NO_UNIT,
            section.label() + " / " + object,
            word.span(),
            number
                + " without a unit is "
                + number
                + " milliseconds"
                + (meant
                    ? ", not seconds"
                    : ": if seconds were meant, whatever takes longer is cut off"),
            "write " + number + "ms or " + number + "s");
    found.accept(meant ? finding.withSeverity(Severity.NOTICE) : finding);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
