package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every alert has a page, every page an alert, and the rules for Prometheus are those of the docs.
 */
class RunbooksTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
  private static final Path PAGES = ROOT.resolve("docs/runbooks");
  private static final Path RULES = ROOT.resolve("docs/prometheus/checkrail.rules.yml");
  private static final Pattern COMMAND = Pattern.compile("bin/checkrail ((?:lb )?[a-z]+)");
  private static final Set<String> COMMANDS =
      Set.of(
          "lb drift",
          "lb policy",
          "lb rollback",
          "lb runtime",
          "lb show",
          "lb reload",
          "lb doctor",
          "event",
          "journal",
          "watch");

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pageSaysWhatIsWrongWhereToLookAndWhatToDo(Detection one) {
    String page = read(ROOT.resolve(one.runbook()));
    assertThat(page)
        .startsWithIgnoringCase("# " + one.id() + ": " + one.title() + "\n")
        .contains(
            "At most a **" + (one.highest() == Detection.Level.PAGE ? "page" : "ticket") + "**",
            "## What is wrong",
            "## Look first",
            "## What to do",
            "## When it is over");
    Matcher commands = COMMAND.matcher(page);
    while (commands.find()) {
      assertThat(COMMANDS).contains(commands.group(1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void overviewHasIt(Detection one) {
    assertThat(read(PAGES.resolve("README.md")))
        .contains(
            "| [%s](%s.md) | %s | %s |"
                .formatted(
                    one.id(),
                    one.id(),
                    one.highest() == Detection.Level.PAGE ? "page" : "ticket",
                    one.title()));
  }

  @Test
  void everyPageIsOfAnAlert() throws IOException {
    try (Stream<Path> files = Files.walk(PAGES)) {
      Set<String> pages =
          new TreeSet<>(
              files
                  .filter(file -> file.toString().endsWith(".md"))
                  .map(file -> PAGES.relativize(file).toString().replace(".md", ""))
                  .filter(name -> !name.equals("README"))
                  .toList());
      assertThat(pages)
          .containsExactlyElementsOf(
              new TreeSet<>(Arrays.stream(Detection.values()).map(Detection::id).toList()));
    }
  }

  /** {@code -Dcheckrail.refresh=true} writes it. */
  @Test
  void rulesForPrometheusAreThoseOfTheDocs() throws IOException {
    if (Boolean.getBoolean("checkrail.refresh")) {
      Files.createDirectories(RULES.getParent());
      Files.writeString(RULES, PrometheusRules.text());
    }
    assertThat(read(RULES)).isEqualTo(PrometheusRules.text());
  }

  /** Each name in an expression is one that our figures have. */
  @Test
  void rulesAskForFiguresThatThereAre() {
    String figures = read(ROOT.resolve("checkrail/src/main/java/dev/checkrail/serve/Figures.java"));
    Set<String> counters = new TreeSet<>();
    for (var counter : dev.checkrail.watch.collect.Counter.values()) {
      counters.add(counter.word().replace('-', '_') + "_total");
    }
    counters.add("sessions_total");
    counters.add("responses_total");
    Matcher names =
        Pattern.compile("checkrail_(balancer|frontend|pool|server|log|probe)_([a-z_]+)")
            .matcher(PrometheusRules.text());
    int found = 0;
    while (names.find()) {
      found++;
      String rest = names.group(2);
      assertThat(
              figures.contains("\"" + names.group() + "\"")
                  || figures.contains("ONE + \"" + rest + "\"")
                  || counters.contains(rest))
          .as(names.group())
          .isTrue();
    }
    assertThat(found).isGreaterThan(20);
  }
}
