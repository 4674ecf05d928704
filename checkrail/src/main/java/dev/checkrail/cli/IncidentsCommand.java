package dev.checkrail.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Incidents as they were recorded. */
@Command(
    name = "incidents",
    description = {
      "Outages as they were recorded: since when, who was hit, why, what was done.",
      "They open by themselves, and end ten minutes after the last harm."
    },
    footer = {
      "",
      "Example: checkrail incidents list --state open",
      "Then: checkrail incidents show edge-1795382399"
    })
final class IncidentsCommand extends Group {
  IncidentsCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(
        new Listed(at),
        new Show(at),
        new IncidentsAck(at),
        new Note(at),
        new Close(at),
        new Export(at));
  }

  private static String path(String id) {
    return "/api/v1/incidents/" + Remote.encoded(id);
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "The latest ones.",
      footer = {"", "Example: checkrail incidents list --balancer edge --state open"})
  static final class Listed extends Asking {
    @Option(names = "--balancer", paramLabel = "NAME", description = "Only of this load balancer.")
    private @Nullable String balancer;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only open, resolved or closed ones.")
    private @Nullable String state;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    Listed(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path =
          Asked.of("/api/v1/incidents")
              .with("limit", limit)
              .with("balancer", balancer)
              .with("state", state)
              .path();
      ObjectNode body = good(remote().get(path)).body();
      return show(
          body,
          page -> {
            if (nodes(body, "incidents").isEmpty()) {
              page.line("no incidents");
            }
            nodes(body, "incidents").forEach(one -> page.line(head(one)));
          });
    }
  }

  private static String head(JsonNode one) {
    return "%-28s %-8s since %s  failed %s of %s  %s"
        .formatted(
            Asking.of(one, "id"),
            Asking.of(one, "state"),
            Asking.of(one, "began"),
            Asking.of(one, "failed"),
            Asking.of(one, "requests"),
            Optional.ofNullable(one.get("cause"))
                .map(cause -> "cause " + Asking.of(cause, "cause"))
                .orElse("cause not named"));
  }

  /** One of them. */
  abstract static class One extends Asking {
    @Parameters(paramLabel = "ID", description = "The incident.")
    private String id = "";

    One(Surroundings at) {
      super(at);
    }

    final String path() {
      return IncidentsCommand.path(id);
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "All of one: its timeline, why, who was hit.",
      footer = {"", "Example: checkrail incidents show edge-1795382399"})
  static final class Show extends One {
    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get(path())).body();
      return show(body, page -> text(page, body));
    }

    private static void text(Page page, ObjectNode body) {
      page.line(head(body));
      Optional.ofNullable(body.get("answer"))
          .ifPresent(answer -> {
            page.labelled(2, "published:", of(answer, "at"));
            DiagnosisCommand.ranking(page, answer);
          });
      Optional.ofNullable(body.get("aftermath"))
          .ifPresent(it -> page.labelled(2, of(it, "result") + ":", of(it, "text")));
      for (JsonNode entry : nodes(body, "timeline")) {
        String who = of(entry, "who");
        page.labelled(
            2,
            of(entry, "at") + " " + of(entry, "what"),
            (who.equals("checkrail") ? "" : "(" + who + ") ") + of(entry, "text"));
      }
      prevention(page, body);
    }
  }

  /** What would refuse such a change for ever. */
  private static void prevention(Page page, ObjectNode body) {
    JsonNode it = body.get("prevention");
    if (it == null) {
      return;
    }
    String patch = Optional.ofNullable(it.get("patch")).map(JsonNode::asString).orElse("");
    if (!patch.isEmpty()) {
      page.line("so that this is refused for ever, add to its policy:");
      patch.lines().forEach(line -> page.line("    " + Shown.of(line)));
      page.verbatim(2, "then:", Asking.of(it, "accept"));
    }
    if (!Asking.of(it, "no").isEmpty()) {
      page.labelled(2, "decide by hand:", Asking.of(it, "no"));
    }
  }

  /** Adds a note. */
  @Command(
      name = "note",
      description = "Adds a note to its timeline.",
      footer = {"", "Example: checkrail incidents note edge-1795382399 'merchants were told'"})
  static final class Note extends One {
    @Parameters(index = "1", paramLabel = "TEXT", description = "What is to stand there.")
    private String text = "";

    Note(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body =
          good(remote().post(path() + "/notes", Remote.object().put("text", text))).body();
      return show(body, page -> page.line("noted at " + of(body, "at")));
    }
  }

  /** Closes one. */
  @Command(
      name = "close",
      description = "Closes it before it is resolved by itself; the record says who did and why.",
      footer = {"", "Example: checkrail incidents close edge-1795382399 --reason 'went back'"})
  static final class Close extends One {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    Close(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body =
          good(remote().post(path() + "/close", Remote.object().put("reason", reason))).body();
      return show(
          body,
          page -> {
            page.line("closed at " + of(body, "at"));
            prevention(page, body);
          });
    }
  }

  /** Writes its postmortem. */
  @Command(
      name = "export",
      description = "Its postmortem in Markdown, on standard output: what was recorded, no more.",
      footer = {
        "",
        "Example: checkrail incidents export edge-1795382399 --zone Europe/Vienna > postmortem.md"
      })
  static final class Export extends One {
    @Option(names = "--zone", paramLabel = "ZONE", description = "Of its times. Default: UTC.")
    private @Nullable String zone;

    Export(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path = path() + "/export" + (zone == null ? "" : "?zone=" + Remote.encoded(zone));
      ObjectNode body = good(remote().text(path)).body();
      return show(
          body,
          page ->
              Optional.ofNullable(body.get(Remote.TEXT))
                  .map(JsonNode::asString)
                  .orElse("")
                  .lines()
                  .forEach(line -> page.line(Shown.of(line))));
    }
  }
}
