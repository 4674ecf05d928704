package dev.checkrail.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes that are reviewed before they reach a load balancer. */
@Command(
    name = "change",
    description = {
      "Changes of a load balancer's configuration: proposed, checked, approved by somebody else,",
      "put in place. What is put in place is what was approved."
    },
    footer = {
      "",
      "Example: checkrail change propose edge candidate.cfg --why 'a fourth server' --wait 120",
      "Then: checkrail change approve 17, checkrail change rollout 17"
    })
final class ChangeCommand extends Group {
  private static final String ALL = "/api/v1/changes";

  ChangeCommand(Surroundings at) {
    super(at);
  }

  @Override
  public List<Answering> commands() {
    return List.of(
        new Propose(at),
        new Listed(at),
        new Show(at),
        new Check(at),
        new Approve(at),
        new Reject(at),
        new Withdraw(at),
        new RollOut(at),
        new RollBack(at),
        new BreakGlass(at),
        new ChangeVerify(at));
  }

  // --- what they have in common

  /** One of them. */
  abstract static class One extends Asking {
    @Parameters(index = "0", paramLabel = "NUMBER", description = "The change.")
    private long number;

    One(Surroundings at) {
      super(at);
    }

    final String path() {
      return ALL + "/" + number;
    }

    /** Tells how it stands after a move; exit status 1 if the process says no. */
    final int moved(Remote.Answer answer) {
      if (answer.status() == 409 || answer.text("type").endsWith(":own-change")) {
        if (output.json()) {
          at.out().println(answer.body());
        }
        say(Shown.of(answer.text("detail")));
        return 1;
      }
      ObjectNode body = good(answer).body();
      return show(body, page -> head(page, body));
    }
  }

  /** Waiting for a check, and its exit status. */
  abstract static class Waiting extends Asking {
    private static final long LOOK = 200; // milliseconds

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        description = "How long to wait for its check. Default: 0; 'change show' tells it later.")
    private int wait;

    Waiting(Surroundings at) {
      super(at);
    }

    /** Shows it once it is checked, or the time is over. */
    final int checked(ObjectNode first) {
      ObjectNode body = first;
      long end = at.nanos().getAsLong() + TimeUnit.SECONDS.toNanos(wait);
      Remote remote = remote();
      String stage = "";
      try {
        while (of(body, "state").equals("proposed")
            && of(body, "not_checked").isEmpty()
            && at.nanos().getAsLong() < end) {
          TimeUnit.MILLISECONDS.sleep(LOOK);
          body = good(remote.get(ALL + "/" + of(body, "number"))).body();
          String now = of(body, "checking");
          if (!now.equals(stage) && !now.isEmpty() && at.errIsTerminal()) {
            say("change " + of(body, "number") + ": " + now);
          }
          stage = now;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ObjectNode last = body;
      show(last, page -> text(page, last));
      return status(last);
    }

    private static int status(ObjectNode body) {
      if (!of(body, "not_checked").isEmpty()) {
        return 2;
      }
      return switch (Optional.ofNullable(body.get("checked"))
          .map(it -> of(it, "verdict"))
          .orElse("")) {
        case "blocked", "error" -> 1;
        case "undecided" -> 3;
        case String other -> 0;
      };
    }
  }

  private static void head(Page page, JsonNode one) {
    page.line(
        "%-4s %-10s %-11s %-6s by %s  %s"
            .formatted(
                Asking.of(one, "number"),
                Asking.of(one, "balancer"),
                Asking.of(one, "state"),
                Asking.of(one, "risk"),
                Asking.of(one, "author"),
                Asking.of(one, "why")));
    page.prose(5, Asking.of(one, "because"));
    if (Asking.of(one, "review_owed").equals("true")) {
      page.prose(
          5,
          "the glass was broken: somebody else has to look at it ('change approve' or"
              + " 'change reject')");
    }
  }

  private static void text(Page page, ObjectNode body) {
    head(page, body);
    page.line(
        "  candidate %s, instead of %s"
            .formatted(
                Asking.brief(Asking.of(body, "candidate")), Asking.brief(Asking.of(body, "base"))));
    List<String> moves = Asking.texts(body, "moves");
    if (!moves.isEmpty()) {
      page.labelled(2, "meant to move:", String.join(", ", moves));
    }
    Asking.texts(body, "missing").forEach(it -> page.labelled(2, "nowhere:", it));
    if (!Asking.of(body, "checking").isEmpty()) {
      page.labelled(2, "being checked:", Asking.of(body, "checking"));
    }
    if (!Asking.of(body, "not_checked").isEmpty()) {
      page.labelled(2, "its check could not run:", Asking.of(body, "not_checked"));
    }
    Optional.ofNullable(body.get("checked"))
        .ifPresent(checked -> {
          page.labelled(
              2,
              "check:",
              Asking.of(checked, "verdict")
                  + (Asking.of(checked, "rehearsed").equals("true") ? "" : ", not rehearsed"));
          Asking.texts(checked, "blocking").forEach(it -> page.labelled(2, "blocks:", it));
          page.labelled(2, "risk:", Asking.of(checked, "risk"));
          Asking.texts(checked, "risk_because").forEach(it -> page.labelled(4, "for:", it));
          List<String> services = Asking.texts(checked, "services");
          if (!services.isEmpty()) {
            page.labelled(2, "touches:", String.join(", ", services));
          }
          page.labelled(
              2,
              "way back:",
              Asking.of(checked, "way_back").equals("true")
                  ? "green"
                  : "not green: " + Asking.of(checked, "way_back_why"));
        });
    if (!Asking.of(body, "needed").isEmpty()) {
      page.labelled(2, "needed:", Asking.of(body, "needed"));
    }
    for (JsonNode one : Asking.nodes(body, "approvals")) {
      page.labelled(
          2,
          "approved:",
          "%s by %s (%s) %s"
              .formatted(
                  Asking.of(one, "at"),
                  Asking.of(one, "by"),
                  String.join(", ", Asking.texts(one, "roles")),
                  Asking.of(one, "note"))
              .strip());
    }
    Optional.ofNullable(body.get("glass"))
        .ifPresent(it -> {
          page.labelled(
              2,
              "glass broken:",
              "%s by %s: %s"
                  .formatted(Asking.of(it, "at"), Asking.of(it, "by"), Asking.of(it, "reason")));
          Optional.ofNullable(it.get("reviewed"))
              .ifPresent(seen ->
                  page.labelled(
                      2,
                      "looked at:",
                      "%s by %s, it was %s: %s"
                          .formatted(
                              Asking.of(seen, "at"),
                              Asking.of(seen, "by"),
                              Asking.of(seen, "right").equals("true") ? "right" : "wrong",
                              Asking.of(seen, "note"))));
        });
    Optional.ofNullable(body.get("rollout"))
        .ifPresent(it ->
            page.labelled(
                2,
                "put in place:",
                "%s by %s".formatted(Asking.of(it, "at"), Asking.of(it, "by"))));
    RolloutText.stages(page, body);
    RolloutText.now(page, body);
  }

  // --- the commands

  /** Proposes one. */
  @Command(
      name = "propose",
      description = {
        "Proposes a configuration for a load balancer. Its check begins by itself: all stages of"
            + " 'gate', on the server, under the approved policy.",
        "CONFIG lies here; its maps, lists and the like go with it."
      },
      footer = {
        "",
        "Example: checkrail change propose edge candidate.cfg --why 'a fourth server' --moves payments",
        "During an incident: checkrail change propose edge fix.cfg --why 'the fix' --urgent --wait 10",
        "Exit status: 0 nothing blocks it (or it is not checked yet), 1 blocked, 2 could not run,"
            + " 3 undecided."
      })
  static final class Propose extends Waiting {
    @Parameters(index = "0", paramLabel = "NAME", description = "The load balancer.")
    private String name = "";

    @Parameters(
        index = "1",
        paramLabel = "CONFIG",
        description = "The new configuration: a file, or a folder with *.cfg files.")
    private String config = "";

    @Option(names = "--why", required = true, paramLabel = "TEXT", description = "What it is for.")
    private String why = "";

    @Option(
        names = "--moves",
        paramLabel = "SERVICE",
        split = ",",
        description = "Requests of these services are meant to move; 'all' for every request.")
    private List<String> moves = new ArrayList<>();

    @Option(
        names = "--urgent",
        description =
            "The fast lane, while an incident is open: not rehearsed, one approver, in freeze"
                + " windows too.")
    private boolean urgent;

    @Option(
        names = "--replaces",
        paramLabel = "NUMBER",
        description = "Your own change whose place it takes.")
    private @Nullable Integer replaces;

    @Mixin private LbApply.Places places = new LbApply.Places();

    Propose(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = new SentFiles(this, places, config).into(Remote.object());
      body.put("balancer", name);
      body.put("why", why);
      moves.forEach(body.putArray("moves")::add);
      body.put("urgent", urgent);
      if (replaces != null) {
        body.put("replaces", replaces);
      }
      return checked(good(remote().post(ALL, body)).body());
    }
  }

  /** Lists them. */
  @Command(
      name = "list",
      description = "Changes, the latest first.",
      footer = {
        "",
        "Example: checkrail change list --balancer edge --state approved",
        "Reviews that are owed: checkrail change list --owed"
      })
  static final class Listed extends Asking {
    @Option(names = "--balancer", paramLabel = "NAME", description = "Only of this load balancer.")
    private @Nullable String balancer;

    @Option(
        names = "--state",
        paramLabel = "STATE",
        description = "Only in this state: proposed, checked, approved, rolling-out, live …")
    private @Nullable String state;

    @Option(
        names = "--owed",
        description = "Only those for which the glass was broken and nobody has looked at that.")
    private boolean owed;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many. Default: 50.")
    private int limit = 50;

    Listed(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      String path = ALL + "?limit=" + limit + (owed ? "&owed=true" : "");
      if (balancer != null) {
        path += "&balancer=" + Remote.encoded(balancer);
      }
      if (state != null) {
        path += "&state=" + Remote.encoded(state);
      }
      ObjectNode body = good(remote().get(path)).body();
      return show(
          body,
          page -> {
            if (nodes(body, "changes").isEmpty()) {
              page.line("no changes");
            }
            nodes(body, "changes").forEach(one -> head(page, one));
          });
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "All of one; with --evidence what its check found, sealed, as a folder.",
      footer = {
        "",
        "Example: checkrail change show 17",
        "Its evidence: checkrail change show 17 --evidence change-17"
      })
  static final class Show extends One {
    @Option(
        names = "--evidence",
        paramLabel = "DIR",
        description = "Writes the evidence folder; it must not hold anything yet.")
    private @Nullable String evidence;

    Show(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = good(remote().get(path())).body();
      if (evidence != null) {
        EvidenceFolder folder = new EvidenceFolder(at, evidence);
        ObjectNode sealed = good(remote().get(path() + "/evidence")).body();
        Map<String, String> files = new LinkedHashMap<>();
        Optional.ofNullable(sealed.get("files"))
            .ifPresent(all ->
                all.properties()
                    .forEach(one -> files.put(one.getKey(), one.getValue().asString())));
        folder.write(files);
        say(
            "the evidence is in "
                + Shown.of(evidence)
                + ", sealed by the key "
                + of(sealed, "fingerprint"));
      }
      return show(body, page -> text(page, body));
    }
  }

  /** Has one checked again. */
  @Command(
      name = "check",
      description = {
        "Has it checked again, against what is live now. What was agreed to does not count any more."
      },
      footer = {
        "",
        "Example: checkrail change check 17 --wait 120",
        "Exit status: 0 nothing blocks it (or it is not checked yet), 1 blocked, 2 could not run,"
            + " 3 undecided."
      })
  static final class Check extends Waiting {
    @Parameters(index = "0", paramLabel = "NUMBER", description = "The change.")
    private long number;

    Check(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return checked(good(remote().post(ALL + "/" + number + "/check", Remote.object())).body());
    }
  }

  /** Agrees. */
  @Command(
      name = "approve",
      description = {
        "Agrees to it as it was checked. Never its author.",
        "After the glass was broken: that was right."
      },
      footer = {
        "",
        "Example: checkrail change approve 17 --note 'as discussed'",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Approve extends One {
    @Option(names = "--note", paramLabel = "TEXT", description = "What is to stand beside it.")
    private @Nullable String note;

    Approve(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object();
      if (note != null) {
        body.put("note", note);
      }
      return moved(remote().post(path() + "/approve", body));
    }
  }

  /** Says no. */
  @Command(
      name = "reject",
      description = {"Says no to it.", "After the glass was broken: that was wrong."},
      footer = {
        "",
        "Example: checkrail change reject 17 --note 'reports can not take payments'",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Reject extends One {
    @Option(names = "--note", required = true, paramLabel = "TEXT", description = "Why.")
    private String note = "";

    Reject(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return moved(remote().post(path() + "/reject", Remote.object().put("note", note)));
    }
  }

  /** Takes one's own back. */
  @Command(
      name = "withdraw",
      description = "Takes your own change back, before it is put in place.",
      footer = {
        "",
        "Example: checkrail change withdraw 17",
        "Exit status: 0 done, 1 it can't be as things are (or it is your own), 2 could not run."
      })
  static final class Withdraw extends One {
    Withdraw(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return moved(remote().post(path() + "/withdraw", Remote.object()));
    }
  }

  /** What puts files in place. */
  abstract static class Acting extends One {
    private static final long LOOK = 500; // milliseconds

    @Option(
        names = "--no-wait",
        description = "Ends when the first step serves; 'change show' tells how it goes on.")
    private boolean noWait;

    /** Shows how it goes on until it is live, taken back, or waits for a person. */
    final int followed(ObjectNode first) {
      ObjectNode body = first;
      String said = "";
      Remote remote = remote();
      try {
        while (RolloutText.underWay(body)) {
          String now = RolloutText.line(body);
          if (!now.equals(said) && !output.json()) {
            say(Shown.of(now));
            said = now;
          }
          if (noWait || RolloutText.waits(body)) {
            break;
          }
          TimeUnit.MILLISECONDS.sleep(LOOK);
          body = good(remote.get(path())).body();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ObjectNode last = body;
      show(
          last,
          page -> {
            head(page, last);
            RolloutText.now(page, last);
          });
      return RolloutText.status(last, noWait);
    }

    Acting(Surroundings at) {
      super(at);
    }

    final int acted(Remote.Answer answer) {
      if (!answer.ok() && !answer.text("type").endsWith(":not-applied")) {
        if (answer.status() == 409) {
          if (output.json()) {
            at.out().println(answer.body());
          }
          say(Shown.of(answer.text("detail")));
          return 1;
        }
        throw refused(answer);
      }
      ObjectNode body = answer.body();
      Optional<ObjectNode> change =
          Optional.ofNullable(body.get("change"))
              .filter(ObjectNode.class::isInstance)
              .map(ObjectNode.class::cast);
      if (answer.ok() && change.filter(RolloutText::underWay).isPresent()) {
        texts(body, "notes").forEach(it -> say("note: " + Shown.of(it)));
        return followed(change.get());
      }
      show(
          body,
          page -> {
            change.ifPresent(it -> head(page, it));
            for (JsonNode one : nodes(body, "only_in_memory")) {
              page.labelled(0, "in memory only:", of(one, "text"));
              page.labelled(
                  2,
                  "choose:",
                  "--choose '"
                      + of(one, "key")
                      + "="
                      + String.join("|", texts(one, "choices"))
                      + "'");
            }
            texts(body, "notes").forEach(it -> page.labelled(0, "note:", it));
          });
      if (!answer.ok()) {
        say("nothing new serves: " + Shown.of(answer.text("why")));
        return 1;
      }
      return 0;
    }
  }

  /** What puts a candidate in place. */
  abstract static class Putting extends Acting {
    @Option(
        names = "--choose",
        paramLabel = "WHAT=keep|drop|carry",
        description =
            "What becomes of something that is in memory only; WHAT as the refusal names it.")
    private Map<String, String> choices = new LinkedHashMap<>();

    Putting(Surroundings at) {
      super(at);
    }

    final ObjectNode body() {
      ObjectNode body = Remote.object();
      ObjectNode node = body.putObject("choices");
      choices.forEach(node::put);
      return body;
    }
  }

  /** Puts one in place. */
  @Command(
      name = "rollout",
      description = {
        "Puts an approved change in place, step by step ('change show' has the steps): after each"
            + " one what it moved is observed, and it goes on, waits, or goes back by itself. For"
            + " operators.",
        "It goes on on the server whether this command runs or not; said again it is followed"
            + " again."
      },
      footer = {
        "",
        "Example: checkrail change rollout 17",
        "It waits for want of data, and you take it on yourself:",
        "  checkrail change rollout 17 --continue",
        "Several load balancers, one after the other: checkrail change rollout 17 --then 18,19",
        "Exit status: 0 it is live, 1 held back, stopped or taken back, 2 could not run, 3 it waits"
            + " for a person."
      })
  static final class RollOut extends Putting {
    @Option(
        names = "--continue",
        description = "Goes on with the next step now, whatever is known of this one.")
    private boolean goOn;

    @Option(
        names = "--then",
        paramLabel = "NUMBER",
        split = ",",
        description =
            "Changes of other load balancers that follow, each when the one before is live. If one"
                + " fails, those after it are not touched, and those before it are taken back.")
    private List<String> then = new ArrayList<>();

    RollOut(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      if (goOn) {
        Remote.Answer answer = remote().post(path() + "/go-on", Remote.object());
        if (answer.status() == 409) {
          say(Shown.of(answer.text("detail")));
          return 1;
        }
        return followed(RolloutText.after(good(answer).body(), this::again));
      }
      ObjectNode now = good(remote().get(path())).body();
      if (RolloutText.underWay(now)) {
        return followed(now);
      }
      ObjectNode body = body();
      then.forEach(body.putArray("then")::add);
      return acted(remote().post(path() + "/rollout", body));
    }

    /** Until the order was taken. */
    private ObjectNode again() {
      return good(remote().get(path())).body();
    }
  }

  /** Takes a live one back. */
  @Command(
      name = "rollback",
      description = {
        "Takes a change back that is live, or on its way, to the version that was live before it."
            + " For operators; needs no approval, and no freeze window holds it up.",
        "'lb rollback' goes back to any version, and can take a server out first."
      },
      footer = {
        "",
        "Example: checkrail change rollback 17 --reason 'payments fail'",
        "Exit status: 0 the version before serves, 1 stopped, 2 could not run."
      })
  static final class RollBack extends Acting {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    @Option(
        names = "--drop",
        paramLabel = "WHAT",
        description = "Something in memory that is not to come back; may be repeated.")
    private List<String> drop = new ArrayList<>();

    RollBack(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      ObjectNode body = Remote.object().put("reason", reason);
      drop.forEach(body.putArray("drop")::add);
      return acted(remote().post(path() + "/rollback", body));
    }
  }

  /** Breaks the glass. */
  @Command(
      name = "break-glass",
      description = {
        "In an emergency: puts a change in place whatever its check found and whoever has agreed, in"
            + " freeze windows and over drift, too; at once, and watched: what does harm is taken"
            + " back by itself. For operators.",
        "The journal says who and why, and somebody else has to look at it afterwards: each day it"
            + " is said again until that is done."
      },
      footer = {
        "",
        "Example: checkrail change break-glass 17 --reason 'the only way to keep payments up'",
        "Exit status: 0 it is live, 1 stopped or taken back, 2 could not run."
      })
  static final class BreakGlass extends Putting {
    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    BreakGlass(Surroundings at) {
      super(at);
    }

    @Override
    public Integer call() {
      return acted(remote().post(path() + "/break-glass", body().put("reason", reason)));
    }
  }
}
