package dev.checkrail.cli;

import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Terms;
import dev.checkrail.policy.RoutingTest;
import dev.checkrail.report.Finding;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
  @Mixin private OneConfig config = new OneConfig();
  @Mixin private ConfigOptions options = new ConfigOptions();

  private List<RoutingTest> tests = List.of();

  TestCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Inputs inputs = new Inputs(at, options, config.name());
    tests = inputs.policy().tests();
    if (tests.isEmpty()) {
      throw CannotRun.usage(
          inputs
              .policyPath()
              .map(it -> "the policy has no tests")
              .orElse("there is no policy, so there are no tests"),
          "add tests to the policy, or name another one with --policy");
    }
    return walk(inputs, config, new JudgeOptions(), Terms.Rehearsing.NEVER, Path::test);
  }

  @Override
  void before(PathReport report, Page page) {
    Paint paint = page.paint();
    Set<String> failed =
        report.verdict().findings().stream()
            .filter(it -> it.rule() == RuleId.TEST_FAILED)
            .map(Finding::subject)
            .collect(Collectors.toSet());
    for (RoutingTest test : tests) {
      boolean bad = failed.contains(test.name());
      page.line((bad ? paint.red("fail") : paint.green("ok  ")) + "  " + Shown.of(test.name()));
    }
    page.blank();
  }
}
