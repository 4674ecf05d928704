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

/**
 * Act 1: changes as they should come. A harmless one is checked, approved and rolled out; that of
 * the outage can't be approved.
 */
final class Reviewed {
  private final Topology topology;
  private final Teller teller;

  Reviewed(Topology topology, Teller teller) {
    this.topology = topology;
    this.teller = teller;
  }

  /**
   * What came of the bad one.
   *
   * @param blocked its check blocks it, and nobody can agree to it
   * @param seconds from the command's start until that was said
   */
  record Outcome(boolean blocked, double seconds) {}

  /** Both; ends when the harmless one is live. */
  Outcome play(Variant variant) throws IOException, InterruptedException {
    long good = begin();
    Outcome outcome = refused(variant);
    live(good);
    return outcome;
  }

  /** The harmless one only. */
  void harmless() throws IOException, InterruptedException {
    live(begin());
  }

  /** Something that has nothing to do with anything: a weight of the shop. */
  private long begin() throws IOException, InterruptedException {
    String text = Files.readString(topology.configuration());
    String now = "server cat-2 127.0.0.1:" + topology.staging().port("shop-2") + " weight 100";
    Path file =
        topology.candidate("good", text.replace(now, now.replace("weight 100", "weight 80")));
    Changes changes = topology.changes();
    Changes.Proposed good = changes.propose(file, "a weight of the shop", "shop");
    if (good.blocked()) {
      throw new IOException("the harmless change is blocked: " + good.because());
    }
    changes.approve(good.number());
    teller.now(
        "ada",
        String.format(
            Locale.ROOT,
            "proposes a weight of the shop: nothing blocks it (%.1f s); bob approves it",
            good.seconds()));
    changes.rollOut(good.number(), "--no-wait");
    teller.now("ada", "rolls it out; it serves, and is observed");
    return good.number();
  }

  private void live(long good) throws IOException, InterruptedException {
    topology.changes().awaitLive(good);
    teller.now(Tone.GOOD, "checkrail", "the weight of the shop is live: nobody is harmed by it");
  }

  private Outcome refused(Variant variant) throws IOException, InterruptedException {
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
            "proposes the change of that day: %s after %.1f s: %s",
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
