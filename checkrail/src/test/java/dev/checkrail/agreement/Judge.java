package dev.checkrail.agreement;

import dev.checkrail.explain.Explain;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.rehearse.Agreement;
import dev.checkrail.rehearse.Launched;
import dev.checkrail.rehearse.Running;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.Stub;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Runs one configuration with its requests through the binary and the models. */
final class Judge {
  static final Map<String, String> ENVIRONMENT = Map.of("PAY_PORT", "8082", "PAY_MODE", "v1");

  private final Sandbox sandbox;
  private final Function<Configuration, Function<Request, Outcome>> prover;

  /** The prover's router is handed in, so that the harness can run with explain alone. */
  Judge(Sandbox sandbox, Function<Configuration, Function<Request, Outcome>> prover) {
    this.sandbox = sandbox;
    this.prover = prover;
  }

  /** What one configuration came to. */
  sealed interface Verdict {
    /** HAProxy does not take it; fine if the reader has an error, too. */
    record Refused(String text, List<Problem> errors) implements Verdict {}

    /** It ran. */
    record Ran(int agreed, int undecided, int undecidedByProof, List<Case> disagreed)
        implements Verdict {
      public Ran {
        disagreed = List.copyOf(disagreed);
      }
    }
  }

  /** A disagreement. */
  record Case(Request request, String who, Outcome model, String binary) {}

  static ReadReport read(Scenario scenario) {
    Map<String, String> texts = new HashMap<>(scenario.files());
    texts.put("haproxy.cfg", scenario.text());
    return Read.haproxy(
        Files.of(texts), List.of("haproxy.cfg"), HaproxyTarget.debian12(ENVIRONMENT));
  }

  Verdict judge(Scenario scenario, int requests) throws IOException {
    ReadReport report = read(scenario);
    GenerateRequest generator = new GenerateRequest(scenario.seed(), report.configuration());
    List<Request> drawn = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      drawn.add(generator.next());
    }
    return judge(scenario, report, drawn);
  }

  Verdict judge(Scenario scenario, ReadReport report, List<Request> requests) throws IOException {
    Configuration configuration = report.configuration();
    Path folder = sandbox.newFolder();
    try {
      java.nio.file.Files.writeString(
          folder.resolve("haproxy.cfg"), scenario.text(), StandardCharsets.ISO_8859_1);
      for (Map.Entry<String, String> file : scenario.files().entrySet()) {
        java.nio.file.Files.writeString(
            folder.resolve(file.getKey()), file.getValue(), StandardCharsets.ISO_8859_1);
      }
      Launched launched =
          sandbox.start(folder, List.of("haproxy.cfg"), ENVIRONMENT, stubs(configuration));
      List<Problem> errors =
          report.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList();
      return switch (launched) {
        case Launched.Refused refused -> new Verdict.Refused(refused.toString(), errors);
        case Running running -> {
          try (running) {
            yield compare(configuration, requests, running);
          }
        }
      };
    } finally {
      sandbox.discard(folder);
    }
  }

  private Verdict compare(Configuration configuration, List<Request> requests, Running running)
      throws IOException {
    List<RawRequest> raw = new ArrayList<>();
    for (Request request : requests) {
      raw.add(Agreement.bytes(configuration, request));
    }
    List<Exchange> exchanges = running.exchange(raw);
    Function<Request, Outcome> router = prover.apply(configuration);
    int agreed = 0;
    int undecided = 0;
    int undecidedByProof = 0;
    List<Case> disagreed = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      Request request = requests.get(i);
      Exchange exchange = exchanges.get(i);
      Outcome explained = Explain.explain(configuration, request).outcome();
      Agreement.Result first = Agreement.of(configuration, request, explained, exchange);
      Outcome proved = router.apply(request);
      Agreement.Result second = Agreement.of(configuration, request, proved, exchange);
      if (first == Agreement.Result.DISAGREED) {
        disagreed.add(new Case(request, "explain", explained, Agreement.text(exchange)));
      }
      if (second == Agreement.Result.DISAGREED) {
        disagreed.add(new Case(request, "prove", proved, Agreement.text(exchange)));
      }
      if (first == Agreement.Result.UNDECIDED) {
        undecided++;
      }
      if (second == Agreement.Result.UNDECIDED) {
        undecidedByProof++;
      }
      if (first == Agreement.Result.AGREED || second == Agreement.Result.AGREED) {
        agreed++;
      }
    }
    return new Verdict.Ran(agreed, undecided, undecidedByProof, disagreed);
  }

  private static List<Stub> stubs(Configuration configuration) {
    Set<String> seen = new LinkedHashSet<>();
    List<Stub> stubs = new ArrayList<>();
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        if (seen.add(server.key())) {
          stubs.add(
              pool.mode() == Mode.TCP
                  ? Stub.tcp(server.address(), server.port())
                  : Stub.http(server.address(), server.port()));
        }
      }
    }
    return stubs;
  }
}
