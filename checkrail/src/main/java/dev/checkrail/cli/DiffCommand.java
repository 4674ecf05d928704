package dev.checkrail.cli;

import dev.checkrail.path.DifferenceReport;
import dev.checkrail.path.Path;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what a change does. */
@Command(
    name = "diff",
    description =
        "Which requests go elsewhere after a change, each with a witness, and which settings"
            + " differ.",
    footer = {
      "",
      "Example: checkrail diff approved.cfg candidate.cfg",
      "Exit status: 0 answered (with --exit-code: 1 if they differ), 2 could not run, 3 undecided."
    })
final class DiffCommand extends Answering {
  @Mixin private TwoConfigs configs = new TwoConfigs();
  @Mixin private ConfigOptions options = new ConfigOptions();

  @Option(names = "--exit-code", description = "Exit status 1 if the two are not equal.")
  private boolean exitCode;

  @Option(
      names = "--moves",
      paramLabel = "SERVICE",
      split = ",",
      description = "Requests of these services are meant to move; 'all' for every request.")
  private List<String> moves = new ArrayList<>();

  DiffCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() throws SandboxException {
    Inputs inputs = new Inputs(at, options, configs.old());
    Subject old = inputs.subject(configs.old(), configs.rootOld());
    Subject candidate = inputs.subject(configs.candidate(), configs.rootNew());
    Terms terms =
        inputs.terms(
            new JudgeOptions(),
            ChangeWords.moves(moves, inputs.policy()),
            List.of(),
            Terms.Rehearsing.NEVER);
    DifferenceReport report;
    try (Progress progress = Progress.on(at)) {
      report = new Path(watch(progress)).diff(old, candidate, terms);
    }
    if (!report.refused().isEmpty()) {
      throw new CannotRun(report.refused());
    }
    sayPolicy(inputs);
    show(report);
    if (!report.undecided().isEmpty()) {
      say("undecided: " + Shown.of(report.undecided().getFirst()));
      return Verdict.Kind.UNDECIDED.exit();
    }
    return exitCode && !report.difference().equal() ? Verdict.Kind.BLOCKED.exit() : 0;
  }

  private void show(DifferenceReport report) {
    Difference difference = report.difference();
    if (output.json()) {
      at.out().println(Json.line().difference(difference));
      return;
    }
    Page page = page();
    new DifferenceText(page).write(difference);
    String what =
        VerdictText.plural(
                difference.regions().size(), "set of requests moves", "sets of requests move")
            + ", "
            + VerdictText.plural(
                difference.settings().size(), "setting differs", "settings differ");
    page.line(
        difference.equal()
            ? page.paint().green(page.paint().bold("EQUAL"))
                + "  every request goes where it went, no compared setting differs"
            : report.undecided().isEmpty()
                ? page.paint().bold("DIFFERENT") + "  " + what
                : page.paint().yellow(page.paint().bold("UNDECIDED")) + "  " + what);
  }
}
