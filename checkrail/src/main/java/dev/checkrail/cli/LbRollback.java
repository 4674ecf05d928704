package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Back to an approved version. */
@Command(
    name = "rollback",
    description = {
      "Back to an approved version, at once: no approval, no gate. For operators.",
      "With --cut, the servers that hurt are told maint and their sessions are ended first, if"
          + " enough servers of --serving answer: users stop failing before the reload."
    },
    footer = {
      "",
      "Example: checkrail lb rollback edge --reason 'payments fail' --cut be_reports/rep-1"
          + " --serving be_pay",
      "By hand, without Checkrail: put the files of the version before in place, then tell the"
          + " master socket: reload",
      "Exit status: 0 it serves, 1 stopped, 2 could not run."
    })
final class LbRollback extends LbActing {
  @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why.")
  private String reason = "";

  @Option(
      names = "--to",
      paramLabel = "DIGEST",
      description =
          "An approved version, as 'lb show' names it. Default: the one that lived before this one;"
              + " what was gone back from is none, so going back twice leads further back.")
  private @Nullable String to;

  @Option(names = "--cut", paramLabel = "POOL/SERVER", description = "A server that hurts.")
  private List<String> cut = new ArrayList<>();

  @Option(
      names = "--serving",
      paramLabel = "POOL",
      description = "A pool that serves these requests in the version gone back to.")
  private List<String> serving = new ArrayList<>();

  @Option(
      names = "--at-least",
      paramLabel = "N",
      description = "So many of its servers have to answer. Default: 1.")
  private int atLeast = 1;

  LbRollback(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = Remote.object();
    body.put("reason", reason);
    if (to != null) {
      body.put("to", full(to));
    }
    if (!cut.isEmpty()) {
      cut.forEach(body.putArray("cut")::add);
      serving.forEach(body.putArray("serving")::add);
      body.put("at_least", atLeast);
    }
    return tell(remote().post(LbCommand.path(name()) + "/rollback", body));
  }

  /** A digest may be shortened as long as it names one version. */
  private String full(String brief) {
    List<String> fit =
        nodes(good(remote().get(LbCommand.path(name()))).body(), "versions").stream()
            .map(it -> of(it, "digest"))
            .filter(it -> it.startsWith(brief))
            .toList();
    if (fit.size() != 1) {
      throw CannotRun.usage(
          "--to: %s approved versions begin with %s"
              .formatted(fit.isEmpty() ? "no" : "several", brief),
          "see 'checkrail lb show " + name() + "'");
    }
    return fit.getFirst();
  }
}
