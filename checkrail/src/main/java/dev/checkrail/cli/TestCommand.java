package dev.checkrail.cli;

import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.policy.RoutingTest;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Json;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs people's own routing tests. */
@Command(
    name = "test",
    description = "Runs the routing tests of the policy.",
    footer = {
      "",
      "Example: checkrail test haproxy.cfg --policy checkrail.yaml",
      "Exit status: 0 pass, 1 a test fails, 2 could not run, 3 undecided."
    })
final class TestCommand extends Answering {
  @Parameters(
      paramLabel = "CONFIG",
      description = "A configuration file, or a folder: its *.cfg in the order of their names.")
  private String config = "";

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Absolute paths in the configuration are looked up here first.")
  private @Nullable String root;

  @Mixin private ConfigOptions options = new ConfigOptions();

  TestCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() throws SandboxException {
    Inputs inputs = new Inputs(at, options, config);
    Subject subject = inputs.subject(config, Optional.ofNullable(root));
    Terms terms =
        new Terms(
            inputs.policy(),
            inputs.today(),
            Verdict.Measure.usual(),
            Terms.Moves.none(),
            List.of(),
            Terms.Rehearsing.NEVER,
            Optional.empty(),
            inputs.otherVersion());
    List<RoutingTest> tests = inputs.policy().tests();
    if (tests.isEmpty()) {
      throw CannotRun.usage(
          inputs
              .policyPath()
              .map(it -> "the policy has no tests")
              .orElse("there is no policy, so there are no tests"),
          "add tests to the policy, or name another one with --policy");
    }
    PathReport report;
    try (Progress progress = Progress.on(at)) {
      report = new Path(watch(progress)).test(subject, terms);
    }
    sayPolicy(inputs);
    Verdict verdict = report.verdict();
    if (output.json()) {
      at.out().println(Json.line().verdict(verdict));
    } else {
      show(tests, report);
    }
    return verdict.exit();
  }

  private void show(List<RoutingTest> tests, PathReport report) {
    Page page = page();
    Paint paint = page.paint();
    List<Finding> findings = report.verdict().findings();
    Set<String> failed =
        findings.stream()
            .filter(it -> it.rule() == RuleId.TEST_FAILED)
            .map(Finding::subject)
            .collect(Collectors.toSet());
    for (RoutingTest test : tests) {
      boolean bad = failed.contains(test.name());
      page.line((bad ? paint.red("fail") : paint.green("ok  ")) + "  " + Shown.of(test.name()));
    }
    page.blank();
    new VerdictText(page, Verdict.Measure.usual(), output.verbose()).write(report, config);
  }
}
