package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.policy.Policy;
import dev.checkrail.rehearse.Agreement.Result;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Redaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The stage that asks the real binary: sends requests through HAProxy and compares what becomes of
 * them with what the model says, then takes servers away and looks again.
 */
public final class Rehearse {
  /** So many requests are handed to the agent at once, so that it is heard of in between. */
  private static final int AT_ONCE = 50;

  private Rehearse() {}

  /**
   * Rehearses a configuration.
   *
   * @param original what was read
   * @param requests in the order in which they are sent, once each; one that disagrees is sent a
   *     second time, and counts if it disagrees again
   * @param policy what must hold while something is broken
   * @param sandbox where; it can be used again afterwards
   * @throws SandboxException if it could not be done: without a namespace the copy could speak to
   *     somebody else, or it does not start; the message says what to do
   */
  public static RehearseReport rehearse(
      Original original,
      List<Rehearsed> requests,
      Policy policy,
      Sandbox sandbox,
      RehearseSettings settings)
      throws SandboxException {
    settings.progress().accept("starting HAProxy on a copy");
    SandboxCopy copy =
        SandboxCopy.make(
            sandbox,
            original,
            Neutralise.Purpose.RUN,
            SandboxCopy.names(requests),
            settings.clock().instant());
    try {
      Launched launched =
          sandbox.start(copy.folder(), copy.arguments(), copy.environment(), copy.stubs());
      return switch (launched) {
        case Launched.Refused refused ->
            throw new SandboxException(
                SandboxException.Kind.COPY_REFUSED,
                "HAProxy does not start on the sandbox's copy of the configuration"
                    + (refused.timedOut() ? " in time" : "")
                    + ": "
                    + Redaction.of(copy.original(refused.text())).strip());
        case Running running -> {
          try (running) {
            yield new Rehearse.Run(original, requests, policy, sandbox, settings, copy, running)
                .report();
          }
        }
      };
    } finally {
      sandbox.discard(copy.root());
    }
  }

  private static final class Run {
    private final Configuration configuration;
    private final List<Rehearsed> requests;
    private final Policy policy;
    private final Sandbox sandbox;
    private final RehearseSettings settings;
    private final SandboxCopy copy;
    private final Running running;
    private final Observed observed;
    private final List<Passage> agreed = new ArrayList<>();
    private final List<Rehearsal.Disagreement> disagreed = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Set<String> left;
    private final Set<String> persistent;
    private int undecided;

    Run(
        Original original,
        List<Rehearsed> requests,
        Policy policy,
        Sandbox sandbox,
        RehearseSettings settings,
        SandboxCopy copy,
        Running running) {
      this.configuration = original.read().configuration();
      this.requests = requests;
      this.policy = policy;
      this.sandbox = sandbox;
      this.settings = settings;
      this.copy = copy;
      this.running = running;
      this.observed = new Observed(configuration, copy);
      this.left = new LinkedHashSet<>();
      if (copy.onLoopback()) {
        left.add(
            "the configuration's own addresses: HAProxy ran on the "
                + String.join("; ", sandbox.remarks()));
      }
      this.left.addAll(copy.left());
      this.persistent =
          configuration.pools().stream()
              .filter(pool -> pool.persistence().isPresent())
              .map(Pool::name)
              .collect(Collectors.toSet());
    }

    RehearseReport report() throws SandboxException {
      Health health = Health.settle(running, configuration);
      List<Passage> passages = prepared();
      Instant end = settings.clock().instant().plus(settings.requests());
      int sent = 0;
      for (int from = 0; from < passages.size(); from += AT_ONCE) {
        if (!settings.clock().instant().isBefore(end)) {
          left.add(
              (passages.size() - from)
                  + " requests: no time left within "
                  + settings.requests().toSeconds()
                  + " s; the first of them is "
                  + words(passages.get(from)));
          break;
        }
        settings.progress().accept("request " + (from + 1) + " of " + passages.size());
        List<Passage> next = passages.subList(from, Math.min(passages.size(), from + AT_ONCE));
        send(next);
        sent += next.size();
      }
      Faults faults =
          new Faults(configuration, policy, running, copy, observed, health, agreed, settings);
      List<Rehearsal.Fault> tried = faults.run();
      findings.addAll(faults.findings());
      if (!running.alive()) {
        throw new SandboxException(
            SandboxException.Kind.QUESTION_FAILED,
            "HAProxy ended during the rehearsal: "
                + Redaction.of(copy.original(running.output())).strip());
      }
      return new RehearseReport(
          new Rehearsal(sent, agreed.size(), disagreed, tried, new ArrayList<>(left), where()),
          undecided,
          String.join("; ", sandbox.remarks()),
          sandbox.haproxyVersion(),
          findings);
    }

    private Rehearsal.Sandbox where() {
      return switch (sandbox.mode()) {
        case NAMESPACE -> Rehearsal.Sandbox.NAMESPACE;
        case LOOPBACK -> Rehearsal.Sandbox.LOOPBACK;
      };
    }

    private List<Passage> prepared() {
      List<Passage> passages = new ArrayList<>();
      for (Rehearsed one : requests) {
        switch (Passage.prepare(configuration, copy, one)) {
          case Passage.Prepared.Ready ready -> {
            if (observed.isPlayed(ready.passage().model())) {
              passages.add(ready.passage());
            } else {
              left.add(words(ready.passage()) + ": it may reach a server that is not played");
            }
          }
          case Passage.Prepared.Not not ->
              left.add(one.request().method() + " " + one.request().url() + ": " + not.why());
        }
      }
      return passages;
    }

    private void send(List<Passage> passages) throws SandboxException {
      List<Exchange> exchanges = running.exchange(passages.stream().map(Passage::raw).toList());
      for (int i = 0; i < passages.size(); i++) {
        Passage passage = passages.get(i);
        Exchange seen = exchanges.get(i);
        switch (judge(passage, seen)) {
          case AGREED -> agreed.add(passage);
          case UNDECIDED -> undecided++;
          case DISAGREED -> {
            Exchange again = running.exchange(passage.raw());
            if (judge(passage, again) == Result.AGREED) {
              agreed.add(passage);
              left.add(
                  passage.request().method()
                      + " "
                      + passage.request().url()
                      + ": agreed only when it was sent again; at first: "
                      + words(observed.outcome(passage.request(), passage.model(), seen)));
            } else {
              disagreed(passage, again);
            }
          }
        }
      }
    }

    private Result judge(Passage passage, Exchange seen) {
      return Compare.of(
          passage.request(),
          passage.frontend(),
          persistent,
          observed.played(passage.model()),
          seen);
    }

    private void disagreed(Passage passage, Exchange seen) {
      Outcome binary = observed.outcome(passage.request(), passage.model(), seen);
      disagreed.add(new Rehearsal.Disagreement(passage.request(), passage.model(), binary));
      findings.add(
          Finding.of(
                  RuleId.REHEARSE_DISAGREEMENT,
                  Stage.REHEARSE,
                  "frontend " + passage.frontend().name(),
                  passage.frontend().span(),
                  "Checkrail's model is wrong about this request, which is a defect of Checkrail:"
                      + " it says \""
                      + words(passage.model())
                      + "\", HAProxy did \""
                      + words(binary)
                      + "\"")
              .withWitness(passage.request())
              .withFix("report it with the configuration's lines that this request meets"));
    }
  }

  /** An outcome in a few words. */
  static String words(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Reaches reaches ->
          "sent to "
              + reaches.pool()
              + " ("
              + String.join(
                  ", ",
                  reaches.servers().stream().filter(s -> s.share() > 0).map(s -> s.name()).toList())
              + ")"
              + reaches.path().map(path -> " as " + path).orElse("")
              + headers(reaches);
      case Outcome.Responds responds -> "answered " + responds.status();
      case Outcome.Redirects redirects ->
          "redirected " + redirects.status() + " to " + redirects.location();
      case Outcome.Drops drops -> "closed without an answer";
      case Outcome.Splits splits ->
          "by chance "
              + String.join(" or ", splits.of().stream().map(p -> words(p.outcome())).toList());
      case Outcome.Undecided undecided -> undecided.because();
    };
  }

  private static String headers(Outcome.Reaches reaches) {
    StringBuilder text = new StringBuilder();
    reaches
        .headers()
        .forEach((name, value) ->
            text.append(text.isEmpty() ? " with " : "; ")
                .append(value.map(v -> name + ": " + v).orElse(name + " removed")));
    return Redaction.of(text.toString());
  }

  /** A request in a few words. */
  static String words(Passage passage) {
    return passage.request().method().isEmpty()
        ? passage.request().url()
        : passage.request().method() + " " + passage.request().url();
  }
}
