package dev.checkrail.cli;

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

/** Judges one configuration. */
@Command(
    name = "check",
    description = "Reads, lints and proves one configuration.",
    footer = {
      "",
      "Example: checkrail check /etc/haproxy/haproxy.cfg",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
final class CheckCommand extends Answering {
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

  CheckCommand(Surroundings at) {
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
            Terms.Rehearsing.WITHOUT,
            judge.haproxy(at),
            inputs.otherVersion());
    return walk(
        inputs,
        judge,
        config,
        folder,
        path -> path.check(subject, terms),
        seen ->
            seen.withInputs("new", subject.files().asked())
                .withInputs("policy", inputs.policyAsked()),
        report -> Json.line().verdict(report.verdict()));
  }
}
