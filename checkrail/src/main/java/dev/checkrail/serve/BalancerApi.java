package dev.checkrail.serve;

import dev.checkrail.balancer.Applied;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.balancer.Deviation;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.Preflight;
import dev.checkrail.balancer.Preflight.Choice;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.RunningState;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Truth;
import dev.checkrail.balancer.Versions;
import dev.checkrail.balancer.haproxy.Adopt;
import dev.checkrail.balancer.haproxy.Doctor;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.change.Checks;
import dev.checkrail.change.Journal;
import dev.checkrail.logs.RecommendedFormat;
import dev.checkrail.report.Json;
import dev.checkrail.report.Verdict;
import dev.checkrail.serve.access.Right;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Load balancers over HTTP. */
final class BalancerApi {
  private static final String ONE = "/api/v1/balancers/{balancer}";
  private static final int LONGEST = 500;

  private final Balancers balancers;
  private final Watching watching;
  private final DriftRounds rounds;
  private final RolloutHold hold;
  private final Changes changes;

  BalancerApi(
      Balancers balancers,
      Watching watching,
      DriftRounds rounds,
      RolloutHold hold,
      Changes changes) {
    this.balancers = balancers;
    this.watching = watching;
    this.rounds = rounds;
    this.hold = hold;
    this.changes = changes;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/balancers", told(this::list)),
        Endpoint.needs(Right.LB_ADD, "POST", "/api/v1/balancers", told(this::add)),
        Endpoint.needs(Right.READ, "GET", ONE, told(this::show)),
        Endpoint.needs(Right.LB_ADD, "DELETE", ONE, told(this::forget)),
        // Its patch shows lines of the configuration as they are: not for everybody.
        Endpoint.needs(Right.LB_RUNTIME, "GET", ONE + "/doctor", told(this::doctor)),
        Endpoint.needs(Right.READ, "GET", ONE + "/drift", told(this::drift)),
        Endpoint.needs(Right.READ, "GET", ONE + "/runtime", told(this::runtime)),
        Endpoint.needs(Right.LB_RUNTIME, "POST", ONE + "/runtime", told(this::tell)),
        Endpoint.needs(Right.LB_APPLY, "POST", ONE + "/apply", told(this::apply)),
        Endpoint.needs(Right.LB_RELOAD, "POST", ONE + "/reload", told(this::reload)),
        Endpoint.needs(Right.LB_ROLLBACK, "POST", ONE + "/rollback", told(this::rollback)));
  }

  /** What goes wrong with a load balancer, as a problem. */
  static Endpoint.Work told(Endpoint.Work work) {
    return call -> {
      try {
        return work.of(call);
      } catch (BalancerException e) {
        int status =
            switch (e.kind()) {
              case GONE, TIMEOUT -> 503;
              case BUSY -> 409;
              case REFUSED, UNSUPPORTED, NO_RIGHTS, LEVEL -> 422;
              case UNINTELLIGIBLE, FILES, DAMAGED -> 502;
            };
        throw new Problem(
            status,
            "balancer-" + e.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            "The load balancer does not do it",
            String.valueOf(e.getMessage()));
      }
    };
  }

  private Reply list(Call call) throws IOException, InterruptedException {
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("balancers");
    for (String name : balancers.names()) {
      if (!call.caller().reaches(name)) {
        continue;
      }
      ObjectNode one = list.addObject();
      one.put("name", name);
      try {
        balancers.look(
            name,
            held -> {
              held.versions().live().ifPresent(digest -> one.put("live", digest));
              one.put("running", held.driver().processes().current().isPresent());
              return "";
            });
      } catch (BalancerException e) {
        one.put("running", false);
        one.put("why", String.valueOf(e.getMessage()));
      }
    }
    return Reply.json(200, body);
  }

  private Reply add(Call call) throws BalancerException, InterruptedException {
    Body body =
        call.body(
            "name",
            "master_socket",
            "master_pid",
            "configuration",
            "stats_socket",
            "marker",
            "working_directory",
            "binary",
            "environment",
            "policy",
            "log",
            "again");
    String name = body.text("name");
    call.may(Right.LB_ADD, name);
    List<Path> configuration = new ArrayList<>();
    for (String path : body.texts("configuration").orElse(List.of())) {
      configuration.add(absolute("configuration", path));
    }
    Optional<Integer> pid = body.number("master_pid", 1, Integer.MAX_VALUE);
    Optional<Path> socket = body.maybe("master_socket").map(it -> absolute("master_socket", it));
    if (configuration.isEmpty() && pid.isEmpty() && socket.isEmpty()) {
      throw Problem.bad(
          "a running HAProxy is found by \"master_socket\", \"master_pid\" or \"configuration\"");
    }
    Optional<Path> marker = body.maybe("marker").map(it -> absolute("marker", it));
    Optional<Path> stats = body.maybe("stats_socket").map(it -> absolute("stats_socket", it));
    Optional<Path> directory =
        body.maybe("working_directory").map(it -> absolute("working_directory", it));
    Optional<Path> binary = body.maybe("binary").map(it -> absolute("binary", it));
    Optional<String> log = body.maybe("log");
    log.ifPresent(text -> {
      var unused = LogOption.read(text);
    });
    Balancers.Added added =
        balancers.add(
            new Balancers.Adding(
                name,
                new Adopt.Known(
                    pid.map(Integer::longValue), socket, configuration, body.map("environment")),
                seen ->
                    new Installation(
                        binary.orElse(seen.binary()),
                        seen.configuration(),
                        marker.or(seen::marker),
                        directory.orElse(seen.workingDirectory()),
                        seen.masterSocket(),
                        stats.or(seen::statsSocket),
                        seen.environment()),
                body.maybe("policy"),
                log,
                body.flag("again").orElse(false),
                call.caller().account()));
    watching.begin(name);
    ObjectNode answer = Wire.object();
    answer.put("name", name);
    answer.put("approved", added.digest());
    answer.set("installation", Registry.shown(added.installation()));
    answer.set("notes", Wire.texts(added.notes()));
    return Reply.json(201, answer);
  }

  private Reply forget(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_ADD, name);
    watching.end(name);
    Path kept;
    try {
      kept = balancers.forget(name, call.caller().account());
      watching.released(name);
    } finally {
      watching.begin(name); // of one that is not owned any more nothing begins
    }
    ObjectNode answer = Wire.object();
    answer.put("name", name);
    answer.put("kept", kept.toString());
    return Reply.json(200, answer);
  }

  private Reply doctor(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_RUNTIME, name);
    Doctor.Wanted usual = Doctor.Wanted.debian12();
    Doctor.Report report =
        balancers.doctor(
            name,
            new Doctor.Wanted(
                wanted(call, "master_socket", usual.masterSocket()),
                wanted(call, "marker", usual.marker()),
                wanted(call, "state_file", usual.stateFile()),
                usual.logTarget(),
                new Doctor.WantedLog(
                    RecommendedFormat.LOG_FORMAT,
                    RecommendedFormat.UNIQUE_ID,
                    RecommendedFormat.REQUEST_LINES,
                    RecommendedFormat.MARK)));
    ObjectNode body = Wire.object();
    ArrayNode lacks = body.putArray("lacks");
    report
        .lacks()
        .forEach(one ->
            lacks
                .addObject()
                .put("id", one.id())
                .put("severity", one.severity().name().toLowerCase(Locale.ROOT))
                .put("text", one.text())
                .put("where", one.where())
                .put("patch", one.patch()));
    body.put("patch", report.patch());
    body.set("arguments", Wire.texts(report.arguments()));
    body.put("marker", report.marker());
    return Reply.verbatim(200, body); // the patch has to fit
  }

  /** A place of the query; a word of it must not break out of the patch. */
  private static Path wanted(Call call, String name, Path usual) {
    return call.asked(name)
        .map(text -> {
          if (!text.matches("/[A-Za-z0-9/._@%+-]{1,200}")) {
            throw Problem.bad(name + " has to be an absolute path of plain letters");
          }
          return Path.of(text);
        })
        .orElse(usual);
  }

  private static Path absolute(String member, String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      // said below
    }
    throw Problem.bad("\"" + member + "\" has to be an absolute path on the server's machine");
  }

  private Reply show(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    ObjectNode body =
        balancers.look(
            name,
            held -> {
              ObjectNode node = Wire.object();
              node.put("name", name);
              node.set("installation", Registry.shown(held.entry().installation()));
              node.put("policy", held.entry().policy().isPresent());
              held.entry().log().ifPresent(log -> node.put("log", log));
              Optional<String> live = held.versions().live();
              live.ifPresent(digest -> node.put("live", digest));
              held.versions().previous().ifPresent(digest -> node.put("previous", digest));
              Map<String, String> lived = new HashMap<>();
              held.versions()
                  .history()
                  .forEach(one -> lived.put(one.digest(), one.at().toString()));
              ArrayNode versions = node.putArray("versions");
              for (Versions.Approval one : held.versions().approvals()) {
                ObjectNode version = versions.addObject();
                version.put("digest", one.digest());
                version.put("approved_at", one.at().toString());
                version.put("by", one.by());
                version.put("why", one.why());
                // The last time that it became live; without it, it never served.
                Optional.ofNullable(lived.get(one.digest()))
                    .ifPresent(at -> version.put("served_from", at));
              }
              try {
                processes(node, held.driver().processes());
              } catch (BalancerException e) {
                node.put("unreachable", String.valueOf(e.getMessage()));
              }
              return node;
            });
    balancers.truth(name).ifPresent(truth -> body.set("last_reload", truth(truth)));
    try {
      hold.of(name).ifPresent(why -> body.put("rollouts_wait", why));
    } catch (Journal.JournalUnavailable e) {
      body.put("rollouts_wait", "not known: " + e.getMessage());
    }
    body.set("drift", drifting(rounds.of(name)));
    return Reply.json(200, body);
  }

  /** What was seen by itself, with what it took no time to find out. */
  static ObjectNode drifting(Drifting drifting) {
    ObjectNode node = Wire.object();
    drifting.lookedAt().ifPresent(at -> node.put("looked_at", at.toString()));
    ArrayNode found = node.putArray("found");
    drifting
        .found()
        .forEach(one ->
            found
                .addObject()
                .put("part", one.found().part().word())
                .put("subject", one.found().subject())
                .put("text", one.found().text())
                .put("since", one.since().toString()));
    if (drifting.more() > 0) {
      node.put("more", drifting.more());
    }
    node.set("not_compared", Wire.texts(drifting.notCompared()));
    drifting.unreachable().ifPresent(why -> node.put("unreachable", why));
    drifting.paused().ifPresent(why -> node.put("paused", why));
    return node;
  }

  private static void processes(ObjectNode node, Processes processes) {
    processes
        .master()
        .ifPresent(master ->
            node.putObject("master")
                .put("pid", master.pid())
                .put("reloads", master.reloads())
                .put("failed", master.failed()));
    ArrayNode workers = node.putArray("workers");
    for (Processes.Worker worker : processes.workers()) {
      ObjectNode one = workers.addObject();
      one.put("pid", worker.pid());
      one.put("old", worker.old());
      one.put("answers", worker.answers());
      worker.marker().ifPresent(digest -> one.put("version", digest));
      worker.connections().ifPresent(count -> one.put("connections", count));
    }
  }

  private Reply drift(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    Balancers.Drifted drifted = balancers.drift(name);
    ObjectNode body = Wire.object();
    body.put("drifted", !drifted.report().found().isEmpty());
    ArrayNode found = body.putArray("found");
    drifted
        .report()
        .found()
        .forEach(one ->
            found
                .addObject()
                .put("part", one.part().word())
                .put("subject", one.subject())
                .put("text", one.text()));
    body.set("not_compared", Wire.texts(drifted.report().notCompared()));
    drifted.now().ifPresent(answer -> body.set("now", difference(answer)));
    drifted.afterReload().ifPresent(answer -> body.set("after_reload", difference(answer)));
    return Reply.json(200, body);
  }

  /** As {@code diff} answers it, and what it could not say. */
  private static ObjectNode difference(Checks.Answer answer) {
    ObjectNode node = (ObjectNode) Wire.own(Json.line().difference(answer.difference()));
    node.set("undecided", Wire.texts(answer.undecided()));
    node.set("refused", Wire.texts(answer.refused()));
    return node;
  }

  private Reply runtime(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    ObjectNode body = Wire.object();
    balancers.look(
        name,
        held -> {
          RunningState running = held.driver().running();
          ArrayNode servers = body.putArray("servers");
          running
              .servers()
              .forEach(server ->
                  servers
                      .addObject()
                      .put("name", server.name().toString())
                      .put("address", server.address())
                      .put("state", server.admin().word())
                      .put("weight", server.weight())
                      .put("up", server.up()));
          ArrayNode lost = body.putArray("only_in_memory");
          Optional<String> live = held.versions().live();
          if (live.isPresent() && held.versions().load(live.get()).isPresent()) {
            Preflight preflight =
                Preflight.of(
                    held.driver(),
                    held.versions().load(live.get()).orElseThrow(),
                    held.versions().load(live.get()).orElseThrow());
            preflight(lost, preflight);
          }
          return "";
        });
    return Reply.json(200, body);
  }

  private static void preflight(ArrayNode lost, Preflight preflight) {
    for (Deviation one : preflight.lost()) {
      ObjectNode node = lost.addObject();
      node.put("key", one.key());
      node.put("text", one.text());
      node.set(
          "choices",
          Wire.texts(
              preflight.choices().getOrDefault(one.key(), java.util.Set.of()).stream()
                  .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                  .sorted()
                  .toList()));
    }
  }

  private Reply tell(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_RUNTIME, name);
    Body body = call.body("server", "state", "weight");
    Optional<RunningState.Admin> admin =
        body.maybe("state")
            .map(word ->
                Arrays.stream(RunningState.Admin.values())
                    .filter(it -> it.word().equals(word))
                    .findFirst()
                    .orElseThrow(
                        () -> Problem.bad("\"state\" is ready, drain or maint, not " + word)));
    Optional<Integer> weight = body.number("weight", 0, 256);
    if (admin.isEmpty() && weight.isEmpty()) {
      throw Problem.bad("the body has \"state\" or \"weight\"");
    }
    balancers.tell(name, server(body.text("server")), admin, weight, call.caller().account());
    return Reply.nothing();
  }

  private static ServerName server(String text) {
    if (!text.matches("[^/\\s]{1,128}/[^/\\s]{1,128}")) {
      throw Problem.bad("a server is named POOL/SERVER, not " + text);
    }
    return ServerName.of(text);
  }

  private Reply apply(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_APPLY, name);
    Body body = call.body("main", "names", "beside", "moves", "choices", "force");
    Candidate candidate = candidate(body);
    if (changes.any(name)) {
      throw Problem.conflict(
          "changes-only",
          "%s is changed by reviewed changes only, since there are any: 'change propose', or in an"
                  .formatted(name)
              + " emergency 'change break-glass'");
    }
    boolean force = body.flag("force").orElse(false);
    if (!force) {
      hold.of(name)
          .ifPresent(why -> {
            throw Problem.conflict("rollouts-wait", "rollouts wait for a person: " + why);
          });
    }
    Balancers.Gated gated =
        balancers.apply(
            name,
            new Balancers.Wanted(
                candidate,
                body.texts("moves").orElse(List.of()),
                choices(body),
                force,
                call.caller().account()));
    Optional<JsonNode> verdict = gated.verdict().map(it -> Wire.own(Json.line().verdict(it)));
    if (gated.applied().isEmpty()) {
      boolean undecided =
          gated.verdict().filter(it -> it.kind() == Verdict.Kind.UNDECIDED).isPresent();
      Problem problem =
          Problem.conflict(
              undecided ? "gate-undecided" : "gate-blocked",
              "the gate "
                  + (undecided ? "can't decide on" : "blocks")
                  + " this change; nothing was touched"
                  + nowhere(gated.missing()));
      verdict.ifPresent(it -> problem.and("verdict", it));
      throw problem;
    }
    ObjectNode answer = applied(gated.applied().get());
    verdict.ifPresent(it -> answer.set("verdict", it));
    return outcome(gated.applied().get(), answer);
  }

  /** The configuration that a body brings, with what lies beside it. */
  static Candidate candidate(Body body) {
    List<SourceFile> main = new ArrayList<>();
    List<String> contents = body.texts("main").orElse(List.of());
    List<String> names = body.texts("names").orElse(List.of());
    if (contents.isEmpty() || contents.size() != names.size()) {
      throw Problem.bad(
          "\"main\" has the files' contents in Base64, \"names\" as many names, at least one");
    }
    for (int i = 0; i < contents.size(); i++) {
      main.add(SourceFile.of(names.get(i), bytes(contents.get(i))));
    }
    Map<String, SourceFile> beside = new LinkedHashMap<>();
    body.map("beside").forEach((path, text) -> beside.put(path, SourceFile.of(path, bytes(text))));
    return new Candidate(
        main,
        path ->
            Optional.ofNullable(beside.get(path))
                .<Lookup>map(Lookup.Found::new)
                .orElse(new Lookup.Absent(path)));
  }

  /** Files that were not sent and are not there: the usual reason is that one was not copied. */
  private static String nowhere(List<String> missing) {
    if (missing.isEmpty()) {
      return "";
    }
    List<String> some = missing.subList(0, Math.min(5, missing.size()));
    return "; it names "
        + String.join(", ", some)
        + (missing.size() > some.size() ? " and " + (missing.size() - some.size()) + " more" : "")
        + ", which "
        + (missing.size() == 1 ? "was" : "were")
        + " not sent with it (put it beside the configuration) and "
        + (missing.size() == 1 ? "is" : "are")
        + " not on the load balancer's disk";
  }

  private static byte[] bytes(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw Problem.bad("a file's content is not in Base64");
    }
  }

  static Map<String, Choice> choices(Body body) {
    Map<String, Choice> choices = new LinkedHashMap<>();
    body.map("choices")
        .forEach((key, word) ->
            choices.put(
                key,
                switch (word) {
                  case "keep" -> Choice.KEEP;
                  case "drop" -> Choice.DROP;
                  case "carry" -> Choice.CARRY;
                  default -> throw Problem.bad("\"choices\" are keep, drop or carry, not " + word);
                }));
    return choices;
  }

  private Reply reload(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_RELOAD, name);
    Body body = call.body("choices", "over_drift");
    Applied applied =
        balancers.reload(
            name, choices(body), body.flag("over_drift").orElse(false), call.caller().account());
    return outcome(applied, applied(applied));
  }

  private Reply rollback(Call call) throws BalancerException, InterruptedException {
    String name = call.parameter("balancer");
    call.may(Right.LB_ROLLBACK, name);
    Body body = call.body("reason", "to", "cut", "serving", "at_least", "drop");
    String reason = body.text("reason").strip();
    if (reason.isEmpty() || reason.length() > LONGEST) {
      throw Problem.bad("\"reason\" has 1 to " + LONGEST + " characters");
    }
    List<ServerName> cut =
        body.texts("cut").orElse(List.of()).stream().map(BalancerApi::server).toList();
    Optional<Rollback.Tourniquet> tourniquet =
        cut.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Rollback.Tourniquet(
                    cut,
                    body.texts("serving").orElse(List.of()),
                    body.number("at_least", 1, 10_000).orElse(1)));
    Rollback.RolledBack back =
        balancers.rollback(
            name,
            body.maybe("to"),
            dev.checkrail.source.Redaction.of(reason),
            tourniquet,
            body.texts("drop").orElse(List.of()),
            call.caller().account());
    ObjectNode answer = applied(back.applied());
    answer.put("tourniquet", back.tourniquet());
    answer.put("tourniquet_ms", back.tourniquetMillis());
    answer.put("serves_ms", back.servesMillis());
    return outcome(back.applied(), answer);
  }

  /** An act that did not come to its end is a problem, with all that is known. */
  static Reply outcome(Applied applied, ObjectNode answer) {
    if (applied.serves() || applied.outcome() == Applied.Outcome.NOTHING) {
      return Reply.json(200, answer);
    }
    Problem problem = Problem.conflict("not-applied", applied.why());
    answer.properties().forEach(one -> problem.and(one.getKey(), one.getValue()));
    throw problem;
  }

  static ObjectNode applied(Applied applied) {
    ObjectNode node = Wire.object();
    node.put("outcome", applied.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    node.put("digest", applied.digest());
    node.put("why", applied.why());
    applied.truth().ifPresent(truth -> node.set("truth", truth(truth)));
    applied
        .preflight()
        .ifPresent(preflight -> preflight(node.putArray("only_in_memory"), preflight));
    node.set("notes", Wire.texts(applied.notes()));
    return node;
  }

  private static ObjectNode truth(Truth truth) {
    ObjectNode node = Wire.object();
    node.put("stage", truth.stage().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    node.put("digest", truth.digest());
    node.put("marked", truth.marked());
    node.put("held", truth.held());
    node.put("text", truth.text());
    return node;
  }
}
