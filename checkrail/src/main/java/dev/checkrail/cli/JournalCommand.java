package dev.checkrail.cli;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The journal. */
@Command(
    name = "journal",
    description = "What was done, by whom: append only, each entry chained to the one before.",
    footer = {"", "Example: checkrail journal list --subject 'lb edge'"})
final class JournalCommand extends Group {
  JournalCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(new Entries(at), new Verify(at));
  }

  static String line(JsonNode one) {
    StringBuilder details = new StringBuilder();
    Optional.ofNullable(one.get("details"))
        .ifPresent(all ->
            all.properties()
                .forEach(it ->
                    details
                        .append("  ")
                        .append(Shown.of(it.getKey()))
                        .append('=')
                        .append(Shown.of(it.getValue().asString()))));
    return "%s  %s  %-18s %-12s %s%s"
        .formatted(
            Asking.of(one, "number"),
            Asking.of(one, "at"),
            Asking.of(one, "kind"),
            Asking.of(one, "actor"),
            Asking.of(one, "subject"),
            details);
  }

  /** Lists entries. */
  @Command(
      name = "list",
      description = "The last entries.",
      footer = {"", "Example: checkrail journal list --kind 'apply.*' --limit 20"})
  static final class Entries extends Asking {
    @Option(
        names = "--kind",
        paramLabel = "KIND",
        description = "A kind, or its beginning and '.*'.")
    private @Nullable String kind;

    @Option(names = "--subject", paramLabel = "SUBJECT", description = "E.g. 'lb edge'.")
    private @Nullable String subject;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    Entries(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path = "/api/v1/journal?limit=" + limit;
      if (kind != null) {
        path += "&kind=" + Remote.encoded(kind);
      }
      if (subject != null) {
        path += "&subject=" + Remote.encoded(subject);
      }
      ObjectNode body = good(remote().get(path)).body();
      return show(body, page -> nodes(body, "entries").forEach(one -> page.line(line(one))));
    }
  }

  /** Checks the chain. */
  @Command(
      name = "verify",
      description = {
        "Computes the whole chain anew. Keep the head that it prints somewhere else: entries that"
            + " are cut off at the end are only found out by an older head."
      },
      footer = {
        "",
        "Example: checkrail journal verify --head 42:9f86d0…",
        "Exit status: 0 intact, 1 not, 2 could not run."
      })
  static final class Verify extends Asking {
    @Option(
        names = "--head",
        paramLabel = "NUMBER:HASH",
        description = "A head that was seen before.")
    private @Nullable String head;

    Verify(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path = "/api/v1/journal/verification";
      if (head != null) {
        path += "?head=" + Remote.encoded(head);
      }
      ObjectNode body = good(remote().get(path)).body();
      boolean intact = of(body, "intact").equals("true");
      show(
          body,
          page ->
              page.line(
                  intact
                      ? "intact: %s entries, head %s"
                          .formatted(of(body, "entries"), of(body, "head"))
                      : "BROKEN: "
                          + Optional.ofNullable(body.get("broken"))
                              .map(it -> of(it, "why"))
                              .orElse("")));
      return intact ? 0 : 1;
    }
  }
}
