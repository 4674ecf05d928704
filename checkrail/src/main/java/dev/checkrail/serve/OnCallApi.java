package dev.checkrail.serve;

import dev.checkrail.logs.RedactedText;
import dev.checkrail.serve.access.Caller;
import dev.checkrail.serve.access.Denied;
import dev.checkrail.serve.access.Right;
import dev.checkrail.source.Redaction;
import dev.checkrail.watch.detect.Alert;
import dev.checkrail.watch.detect.Detection;
import dev.checkrail.watch.detect.Silence;
import dev.checkrail.watch.oncall.Page;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Alerts, silences, and pages, which somebody acknowledges: with a token, or by their link. */
final class OnCallApi {
  private static final int LONGEST = 500;
  private static final int LONGEST_NAME = 64;
  private static final Duration LONGEST_SILENCE = Duration.ofDays(31);
  private static final int MOST_SILENCES = 500;

  private final OnCall onCall;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  OnCallApi(OnCall onCall, InstantSource clock) {
    this.onCall = onCall;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/alerts", this::alerts),
        Endpoint.needs(Right.READ, "GET", "/api/v1/silences", this::silences),
        Endpoint.needs(Right.ALERT_SILENCE, "POST", "/api/v1/silences", this::silence),
        Endpoint.needs(Right.ALERT_SILENCE, "DELETE", "/api/v1/silences/{silence}", this::end),
        Endpoint.needs(
            Right.PAGE_ACKNOWLEDGE, "POST", "/api/v1/pages/{page}/acknowledge", this::acknowledge),
        Endpoint.needs(
            Right.PAGE_ACKNOWLEDGE,
            "POST",
            "/api/v1/incidents/{incident}/acknowledge",
            this::acknowledgeIncident),
        Endpoint.open("GET", "/pages/{page}", this::show),
        Endpoint.form("POST", "/pages/{page}", this::acknowledgeByLink));
  }

  // --- alerts

  private Reply alerts(Call call) {
    boolean all = call.asked("all").map("true"::equals).orElse(false);
    Optional<String> balancer = call.asked("balancer");
    Caller caller = call.caller();
    OnCall.View view = onCall.view();
    ObjectNode body = Wire.object();
    ArrayNode alerts = body.putArray("alerts");
    view.alerts().stream()
        .filter(one -> all || one.open())
        .filter(one -> caller.reaches(one.balancer()))
        .filter(one -> balancer.isEmpty() || balancer.get().equals(one.balancer()))
        .forEach(one -> alerts.add(alert(one)));
    ArrayNode pages = body.putArray("pages");
    view.pages().stream()
        .filter(one -> all || one.open())
        .filter(one -> caller.reaches(one.balancer()))
        .filter(one -> balancer.isEmpty() || balancer.get().equals(one.balancer()))
        .forEach(one -> pages.add(page(one)));
    ObjectNode told = body.putObject("on_call");
    told.put("configured", !view.told().isEmpty());
    told.put("observe_only", view.observeOnly());
    told.put("stored", view.stored());
    ArrayNode notifiers = told.putArray("notifiers");
    for (Sending.Status status : view.told()) {
      ObjectNode node = notifiers.addObject();
      node.put("name", status.name());
      node.put("kind", status.kind());
      node.put("waiting", status.waiting());
      status.lastTaken().ifPresent(at -> node.put("last_taken", at.toString()));
      if (!status.trouble().isEmpty()) {
        node.put("trouble", status.trouble());
      }
    }
    return Reply.json(200, body);
  }

  private static ObjectNode alert(Alert alert) {
    ObjectNode node = Wire.object();
    node.put("id", alert.id());
    node.put("balancer", alert.balancer());
    node.put("detection", alert.detection().id());
    node.put("title", alert.detection().title());
    node.put("level", alert.level().name().toLowerCase(Locale.ROOT));
    node.put("subject", WebhookWay.shown(alert.subject()));
    node.put("what", WebhookWay.shown(alert.what()));
    node.put("since", alert.since().toString());
    node.put("opened", alert.opened().toString());
    node.put("seen", alert.seen().toString());
    alert.closed().ifPresent(at -> node.put("closed", at.toString()));
    node.put("owner", WebhookWay.shown(alert.owner()));
    node.put("group", alert.group());
    node.put("runbook", alert.runbook());
    alert
        .change()
        .ifPresent(change -> {
          ObjectNode event = node.putObject("change");
          event.put("at", change.at().toString());
          event.put("what", change.what().name().toLowerCase(Locale.ROOT).replace('_', '-'));
          event.put("actor", change.actor());
          event.put("text", change.text());
        });
    alert.inhibitedBy().ifPresent(id -> node.put("inhibited_by", id));
    alert.silencedBy().ifPresent(id -> node.put("silenced_by", id));
    return node;
  }

  private static ObjectNode page(Page page) {
    ObjectNode node = Wire.object();
    node.put("id", page.id());
    node.put("balancer", page.balancer());
    node.put("chain", WebhookWay.shown(page.chain()));
    node.put("owner", WebhookWay.shown(page.owner()));
    node.put("opened", page.opened().toString());
    node.set("alerts", Wire.texts(page.alerts().keySet()));
    node.put("step", page.progress().step() + 1);
    node.set("told", Wire.texts(page.progress().told()));
    page.acknowledged()
        .ifPresent(it -> {
          ObjectNode by = node.putObject("acknowledged");
          by.put("by", it.by());
          by.put("at", it.at().toString());
        });
    page.resolved().ifPresent(at -> node.put("resolved", at.toString()));
    page.incident().ifPresent(id -> node.put("incident", id));
    page.cause().ifPresent(cause -> node.set("cause", WebhookWay.cause(cause)));
    return node;
  }

  // --- silences

  private Reply silences(Call call) {
    ObjectNode body = Wire.object();
    ArrayNode list = body.putArray("silences");
    Instant now = clock.instant();
    onCall.view().silences().stream()
        .filter(one -> now.isBefore(one.until()) && reaches(call.caller(), one))
        .forEach(one -> list.add(silence(one)));
    return Reply.json(200, body);
  }

  private static boolean reaches(Caller caller, Silence silence) {
    return silence.balancer().equals("*") || caller.reaches(silence.balancer());
  }

  private Reply silence(Call call) {
    Body body = call.body("balancer", "detection", "subject", "from", "until", "minutes", "why");
    String balancer = body.text("balancer");
    Caller caller = call.caller();
    if (balancer.equals("*") ? !caller.balancers().isEmpty() : !caller.reaches(balancer)) {
      throw new Denied(Denied.Kind.NO_RIGHT, "your token does not reach all that this silences");
    }
    String detection = body.maybe("detection").orElse("*");
    if (!detection.equals("*") && Detection.of(detection).isEmpty()) {
      throw Problem.refused(
          "there is no detection "
              + cut(detection)
              + "; there are "
              + Arrays.stream(Detection.values())
                  .map(Detection::id)
                  .collect(Collectors.joining(", ")));
    }
    String subject = body.maybe("subject").orElse("*");
    String why = Redaction.of(body.text("why").strip());
    if (why.isEmpty() || why.length() > LONGEST || subject.length() > LONGEST) {
      throw Problem.bad("\"why\" has 1 to " + LONGEST + " characters, \"subject\" at most as many");
    }
    if (!RedactedText.of(subject).equals(subject)) {
      // Kept as it is it would tell a secret, and redacted it would silence nothing.
      throw Problem.refused("\"subject\" looks like a secret or a card number; leave it out");
    }
    Instant now = clock.instant();
    Instant from = body.maybe("from").map(text -> time("from", text)).orElse(now);
    Optional<Instant> given = body.maybe("until").map(text -> time("until", text));
    Optional<Integer> minutes = body.number("minutes", 1, (int) LONGEST_SILENCE.toMinutes());
    if (given.isPresent() == minutes.isPresent()) {
      throw Problem.bad("the body has either \"until\" or \"minutes\"");
    }
    Instant until = given.orElseGet(() -> from.plus(Duration.ofMinutes(minutes.orElse(1))));
    if (!until.isAfter(now) || !until.isAfter(from)) {
      throw Problem.refused("it would be over before it begins");
    }
    if (until.isAfter(from.plus(LONGEST_SILENCE)) || from.isAfter(now.plus(LONGEST_SILENCE))) {
      throw Problem.refused("a silence lasts at most " + LONGEST_SILENCE.toDays() + " days");
    }
    if (onCall.view().silences().size() >= MOST_SILENCES) {
      throw Problem.refused("there are " + MOST_SILENCES + " silences already; end some");
    }
    byte[] id = new byte[4];
    random.nextBytes(id);
    Silence silence =
        new Silence(
            HexFormat.of().formatHex(id),
            balancer,
            detection,
            bytes(subject),
            from,
            until,
            caller.account(),
            why);
    boolean stored = onCall.silence(silence);
    return Reply.json(201, silence(silence).put("stored", stored));
  }

  /** Subjects hold names of the configuration byte by byte. */
  private static String bytes(String text) {
    return new String(
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8),
        java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static Instant time(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Problem.bad("\"" + name + "\" has to be a time such as 2026-01-31T12:00:00Z");
    }
  }

  private Reply end(Call call) {
    String id = call.parameter("silence");
    Silence silence =
        onCall.view().silences().stream()
            .filter(one -> one.id().equals(id) && reaches(call.caller(), one))
            .findFirst()
            .orElseThrow(() -> Problem.missing("there is no silence " + cut(id)));
    if (silence.balancer().equals("*") && !call.caller().balancers().isEmpty()) {
      throw new Denied(Denied.Kind.NO_RIGHT, "your token does not reach all that this silences");
    }
    boolean stored = onCall.endSilence(silence, call.caller().account());
    return stored ? Reply.nothing() : Reply.nothing().with("Checkrail-Stored", "false");
  }

  private static ObjectNode silence(Silence silence) {
    ObjectNode node = Wire.object();
    node.put("id", silence.id());
    node.put("balancer", silence.balancer());
    node.put("detection", silence.detection());
    node.put("subject", WebhookWay.shown(silence.subject()));
    node.put("from", silence.from().toString());
    node.put("until", silence.until().toString());
    node.put("by", silence.by());
    node.put("why", silence.why());
    return node;
  }

  // --- pages

  private Reply acknowledge(Call call) {
    String id = call.parameter("page");
    List<Page> meant =
        onCall
            .page(id)
            .map(List::of)
            .orElseGet(() ->
                onCall.meant(id).stream()
                    .filter(Page::open)
                    .filter(page ->
                        Optional.ofNullable(page.alerts().get(id))
                            .filter(alert -> alert.owner().equals(page.owner()))
                            .isPresent())
                    .toList());
    return acknowledged(call, meant, "there is no open page " + cut(id));
  }

  private Reply acknowledgeIncident(Call call) {
    String id = call.parameter("incident");
    List<Page> meant =
        onCall.meant(id).stream()
            .filter(page -> page.open() && page.incident().equals(Optional.of(id)))
            .toList();
    return acknowledged(call, meant, "no page of an incident " + cut(id) + " is open");
  }

  private Reply acknowledged(Call call, List<Page> meant, String none) {
    Body body = call.maybeBody("note");
    Optional<String> note = body.maybe("note").map(it -> Redaction.of(it.strip()));
    if (note.filter(it -> it.length() > LONGEST).isPresent()) {
      throw Problem.bad("\"note\" has at most " + LONGEST + " characters");
    }
    List<Page> mine =
        meant.stream().filter(page -> call.caller().reaches(page.balancer())).toList();
    if (mine.isEmpty()) {
      if (!meant.isEmpty()) {
        throw new Denied(Denied.Kind.NO_RIGHT, "your token does not reach this load balancer");
      }
      throw Problem.missing(none);
    }
    Map<String, String> details = new LinkedHashMap<>();
    note.filter(it -> !it.isEmpty()).ifPresent(it -> details.put("note", it));
    boolean stored = true;
    String by = call.caller().account();
    for (Page page : mine) {
      stored &= onCall.acknowledge(page, by, by, details);
    }
    ObjectNode answer = Wire.object();
    ArrayNode pages = answer.putArray("pages");
    mine.forEach(page -> pages.add(page(onCall.page(page.id()).orElse(page))));
    answer.put("stored", stored);
    return Reply.json(200, answer);
  }

  private Reply show(Call call) {
    String code = call.asked("code").orElse("");
    return PageForm.reply(linked(call, code), code);
  }

  private Reply acknowledgeByLink(Call call) {
    Map<String, String> form = call.form();
    String code = form.getOrDefault("code", "");
    Page page = linked(call, code);
    String name = form.getOrDefault("name", "").replaceAll("\\s+", " ").strip();
    if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
      throw Problem.bad("a name has at most " + LONGEST_NAME + " characters");
    }
    String by = name.isEmpty() ? "somebody with the link" : Redaction.of(name) + " (by the link)";
    Map<String, String> details = new LinkedHashMap<>();
    details.put("by", by);
    details.put("from", call.from());
    boolean unused = onCall.acknowledge(page, by, "link", details);
    return PageForm.reply(onCall.page(page.id()).orElse(page), code);
  }

  private Page linked(Call call, String code) {
    String id = call.parameter("page");
    if (!onCall.links().holds(id, code)) {
      throw new Denied(Denied.Kind.WRONG_CODE, "open the link as it was sent: its code is wrong");
    }
    return onCall
        .page(id)
        .orElseThrow(() -> Problem.missing("this page was over a day ago, and is forgotten"));
  }

  private static String cut(String text) {
    return text.length() > 120 ? text.substring(0, 120) + "…" : text;
  }
}
