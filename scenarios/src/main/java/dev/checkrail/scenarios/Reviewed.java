package dev.checkrail.scenarios;

import dev.checkrail.scenarios.Teller.Tone;
import dev.checkrail.scenarios.stranger.Edit;
import dev.checkrail.scenarios.topology.Changes;
import dev.checkrail.scenarios.topology.CommandLine;
import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** Act 1: the change is proposed for the running load balancer, and can't be approved. */
final class Reviewed {
  private final Topology topology;
  private final Teller teller;
  private final Variant variant;

  Reviewed(Topology topology, Teller teller, Variant variant) {
    this.topology = topology;
    this.teller = teller;
    this.variant = variant;
  }

  /**
   * What came of it.
   *
   * @param blocked its check blocks it, and nobody can agree to it
   * @param seconds from the command's start until it was said
   */
  record Outcome(boolean blocked, double seconds) {}

  /** Proposes it, and has somebody try to approve it. */
  Outcome play() throws IOException, InterruptedException {
    String text = Files.readString(topology.configuration());
    for (ObjectNode edit : variant.edits(topology.staging())) {
      text = Edit.of(text, edit);
    }
    Path file = topology.candidate("bad", text);
    Changes changes = topology.changes();
    Changes.Proposed bad = changes.propose(file, "reports for one host more", "");
    teller.now(
        bad.blocked() ? Tone.GOOD : Tone.BAD,
        "ada",
        String.format(
            Locale.ROOT,
            "proposes it (change propose): %s after %.1f s: %s",
            bad.blocked() ? "BLOCKED" : "NOT BLOCKED",
            bad.seconds(),
            bad.because()));
    CommandLine.Answer answer = changes.tryToApprove(bad.number());
    boolean refused = answer.status() == 1;
    teller.now(
        refused ? Tone.GOOD : Tone.BAD,
        "bob",
        (refused ? "can't approve it: " : "could approve it: ")
            + answer.said().lines().findFirst().orElse(""));
    return new Outcome(bad.blocked() && refused, bad.seconds());
  }
}
