package dev.checkrail.cli;

import dev.checkrail.explain.Explain;
import dev.checkrail.explain.ListenerChoice;
import dev.checkrail.model.Configuration;
import dev.checkrail.path.Subject;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.CurlLine;
import dev.checkrail.report.Explanation;
import dev.checkrail.report.Json;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RequestJson;
import dev.checkrail.report.TraceStep;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explains what becomes of a request. */
@Command(
    name = "explain",
    description = "Which rule, pool and servers take a request, step by step.",
    footer = {
      "",
      "Example: checkrail explain haproxy.cfg 'POST https://pay.example.com/v1/payments'",
      "Exit status: 0, 2 could not run, 3 undecided."
    })
final class ExplainCommand extends Answering {
  @Mixin private OneConfig config = new OneConfig();

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "'METHOD URL'",
      description = "The request; without a method it is GET. tcp://host:port for plain TCP.")
  private @Nullable String request;

  @Option(names = "-H", paramLabel = "'NAME: VALUE'", description = "A header line.")
  private List<String> headers = new ArrayList<>();

  @Option(names = "--from", paramLabel = "IP", description = "The client's address.")
  private @Nullable String from;

  @Option(
      names = "--listener",
      paramLabel = "ADDRESS:PORT",
      description = "The listener it comes to, as in the bind line, or the frontend's name.")
  private @Nullable String listener;

  @Option(
      names = "--requests",
      paramLabel = "FILE",
      description = "One request per line as JSON, one answer per line; - for standard input.")
  private @Nullable String requests;

  @Mixin private ConfigOptions options = new ConfigOptions();

  ExplainCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if ((request == null) == (requests == null)) {
      throw CannotRun.usage(
          "explain needs a request, or --requests FILE",
          "e.g. checkrail explain "
              + config.name()
              + " 'POST https://pay.example.com/v1/payments'");
    }
    Inputs inputs = new Inputs(at, options, config.name());
    Subject subject = config.subject(inputs);
    ReadReport read = Read.haproxy(subject.files(), subject.paths(), subject.target());
    long errors = read.problems().stream().filter(p -> p.severity() == Severity.ERROR).count();
    if (errors > 0) {
      Problem first =
          read.problems().stream()
              .filter(p -> p.severity() == Severity.ERROR)
              .findFirst()
              .orElseThrow();
      say(
          VerdictText.plural(errors, "error", "errors")
              + " in the configuration, the answer may not hold: "
              + Shown.of(first.toString()));
    }
    return requests == null
        ? one(read.configuration(), inputs)
        : many(read.configuration(), requests, inputs);
  }

  private int one(Configuration configuration, Inputs inputs) {
    Request asked = RequestWords.request(request == null ? "" : request, headers, from, listener);
    return switch (Explain.listener(configuration, asked, asked.listener())) {
      case ListenerChoice.Unclear unclear ->
          throw CannotRun.usage(Shown.of(unclear.message()), "name one with --listener");
      case ListenerChoice.Chosen chosen -> {
        Explanation report = Explain.explain(configuration, asked, chosen);
        sayPolicy(inputs);
        show(report);
        yield status(report.outcome());
      }
    };
  }

  private void show(Explanation report) {
    if (output.json()) {
      at.out().println(Json.line().explanation(report));
      return;
    }
    Page page = page();
    page.verbatim(0, "request:", CurlLine.of(report.request()));
    boolean alike = report.trace().stream().map(step -> step.span().file()).distinct().count() <= 1;
    int place =
        report.trace().stream().mapToInt(step -> place(step, alike).length()).max().orElse(0);
    for (TraceStep step : report.trace()) {
      String where = place(step, alike);
      page.line(
          "  "
              + (step.matched() ? page.paint().green("*") : " ")
              + " "
              + page.paint().faint(where + " ".repeat(place - where.length()))
              + "  "
              + Shown.of(step.rule()));
      if (!step.why().isEmpty()) {
        page.prose(place + 8, Shown.of(step.why()));
      }
    }
    page.line(page.paint().arrow() + " " + page.paint().bold(OutcomeText.of(report.outcome())));
    if (report.outcome() instanceof Outcome.Reaches reaches) {
      reaches
          .headers()
          .forEach((name, value) ->
              page.line(
                  "    "
                      + value
                          .map(it ->
                              Shown.of(name)
                                  + ": "
                                  + Shown.of(dev.checkrail.source.Redaction.header(name, it)))
                          .orElse(Shown.of(name) + " removed")));
      if (reaches.varies()) {
        page.line("    which server: by a key of the request or the client's history");
      }
    }
  }

  /** Folders are left out where all steps are in one file. */
  private static String place(TraceStep step, boolean alike) {
    String place = Shown.place(step.span());
    return alike ? place.substring(place.lastIndexOf('/') + 1) : place;
  }

  private static int status(Outcome outcome) {
    return outcome instanceof Outcome.Undecided ? 3 : 0;
  }

  private int many(Configuration configuration, String name, Inputs inputs) {
    int undecided = 0;
    int bad = 0;
    int number = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        switch (RequestJson.read(line)) {
          case RequestJson.Parsed.Bad(var why) -> {
            at.out().println(Json.line().error("line " + number + ": " + why));
            bad++;
          }
          case RequestJson.Parsed.Good(var asked) -> {
            switch (Explain.listener(
                configuration, asked, asked.listener().or(() -> Optional.ofNullable(listener)))) {
              case ListenerChoice.Unclear unclear -> {
                at.out().println(Json.line().error("line " + number + ": " + unclear.message()));
                bad++;
              }
              case ListenerChoice.Chosen chosen -> {
                Explanation report = Explain.explain(configuration, asked, chosen);
                at.out().println(Json.line().explanation(report));
                undecided += status(report.outcome()) == 0 ? 0 : 1;
              }
            }
          }
        }
      }
    } catch (IOException e) {
      throw CannotRun.because(
          "cli/requests", name, "the requests in " + name + " can't be read", "name another file");
    }
    if (bad > 0) {
      say(
          VerdictText.plural(bad, "line is", "lines are")
              + " no request, answered with {\"error\":…}; mend and ask again");
      return 2;
    }
    sayPolicyBeside(inputs);
    return undecided > 0 ? 3 : 0;
  }

  private InputStream open(String name) throws IOException {
    return name.equals("-") ? at.in() : Files.newInputStream(at.resolve(name));
  }
}
