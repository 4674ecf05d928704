package dev.checkrail.cli;

import dev.checkrail.report.Difference;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Load balancers that run. */
@Command(
    name = "lb",
    description = "Owns running load balancers, through the control plane.",
    footer = {
      "",
      "Example: checkrail lb add edge --master-socket /run/haproxy-master.sock",
      "Then: checkrail lb show edge"
    })
final class LbCommand extends Group {
  private static final String FAILED = "Exit status: 0 it serves, 1 held back or stopped, ";

  LbCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(
        new LbAdd(at),
        new Listed(at),
        new Show(at),
        new Doctor(at),
        new LbPolicy(at),
        new LbApply(at),
        new Drifted(at),
        new Reload(at),
        new LbRollback(at),
        new LbRuntime(at),
        new Forget(at));
  }

  static String path(String name) {
    return "/api/v1/balancers/" + Remote.encoded(name);
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "The load balancers that are owned.",
      footer = {"", "Example: checkrail lb list"})
  static final class Listed extends Asking {
    Listed(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get("/api/v1/balancers")).body();
      return show(
          body,
          page -> {
            for (JsonNode one : nodes(body, "balancers")) {
              page.line(
                  "%-20s %s  approved %s%s"
                      .formatted(
                          of(one, "name"),
                          of(one, "running").equals("true") ? "running" : "NOT RUNNING",
                          brief(of(one, "live")),
                          of(one, "why").isEmpty() ? "" : "  (" + of(one, "why") + ")"));
            }
          });
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "One of them: its versions, its workers, what its last reload came to.",
      footer = {"", "Example: checkrail lb show edge"})
  static final class Show extends Asking {
    @picocli.CommandLine.Parameters(paramLabel = "NAME", description = "The load balancer.")
    private String name = "";

    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get(path(name))).body();
      return show(body, page -> text(page, body));
    }

    private static void text(Page page, ObjectNode body) {
      page.line("%s  approved %s".formatted(of(body, "name"), brief(of(body, "live"))));
      for (JsonNode worker : nodes(body, "workers")) {
        page.line(
            "  worker %s  %s  version %s  %s connections"
                .formatted(
                    of(worker, "pid"),
                    of(worker, "old").equals("true") ? "old    " : "current",
                    of(worker, "version").isEmpty() ? "unknown" : brief(of(worker, "version")),
                    of(worker, "connections").isEmpty() ? "?" : of(worker, "connections")));
      }
      if (!of(body, "unreachable").isEmpty()) {
        page.labelled(2, "not reachable:", of(body, "unreachable"));
      }
      Optional.ofNullable(body.get("last_reload"))
          .ifPresent(truth -> page.labelled(2, "last reload:", of(truth, "text")));
      if (!of(body, "rollouts_wait").isEmpty()) {
        page.labelled(2, "rollouts wait:", of(body, "rollouts_wait"));
      }
      Optional.ofNullable(body.get("drift")).ifPresent(drift -> drift(page, drift));
      for (JsonNode version : nodes(body, "versions")) {
        page.line(
            "  version %s  %s  approved %s by %s: %s"
                .formatted(
                    brief(of(version, "digest")),
                    state(body, version),
                    of(version, "approved_at"),
                    of(version, "by"),
                    of(version, "why")));
      }
    }
  }

  /** What a version is to an operator who looks for one to go back to. */
  private static String state(JsonNode body, JsonNode version) {
    String digest = Asking.of(version, "digest");
    if (digest.equals(Asking.of(body, "live"))) {
      return "live        ";
    }
    if (digest.equals(Asking.of(body, "previous"))) {
      return "the way back";
    }
    return Asking.of(version, "served_from").isEmpty() ? "never served" : "served      ";
  }

  /** What the control plane saw by itself. */
  private static void drift(Page page, JsonNode drift) {
    String at = Asking.of(drift, "looked_at");
    List<JsonNode> found = Asking.nodes(drift, "found");
    if (at.isEmpty()) {
      page.labelled(2, "drift:", "not looked for yet");
    } else if (found.isEmpty() && Asking.of(drift, "unreachable").isEmpty()) {
      page.labelled(2, "drift:", "none, looked at " + at);
    }
    for (JsonNode one : found) {
      page.labelled(
          2,
          "drift:",
          "%s: %s (since %s)"
              .formatted(Asking.of(one, "part"), Asking.of(one, "text"), Asking.of(one, "since")));
    }
    Asking.texts(drift, "not_compared").forEach(it -> page.labelled(2, "not compared:", it));
  }

  /** Says what it lacks. */
  @Command(
      name = "doctor",
      description = "What it lacks to be rolled out and watched, with patches to be pasted.",
      footer = {
        "",
        "Example: checkrail lb doctor edge",
        "Only the patch: checkrail lb doctor edge --patch | patch -p0 -d /",
        "Exit status: 0 nothing, 1 something, 2 could not run."
      })
  static final class Doctor extends Asking {
    @picocli.CommandLine.Parameters(paramLabel = "NAME", description = "The load balancer.")
    private String name = "";

    @picocli.CommandLine.Option(
        names = "--patch",
        description = "Only the patch of the configuration, as a unified diff.")
    private boolean patch;

    @picocli.CommandLine.Option(
        names = "--state-file",
        paramLabel = "PATH",
        description =
            "Where servers' states shall be kept. Default: /var/lib/haproxy/server-state.")
    private Optional<String> stateFile = Optional.empty();

    Doctor(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body =
          good(remote()
                  .get(
                      path(name)
                          + "/doctor"
                          + stateFile
                              .map(it -> "?state_file=" + Remote.encoded(absolute(it)))
                              .orElse("")))
              .body();
      List<JsonNode> lacks = nodes(body, "lacks");
      if (patch) {
        at.out().print(Optional.ofNullable(body.get("patch")).map(JsonNode::asString).orElse(""));
        return lacks.isEmpty() ? 0 : 1;
      }
      show(
          body,
          page -> {
            if (lacks.isEmpty()) {
              page.line("nothing is missing");
            }
            for (JsonNode lack : lacks) {
              page.line(of(lack, "severity") + " " + of(lack, "id"));
              page.prose(2, of(lack, "text"));
              lines(lack, "patch").forEach(line -> page.line("    " + line));
            }
          });
      return lacks.isEmpty() ? 0 : 1;
    }

    private String absolute(String path) {
      return at.resolve(path).toAbsolutePath().normalize().toString();
    }

    private static List<String> lines(JsonNode node, String name) {
      return Optional.ofNullable(node.get(name))
          .map(JsonNode::asString)
          .orElse("")
          .lines()
          .map(Shown::of)
          .toList();
    }
  }

  /** Looks for drift. */
  @Command(
      name = "drift",
      description = "What runs or lies on the disk and was never approved, and what that means.",
      footer = {
        "",
        "Example: checkrail lb drift edge",
        "Exit status: 0 none, 1 drifted, 2 could not run, 3 none seen, but not all could be"
            + " compared."
      })
  static final class Drifted extends Asking {
    @picocli.CommandLine.Parameters(paramLabel = "NAME", description = "The load balancer.")
    private String name = "";

    Drifted(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get(path(name) + "/drift")).body();
      boolean drifted = of(body, "drifted").equals("true");
      boolean compared = texts(body, "not_compared").isEmpty();
      show(
          body,
          page -> {
            if (!drifted) {
              page.line(
                  compared
                      ? "no drift: what is on the disk and in memory is what was approved"
                      : "no drift in what could be compared");
            }
            for (JsonNode one : nodes(body, "found")) {
              page.labelled(0, of(one, "part") + ":", of(one, "text"));
            }
            texts(body, "not_compared").forEach(it -> page.labelled(0, "not compared:", it));
            difference(page, body, "now", "now these requests go elsewhere than approved:");
            difference(
                page, body, "after_reload", "after a reload these requests would go elsewhere:");
          });
      return drifted ? 1 : compared ? 0 : 3;
    }
  }

  /** As 'diff' shows it. */
  private static void difference(Page page, ObjectNode body, String name, String title) {
    if (!(body.get(name) instanceof ObjectNode difference)) {
      return;
    }
    List<String> refused = Asking.texts(difference, "refused");
    refused.forEach(it -> page.labelled(0, "would not start:", it));
    Asking.texts(difference, "undecided").forEach(it -> page.labelled(0, "undecided:", it));
    Difference read = DifferenceJson.read(difference);
    boolean now = name.equals("now");
    if (!read.regions().isEmpty()) {
      page.line(title);
    } else if (refused.isEmpty()) {
      page.line((now ? "what runs routes" : "the files route") + " every request as approved");
    } else {
      page.line("nothing is said of routes: these files would not start");
    }
    new DifferenceText(page).write(read);
  }

  /** Lets one go. */
  @Command(
      name = "forget",
      description = {
        "Lets a load balancer go: it is neither watched nor compared any more. For administrators.",
        "Its files and its traffic are not touched. What was kept of it (versions, policy) is put"
            + " apart on the server; it can be added again."
      },
      footer = {
        "",
        "Example: checkrail lb forget edge",
        "Exit status: 0 it is let go, 2 could not run."
      })
  static final class Forget extends Asking {
    @picocli.CommandLine.Parameters(paramLabel = "NAME", description = "The load balancer.")
    private String name = "";

    Forget(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().delete(path(name))).body();
      return show(
          body,
          page -> {
            page.line(of(body, "name") + " is let go; it goes on as it is");
            page.labelled(2, "kept:", of(body, "kept"));
          });
    }
  }

  /** Loads the approved files again. */
  @Command(
      name = "reload",
      description = "Loads the approved version again.",
      footer = {"", "Example: checkrail lb reload edge", FAILED + "2 could not run."})
  static final class Reload extends LbActing {
    @picocli.CommandLine.Option(
        names = "--over-drift",
        description = "Also over files that nobody approved; they are kept as a version first.")
    private boolean overDrift;

    Reload(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      choices(body);
      body.put("over_drift", overDrift);
      return tell(remote().post(path(name()) + "/reload", body));
    }
  }
}
