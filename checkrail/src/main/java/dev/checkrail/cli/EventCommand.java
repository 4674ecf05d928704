package dev.checkrail.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The change feed. */
@Command(
    name = "event",
    description = {
      "Tells the control plane of a change elsewhere, so that it is among the suspects when"
          + " something breaks. Without TEXT: lists the last events."
    },
    footer = {
      "",
      "Example: checkrail event 'gateway 1.8 deployed' --scope 'pay-*'",
      "Exit status: 0 done, 2 could not run."
    })
final class EventCommand extends Asking {
  @Parameters(arity = "0..1", paramLabel = "TEXT", description = "What changed.")
  private @Nullable String text;

  @Option(
      names = "--scope",
      paramLabel = "PATTERN",
      description = "Servers or services it concerns, e.g. pay-*. Default: *.")
  private String scope = "*";

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "When it happened, e.g. 2026-01-31T12:00:00Z. Default: now.")
  private @Nullable String when;

  EventCommand(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    if (text == null) {
      ObjectNode body = good(remote().get("/api/v1/events?limit=50")).body();
      return show(
          body,
          page -> {
            for (JsonNode one : nodes(body, "entries")) {
              page.line(JournalCommand.line(one));
            }
          });
    }
    ObjectNode body = Remote.object();
    body.put("text", text);
    body.put("scope", scope);
    if (when != null) {
      body.put("at", when);
    }
    ObjectNode entry = good(remote().post("/api/v1/events", body)).body();
    return show(entry, page -> page.line("event " + of(entry, "number") + " is in the journal"));
  }
}
