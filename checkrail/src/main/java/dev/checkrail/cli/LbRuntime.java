package dev.checkrail.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a running load balancer has in memory. */
@Command(
    name = "runtime",
    description = {
      "What is in memory: servers' states and weights, and what a reload would lose.",
      "With SERVER: tells it something, until the next reload."
    },
    footer = {
      "",
      "Example: checkrail lb runtime edge be_pay/pay-1 --state maint",
      "Exit status: 0 done, 2 could not run."
    })
final class LbRuntime extends Asking {
  @Parameters(index = "0", paramLabel = "NAME", description = "The load balancer.")
  private String name = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "POOL/SERVER", description = "A server.")
  private @Nullable String one;

  @Option(names = "--state", paramLabel = "ready|drain|maint", description = "Its state.")
  private @Nullable String state;

  @Option(names = "--weight", paramLabel = "N", description = "Its weight, 0 to 256.")
  private @Nullable Integer weight;

  LbRuntime(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    String path = LbCommand.path(name) + "/runtime";
    if (one != null) {
      ObjectNode body = Remote.object();
      body.put("server", one);
      if (state != null) {
        body.put("state", state);
      }
      if (weight != null) {
        body.put("weight", weight);
      }
      good(remote().post(path, body));
      return show(Remote.object(), page -> page.line("told"));
    }
    if (state != null || weight != null) {
      throw CannotRun.usage("which server?", "name it as POOL/SERVER");
    }
    ObjectNode body = good(remote().get(path)).body();
    return show(body, page -> text(page, body));
  }

  private static void text(Page page, ObjectNode body) {
    for (JsonNode server : nodes(body, "servers")) {
      page.line(
          "%-32s %-22s %-6s weight %-4s %s"
              .formatted(
                  of(server, "name"),
                  of(server, "address"),
                  of(server, "state"),
                  of(server, "weight"),
                  of(server, "up").equals("true") ? "up" : "DOWN"));
    }
    for (JsonNode lost : nodes(body, "only_in_memory")) {
      page.labelled(0, "in memory only:", of(lost, "text"));
    }
  }
}
