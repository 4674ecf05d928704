package dev.checkrail.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.policy.Policy;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.ReadReport;
import dev.checkrail.rehearse.Original;
import dev.checkrail.rehearse.Rehearse;
import dev.checkrail.rehearse.RehearseReport;
import dev.checkrail.rehearse.RehearseSettings;
import dev.checkrail.rehearse.Rehearsed;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.rehearse.SandboxSettings;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import dev.checkrail.source.Severity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Generated configurations and requests, rehearsed on the loopback device: what is rehearsed there
 * ends as explain and prove say, and most of it is.
 *
 * <p>{@code bin/verify -Dtest=LoopbackAgreementTest -Dagreement.loopback.pairs=5000} runs more.
 */
class LoopbackAgreementTest {
  private static final int REQUESTS = 25;

  private final int pairs = Integer.getInteger("agreement.loopback.pairs", 500);
  private final long seed = Long.getLong("agreement.seed", 20240818L);

  @Test
  void whatIsRehearsedOnTheLoopbackDeviceAgrees() throws Exception {
    assumeTrue(Lanes.onLoopback(), "no HAProxy on this machine");
    int compared = 0;
    int left = 0;
    int refused = 0;
    List<String> wrong = new ArrayList<>();
    try (Sandbox sandbox =
        Sandbox.open(SandboxSettings.standard().mode(SandboxSettings.Wanted.LOOPBACK))) {
      for (long i = 0; compared + left < pairs; i++) {
        Scenario scenario = GenerateConfiguration.of(seed * 2_000_003L + i);
        ReadReport read = Judge.read(scenario);
        try {
          RehearseReport report =
              Rehearse.rehearse(
                  original(scenario, read),
                  requests(scenario, read),
                  Policy.none(),
                  sandbox,
                  RehearseSettings.standard().faults(Duration.ZERO));
          Rehearsal rehearsal = report.rehearsal();
          assertThat(rehearsal.sandbox()).isEqualTo(Rehearsal.Sandbox.LOOPBACK);
          compared += rehearsal.sent();
          left += 2 * REQUESTS - rehearsal.sent();
          rehearsal
              .disagreed()
              .forEach(
                  one -> wrong.add("seed " + scenario.seed() + " " + one + "\n" + scenario.text()));
          rehearsal.notRehearsed().stream()
              .filter(text -> text.contains("only when it was sent again"))
              .forEach(text -> wrong.add("seed " + scenario.seed() + " " + text));
        } catch (SandboxException e) {
          // HAProxy takes no configuration that the reader found an error in.
          refused++;
          if (read.problems().stream().noneMatch(p -> p.severity() == Severity.ERROR)) {
            wrong.add("seed " + scenario.seed() + " " + e.getMessage() + "\n" + scenario.text());
          }
        }
      }
    }
    System.out.printf(
        "agreement on loopback: %d compared, %d not rehearsed, %d configurations refused%n",
        compared, left, refused);
    assertThat(wrong).isEmpty();
    assertThat(compared).isGreaterThan(pairs * 3 / 4);
  }

  private static Original original(Scenario scenario, ReadReport read) {
    Map<String, String> texts = new HashMap<>(scenario.files());
    texts.put("haproxy.cfg", scenario.text());
    Files files = Files.of(texts);
    texts.keySet().forEach(files::read);
    return new Original(read, files, HaproxyTarget.debian12(Judge.ENVIRONMENT));
  }

  /** Each request twice: as explain says, and as prove says. */
  private static List<Rehearsed> requests(Scenario scenario, ReadReport read) {
    GenerateRequest generator = new GenerateRequest(scenario.seed(), read.configuration());
    Function<Request, Outcome> router = Lanes.prover().apply(read.configuration());
    List<Rehearsed> all = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      Request request = generator.next();
      all.add(Rehearsed.of(request));
      all.add(Rehearsed.of(request, router.apply(request)));
    }
    return all;
  }
}
