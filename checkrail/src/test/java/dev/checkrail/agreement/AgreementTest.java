package dev.checkrail.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Generated configurations and requests: the binary, explain and prove must say the same.
 *
 * <p>{@code bin/verify -Dtest=AgreementTest -Dagreement.pairs=200000 -Dagreement.seed=7} runs more
 * of them; {@code -Dagreement.keep=true} goes on after a disagreement and prints them all.
 */
class AgreementTest {
  private static final int REQUESTS = 50;
  private static final int LANES = 2;

  private final int pairs = Integer.getInteger("agreement.pairs", 10_000);
  private final long seed = Long.getLong("agreement.seed", 20240818L);
  private final boolean keep = Boolean.getBoolean("agreement.keep");

  @Test
  void theBinaryExplainAndProveAgreeOnGeneratedRequests() throws Exception {
    assumeTrue(Lanes.available(), "no HAProxy or no sandbox on this machine");
    List<Callable<Tally>> lanes = new ArrayList<>();
    for (int lane = 0; lane < LANES; lane++) {
      long from = seed * 1_000_003L + lane;
      lanes.add(() -> run(from, pairs / LANES));
    }
    Tally total = new Tally();
    try (ExecutorService pool = Executors.newFixedThreadPool(LANES)) {
      for (Future<Tally> lane : pool.invokeAll(lanes)) {
        total.add(lane.get());
      }
    }
    System.out.println("agreement: seed " + seed + ", " + total);
    if (!total.wrong.isEmpty()) {
      fail(total.wrong.size() + " disagreements\n" + String.join("\n\n", total.wrong));
    }
    assertThat(total.pairs).isGreaterThanOrEqualTo(pairs - REQUESTS);
    assertThat(total.agreed).as("pairs that the model decides").isGreaterThan(total.pairs * 7 / 10);
  }

  private Tally run(long from, int wanted) throws IOException {
    Tally tally = new Tally();
    try (Sandbox sandbox = Sandbox.open(SandboxSettings.standard())) {
      Judge judge = new Judge(sandbox, Lanes.prover());
      for (long i = 0; tally.pairs < wanted && (keep || tally.wrong.isEmpty()); i++) {
        Scenario scenario = GenerateConfiguration.of(from + i * LANES);
        switch (judge.judge(scenario, REQUESTS)) {
          case Judge.Verdict.Refused refused -> {
            tally.refused++;
            if (refused.errors().isEmpty()) {
              tally.refusedUnseen.add(scenario.seed() + ": " + refused.text());
            }
          }
          case Judge.Verdict.Ran ran -> {
            tally.configurations++;
            tally.pairs += REQUESTS;
            tally.agreed += ran.agreed();
            tally.undecided += ran.undecided();
            tally.undecidedByProof += ran.undecidedByProof();
            if (!ran.disagreed().isEmpty()) {
              Judge.Case first = ran.disagreed().getFirst();
              Scenario smallest = Minimise.minimise(judge, scenario, first);
              tally.wrong.add(
                  "seed %d, %d of %d requests\n%s\n%s\n%s: %s\nbinary: %s"
                      .formatted(
                          scenario.seed(),
                          ran.disagreed().size(),
                          REQUESTS,
                          smallest.text(),
                          first.request(),
                          first.who(),
                          first.model(),
                          first.binary()));
            }
          }
        }
      }
    }
    return tally;
  }

  /** Counts of one lane. */
  private static final class Tally {
    int configurations;
    int refused;
    int pairs;
    int agreed;
    int undecided;
    int undecidedByProof;
    final List<String> wrong = new ArrayList<>();
    final List<String> refusedUnseen = new ArrayList<>();

    void add(Tally other) {
      configurations += other.configurations;
      refused += other.refused;
      pairs += other.pairs;
      agreed += other.agreed;
      undecided += other.undecided;
      undecidedByProof += other.undecidedByProof;
      wrong.addAll(other.wrong);
      refusedUnseen.addAll(other.refusedUnseen);
    }

    @Override
    public String toString() {
      return "%d pairs, %d configurations, %d agreed, %d undecided by explain, %d by prove, %d disagreed; refused %d (%d of them not seen by the reader)%s"
          .formatted(
              pairs,
              configurations,
              agreed,
              undecided,
              undecidedByProof,
              wrong.size(),
              refused,
              refusedUnseen.size(),
              refusedUnseen.isEmpty()
                  ? ""
                  : "\n"
                      + String.join(
                          "\n", refusedUnseen.subList(0, Math.min(5, refusedUnseen.size()))));
    }
  }
}
