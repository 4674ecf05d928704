package dev.checkrail.cli;

import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges a change. */
@Command(
    name = "gate",
    description =
        "Judges a change: reads, lints, proves, compares and rehearses it on the real HAProxy.",
    footer = {
      "",
      "Example: checkrail gate approved.cfg candidate.cfg --moves payments",
      "Exit status: 0 pass, 1 blocked, 2 could not run, 3 undecided."
    })
final class GateCommand extends Answering {
  @Mixin private TwoConfigs configs = new TwoConfigs();
  @Mixin private ConfigOptions options = new ConfigOptions();
  @Mixin private JudgeOptions judge = new JudgeOptions();

  @Option(
      names = "--moves",
      paramLabel = "SERVICE",
      split = ",",
      description = "Requests of these services are meant to move; 'all' for every request.")
  private List<String> moves = new ArrayList<>();

  @Option(
      names = "--accept",
      paramLabel = "RULE[@SECTION]",
      description = "A change of a setting that is meant, e.g. diff/timeout-changed@defaults.")
  private List<String> accept = new ArrayList<>();

  @Option(
      names = "--without-rehearsal",
      description = "Does not run the real HAProxy; the verdict says so.")
  private boolean withoutRehearsal;

  GateCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Inputs inputs = new Inputs(at, options, configs.old());
    Subject old = inputs.subject(configs.old(), configs.rootOld());
    Subject candidate = inputs.subject(configs.candidate(), configs.rootNew());
    Terms terms =
        inputs.terms(
            judge,
            ChangeWords.moves(moves, inputs.policy()),
            ChangeWords.accepted(accept),
            withoutRehearsal ? Terms.Rehearsing.WITHOUT : Terms.Rehearsing.REQUIRED);
    return walk(
        inputs,
        judge,
        configs.candidate(),
        path -> path.gate(old, candidate, terms),
        seen ->
            seen.withInputs("old", old.files().asked())
                .withInputs("new", candidate.files().asked()));
  }
}
