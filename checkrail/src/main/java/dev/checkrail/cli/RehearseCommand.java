package dev.checkrail.cli;

import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.report.Json;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Asks the real binary. */
@Command(
    name = "rehearse",
    description = "Runs the real HAProxy in a sandbox: every kind of route, then faults.",
    footer = {
      "",
      "Example: checkrail rehearse haproxy.cfg",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
final class RehearseCommand extends Answering {
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
  @Mixin private JudgeOptions judge = new JudgeOptions();

  RehearseCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    EvidenceFolder folder = judge.evidence().map(name -> new EvidenceFolder(at, name)).orElse(null);
    Inputs inputs = new Inputs(at, options, config);
    Subject subject = inputs.subject(config, Optional.ofNullable(root));
    Terms terms =
        new Terms(
            inputs.policy(),
            inputs.today(),
            judge.measure(),
            Terms.Moves.none(),
            List.of(),
            Terms.Rehearsing.REQUIRED,
            judge.haproxy(at),
            inputs.otherVersion());
    return walk(
        inputs,
        judge,
        config,
        folder,
        path -> path.rehearse(subject, terms),
        seen ->
            seen.withInputs("new", subject.files().asked())
                .withInputs("policy", inputs.policyAsked()),
        report ->
            report
                .rehearsal()
                .map(Json.line()::rehearsal)
                .orElseGet(() -> Json.line().verdict(report.verdict())));
  }

  @Override
  void before(PathReport report, Page page) {
    report.rehearsal().ifPresent(it -> new RehearsalText(page, output.verbose()).write(it));
    page.blank();
  }
}
