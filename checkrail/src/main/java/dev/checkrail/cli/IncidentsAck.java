package dev.checkrail.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** Takes care of an incident. */
@Command(
    name = "ack",
    description = "You take care of it: all of its open pages are acknowledged.",
    footer = {"", "Example: checkrail incidents ack edge-1795382399"})
final class IncidentsAck extends Asking {
  @Parameters(paramLabel = "ID", description = "As 'incidents list' shows it.")
  private String id = "";

  @Option(names = "--note", paramLabel = "TEXT", description = "For the journal.")
  private @Nullable String note;

  IncidentsAck(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = Remote.object();
    Optional.ofNullable(note).ifPresent(it -> body.put("note", it));
    String path = "/api/v1/incidents/" + Remote.encoded(id) + "/acknowledge";
    ObjectNode answer = good(remote().post(path, body)).body();
    return show(answer, page -> AlertsCommand.acknowledged(page, answer));
  }
}
