package dev.checkrail.cli;

import dev.checkrail.watch.detect.PrometheusRules;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong, and who was told. */
@Command(
    name = "alerts",
    description = {
      "What is wrong now, who was told of it and who takes care.",
      "Each alert has a page under docs/runbooks that says what to do."
    },
    footer = {
      "",
      "Example: checkrail alerts --all --format json",
      "Take care of a page: checkrail alerts ack PAGE",
      "Exit status: 0 done, 2 could not run."
    })
final class AlertsCommand extends Asking implements WithCommands {
  @Option(names = "--all", description = "Those that are over, too: of the last ten minutes.")
  private boolean all;

  @Option(names = "--balancer", paramLabel = "NAME", description = "Only of this load balancer.")
  private @Nullable String balancer;

  AlertsCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(
        new Ack(at), new SilenceThem(at), new Silences(at), new Unsilence(at), new Rules(at));
  }

  @Override
  public Integer call() {
    String path =
        "/api/v1/alerts?all="
            + all
            + (balancer == null ? "" : "&balancer=" + Remote.encoded(balancer));
    ObjectNode body = good(remote().get(path)).body();
    return show(body, page -> text(page, body));
  }

  private static void text(Page page, ObjectNode body) {
    List<JsonNode> alerts = nodes(body, "alerts");
    List<JsonNode> pages = nodes(body, "pages");
    if (alerts.isEmpty()) {
      page.line("nothing is wrong");
    }
    for (JsonNode one : alerts) {
      boolean over = one.has("closed");
      String head =
          "%-6s %s  %s at %s"
              .formatted(
                  of(one, "level"), of(one, "balancer"), of(one, "detection"), of(one, "subject"));
      page.line(over ? page.paint().faint(head) : page.paint().red(head));
      page.prose(2, of(one, "what"));
      page.labelled(
          2, "since", of(one, "since") + (over ? ", over since " + of(one, "closed") : ""));
      page.labelled(2, "owner", of(one, "owner").isEmpty() ? "nobody" : of(one, "owner"));
      Optional.ofNullable(one.get("change"))
          .ifPresent(it -> page.labelled(2, "before it", of(it, "at") + " " + of(it, "text")));
      if (one.has("inhibited_by")) {
        page.labelled(2, "not told:", "it is explained by " + of(one, "inhibited_by"));
      }
      if (one.has("silenced_by")) {
        page.labelled(2, "not told:", "silence " + of(one, "silenced_by"));
      }
      page.verbatim(2, "what to do:", of(one, "runbook"));
      pages.stream()
          .filter(it -> texts(it, "alerts").contains(of(one, "id")))
          .forEach(it -> page.verbatim(2, "page", of(it, "id") + "  " + state(it)));
    }
    told(page, Optional.ofNullable(body.get("on_call")).orElse(body));
  }

  private static String state(JsonNode page) {
    String told = String.join(", ", texts(page, "told"));
    String whom = of(page, "owner") + ": " + (told.isEmpty() ? "nobody was told" : "told " + told);
    return Optional.ofNullable(page.get("acknowledged"))
        .map(it -> whom + "; " + of(it, "by") + " takes care since " + of(it, "at"))
        .orElse(whom + (page.has("resolved") ? "; over" : "; not acknowledged"));
  }

  private static void told(Page page, JsonNode onCall) {
    if (of(onCall, "observe_only").equals("true")) {
      page.line("nobody is told: serve runs with --observe-only");
    } else if (of(onCall, "configured").equals("false")) {
      page.line("nobody is told: serve runs without --on-call FILE");
    }
    if (of(onCall, "stored").equals("false")) {
      page.line("the database is down: people are told from memory");
    }
    for (JsonNode one : nodes(onCall, "notifiers")) {
      if (one.has("trouble")) {
        page.line(
            page.paint()
                .red(
                    "%s does not take what it is told (%s waiting): %s"
                        .formatted(of(one, "name"), of(one, "waiting"), of(one, "trouble"))));
      }
    }
  }

  /** What became of an acknowledgement. */
  static void acknowledged(Page page, ObjectNode body) {
    for (JsonNode one : nodes(body, "pages")) {
      page.line(of(one, "id") + "  " + state(one));
    }
    if (of(body, "stored").equals("false")) {
      page.line("the database is down: it is not written yet");
    }
  }

  /** Takes care. */
  @Command(
      name = "ack",
      description = {
        "You take care of a page: it is not repeated, and nobody else is called.",
        "Whoever did so first stays written down."
      },
      footer = {"", "Example: checkrail alerts ack edge-watch-blind-77ef5a72-1795382399-1"})
  static final class Ack extends Asking {
    @Parameters(paramLabel = "PAGE", description = "As 'alerts' shows it; or the id of an alert.")
    private String id = "";

    @Option(names = "--note", paramLabel = "TEXT", description = "For the journal.")
    private @Nullable String note;

    Ack(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      Optional.ofNullable(note).ifPresent(it -> body.put("note", it));
      String path = "/api/v1/pages/" + Remote.encoded(id) + "/acknowledge";
      ObjectNode answer = good(remote().post(path, body)).body();
      return show(answer, page -> acknowledged(page, answer));
    }
  }

  /** Silences. */
  @Command(
      name = "silence",
      description = "Nobody is told of these alerts for a while; they are kept and shown.",
      footer = {
        "",
        "Example: checkrail alerts silence --balancer edge --detection server/latency --for 2h"
            + " --why 'pay-2 is being upgraded'"
      })
  static final class SilenceThem extends Asking {
    private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,4})(m|h|d)");

    @Option(
        names = "--balancer",
        paramLabel = "NAME",
        required = true,
        description = "The load balancer, or '*'.")
    private String balancer = "";

    @Option(
        names = "--detection",
        paramLabel = "ID",
        description = "Such as server/errors. Default: all.")
    private String detection = "*";

    @Option(
        names = "--subject",
        paramLabel = "SUBJECT",
        description = "Such as be_pay/pay-2. Default: all.")
    private String subject = "*";

    @Option(
        names = "--for",
        paramLabel = "TIME",
        required = true,
        description = "Such as 30m, 2h or 1d; at most 31d.")
    private String lasting = "";

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "For others.")
    private String why = "";

    SilenceThem(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      Matcher time = TIME.matcher(lasting);
      if (!time.matches()) {
        throw CannotRun.usage("--for: \"" + lasting + "\" is no time", "write it as 30m, 2h or 1d");
      }
      int unit =
          switch (time.group(2)) {
            case "m" -> 1;
            case "h" -> 60;
            default -> 24 * 60;
          };
      ObjectNode body = Remote.object();
      body.put("balancer", balancer);
      body.put("detection", detection);
      body.put("subject", subject);
      body.put("minutes", Integer.parseInt(time.group(1)) * unit);
      body.put("why", why);
      ObjectNode answer = good(remote().post("/api/v1/silences", body)).body();
      return show(
          answer,
          page -> page.line("silence " + of(answer, "id") + " until " + of(answer, "until")));
    }
  }

  /** Lists silences. */
  @Command(
      name = "silences",
      description = "Silences that are not over.",
      footer = {"", "Example: checkrail alerts silences"})
  static final class Silences extends Asking {
    Silences(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get("/api/v1/silences")).body();
      return show(
          body,
          page -> {
            for (JsonNode one : nodes(body, "silences")) {
              page.line(
                  "%s  %s  %s at %s  %s to %s  by %s: %s"
                      .formatted(
                          of(one, "id"),
                          of(one, "balancer"),
                          of(one, "detection"),
                          of(one, "subject"),
                          of(one, "from"),
                          of(one, "until"),
                          of(one, "by"),
                          of(one, "why")));
            }
          });
    }
  }

  /** Ends a silence. */
  @Command(
      name = "unsilence",
      description = "Ends a silence. What is still there is told.",
      footer = {"", "Example: checkrail alerts unsilence 1f2e3d4c"})
  static final class Unsilence extends Asking {
    @Parameters(paramLabel = "ID", description = "As 'alerts silences' shows it.")
    private String id = "";

    Unsilence(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      good(remote().delete("/api/v1/silences/" + Remote.encoded(id)));
      return show(Remote.object(), page -> page.line("ended"));
    }
  }

  /** For people with a Prometheus. */
  @Command(
      name = "rules",
      description = {
        "The detectors as alert rules for a Prometheus that reads /metrics, as far as it has"
            + " figures of them.",
        "They are later, and know neither routes nor what is usual."
      },
      footer = {
        "",
        "Example: checkrail alerts rules > checkrail.rules.yml && promtool check rules"
            + " checkrail.rules.yml"
      })
  static final class Rules extends Answering {
    Rules(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String rules = PrometheusRules.text();
      if (output.json()) {
        at.out().println(Remote.object().put("rules", rules));
      } else {
        at.out().print(rules.lines().collect(Collectors.joining("\n", "", "\n")));
      }
      return 0;
    }
  }
}
