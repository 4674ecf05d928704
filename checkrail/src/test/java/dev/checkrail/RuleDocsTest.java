package dev.checkrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule has a page, and the page's examples show what it says. */
class RuleDocsTest {

  /** Looks an example over; how is the concern of the stages that exist. */
  @FunctionalInterface
  interface Look {
    /** The rules with findings that count, of an example beside the page's old configuration. */
    Set<RuleId> rules(RulePage page, RulePage.Example example);
  }

  private static final Watch WATCH =
      new Watch(InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")), () -> 0, stage -> {});

  private static final Look LOOK = RuleDocsTest::path;

  /** Found only by a rehearsal on the real binary; it has tests of its own. */
  private static final Set<RuleId> PENDING =
      EnumSet.of(RuleId.REHEARSE_FAULT, RuleId.REHEARSE_DISAGREEMENT);

  private static final Path DOCS =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/rules");

  static Stream<RuleId> rules() {
    return Arrays.stream(RuleId.values());
  }

  static Stream<RuleId> rulesThatRun() {
    return rules().filter(rule -> !PENDING.contains(rule));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void pageSaysWhyWhenAndWhatToDo(RuleId rule) {
    RulePage page = page(rule);
    assertThat(page.text())
        .startsWith("# " + rule.id() + ": ")
        .contains(
            "Severity: **" + rule.severity().word() + "**",
            "outage classes: "
                + (rule.classes().isEmpty() ? "none" : String.join(" ", rule.classes())),
            "## Why",
            "## When it fires",
            "## How to mend it",
            "## When to suppress it");
    if (rule != RuleId.REHEARSE_DISAGREEMENT) {
      assertThat(page.bad()).isPresent();
      assertThat(page.good()).isPresent();
    }
    assertThat(page.old().isPresent())
        .isEqualTo(group(rule).equals("diff") || rule == RuleId.FILE_SHRUNK);
  }

  @ParameterizedTest
  @MethodSource("rulesThatRun")
  void badExampleIsFound(RuleId rule) {
    RulePage page = page(rule);
    assertThat(LOOK.rules(page, page.bad().orElseThrow())).contains(rule);
  }

  @ParameterizedTest
  @MethodSource("rulesThatRun")
  void goodExampleIsNot(RuleId rule) {
    RulePage page = page(rule);
    assertThat(LOOK.rules(page, page.good().orElseThrow())).doesNotContain(rule);
  }

  /** Apart from the rule in question a good example is one to copy. */
  @ParameterizedTest
  @MethodSource("rules")
  void goodExampleIsUnderstood(RuleId rule) {
    RulePage page = page(rule);
    if (page.good().isPresent() && rule != RuleId.REHEARSE_DISAGREEMENT) {
      assertThat(read(page, page.good().get().configuration()).problems())
          .filteredOn(problem -> !problem.code().equals(RuleId.FILE_MISSING.id()))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void policyIsValid(RuleId rule) {
    page(rule).policy().ifPresent(text -> assertThat(policy(text).problems()).isEmpty());
  }

  @Test
  void indexListsEveryRuleAsItIs() {
    String index = text(DOCS.resolve("README.md"));
    List<String> rows = index.lines().filter(line -> line.startsWith("| [")).toList();
    assertThat(rows).hasSameSizeAs(RuleId.values());
    for (RuleId rule : RuleId.values()) {
      assertThat(rows)
          .anySatisfy(row ->
              assertThat(row)
                  .startsWith(
                      "| [%s](%s.md) | %s | %s | "
                          .formatted(
                              rule.id(),
                              rule.id(),
                              rule.severity().word(),
                              String.join(" ", rule.classes()))));
    }
  }

  @Test
  void noPageIsLeftOver() throws IOException {
    try (Stream<Path> all = Files.walk(DOCS)) {
      Set<String> pages =
          all.filter(file -> file.toString().endsWith(".md"))
              .map(file -> DOCS.relativize(file).toString().replace(".md", ""))
              .filter(name -> !name.equals("README"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(pages)
          .isEqualTo(rules().map(RuleId::id).collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  // --- the path, without the binary

  private static Set<RuleId> path(RulePage page, RulePage.Example example) {
    Policy policy = page.policy().map(text -> policy(text).policy()).orElse(Policy.none());
    dev.checkrail.path.Path path = new dev.checkrail.path.Path(WATCH);
    Subject now = subject(page, example.configuration());
    Terms terms =
        new Terms(
            policy,
            LocalDate.of(2026, 1, 1),
            Verdict.Measure.usual(),
            new Terms.Moves(false, moves(example)),
            List.of(),
            Terms.Rehearsing.NEVER,
            Optional.empty(),
            Optional.empty());
    try {
      PathReport report =
          page.old().isPresent()
              ? path.gate(subject(page, page.old().get()), now, terms)
              : path.check(now, terms);
      return report.verdict().findings().stream()
          .filter(Finding::counts)
          .map(Finding::rule)
          .collect(Collectors.toCollection(() -> EnumSet.noneOf(RuleId.class)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Subject subject(RulePage page, String configuration) {
    Map<String, String> files = new HashMap<>(page.files());
    files.put("haproxy.cfg", configuration);
    return new Subject(
        "haproxy.cfg",
        dev.checkrail.source.Files.of(files),
        List.of("haproxy.cfg"),
        HaproxyTarget.debian12(Map.of()));
  }

  /** The services of {@code --moves a,b}. */
  private static Set<String> moves(RulePage.Example example) {
    int option = example.options().indexOf("--moves");
    return option < 0 ? Set.of() : Set.of(example.options().get(option + 1).split(","));
  }

  private static ReadReport read(RulePage page, String configuration) {
    Map<String, String> files = new HashMap<>(page.files());
    files.put("haproxy.cfg", configuration);
    return Read.haproxy(
        dev.checkrail.source.Files.of(files),
        List.of("haproxy.cfg"),
        HaproxyTarget.debian12(Map.of()));
  }

  private static PolicyReader.Reading policy(String text) {
    return PolicyReader.read(
        SourceFile.of("checkrail.yaml", text), Map.of(), rules().map(RuleId::id).toList());
  }

  private static RulePage page(RuleId rule) {
    return RulePage.of(rule, text(DOCS.resolve(rule.id() + ".md")));
  }

  private static String group(RuleId rule) {
    return rule.id().substring(0, rule.id().indexOf('/'));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
