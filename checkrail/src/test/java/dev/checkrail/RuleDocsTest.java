package dev.checkrail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.lint.Judge;
import dev.checkrail.lint.Lint;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  private static final Look LOOK = RuleDocsTest::pureStages;

  /**
   * Rules that {@link #LOOK} can't find: a rehearsal needs the real binary, and the others are not
   * proved yet. What is proved leaves this list.
   */
  private static final Set<RuleId> PENDING =
      EnumSet.of(
          RuleId.REHEARSE_FAULT,
          RuleId.REHEARSE_DISAGREEMENT,
          RuleId.ROUTE_UNKNOWN_POOL,
          RuleId.ROUTE_PREFIX_BOUNDARY,
          RuleId.ROUTE_CASE_SENSITIVE_HOST,
          RuleId.ROUTE_HOST_WITH_PORT,
          RuleId.ROUTE_REDIRECT_LOOP);

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

  // --- the stages that need no binary

  private static Set<RuleId> pureStages(RulePage page, RulePage.Example example) {
    ReadReport now = read(page, example.configuration());
    Policy policy = page.policy().map(text -> policy(text).policy()).orElse(Policy.none());
    Set<RuleId> rules = EnumSet.noneOf(RuleId.class);
    now.problems().stream()
        .map(Problem::code)
        .map(RuleId::of)
        .flatMap(Optional::stream)
        .forEach(rules::add);
    List<Finding> findings = findings(now, policy);
    if (page.old().isPresent()) {
      ReadReport old = read(page, page.old().get());
      findings = Judge.markLive(findings, findings(old, policy));
      Lint.change(old.configuration(), now.configuration())
          .findings()
          .forEach(finding -> rules.add(finding.rule()));
      Prove.diff(old.configuration(), now.configuration(), policy, moves(example))
          .findings()
          .forEach(finding -> rules.add(finding.rule()));
    }
    findings.stream().filter(Finding::counts).map(Finding::rule).forEach(rules::add);
    return rules;
  }

  private static List<Finding> findings(ReadReport read, Policy policy) {
    List<Finding> findings =
        new ArrayList<>(Lint.lint(read.tree(), read.configuration(), policy).findings());
    findings.addAll(Prove.prove(read.configuration(), policy).findings());
    return findings;
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
