package dev.checkrail.scenarios;

import dev.checkrail.scenarios.Teller.Tone;
import dev.checkrail.scenarios.topology.Sink;
import dev.checkrail.scenarios.topology.Staging;
import dev.checkrail.scenarios.topology.Topology;
import dev.checkrail.scenarios.topology.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Act 2: the change is put in place behind our back, while users pay. Nothing here helps or hinders
 * anybody: it waits, watches and tells.
 */
final class Drill {
  /** After the fault. If it is not over by then it is told as it is. */
  static final Duration AT_MOST = Duration.ofSeconds(110);

  private static final long USERS_SECONDS = 480;
  private static final long POLL_MILLIS = 100;
  private static final long LEADS_BEFORE = 10_000;
  static final int LIMITED_PER_SECOND = 6;

  private final Topology topology;
  private final Staging staging;
  private final Teller teller;
  private final Variant variant;
  private final Set<String> told = new HashSet<>();
  private final List<Path> userLogs = new ArrayList<>();
  private Instant from = Instant.EPOCH;
  private volatile boolean paged;

  Drill(Topology topology, Teller teller, Variant variant, Users[] come) {
    for (Users users : come) {
      userLogs.add(users.log());
    }
    this.topology = topology;
    this.staging = topology.staging();
    this.teller = teller;
    this.variant = variant;
  }

  /**
   * What it came to; users are still paying.
   *
   * @param approved the file as it was before somebody changed it by hand
   */
  record Played(Instant from, Observer observer, String approved) {}

  /** Users come, as they always do; the control plane will find them there. */
  static Users[] come(Topology topology, Teller teller) throws IOException, InterruptedException {
    Staging staging = topology.staging();
    Users limited =
        topology.users("limited", LIMITED_PER_SECOND, USERS_SECONDS, staging.seed() + 1, "limited");
    Users users =
        topology.users("users", staging.usersPerSecond(), USERS_SECONDS, staging.seed(), "shop");
    topology.visitors(12);
    teller.now(
        "users",
        String.format(
            Locale.ROOT,
            "%.0f a second come to buy (%.0f %% of them at %s); one merchant runs into his rate"
                + " limit",
            staging.usersPerSecond(),
            staging.share() * 100,
            staging.secondHost()));
    TimeUnit.MILLISECONDS.sleep(4000);
    return new Users[] {users, limited};
  }

  /** Whoever is told is heard from now on. */
  void listen() {
    topology.sink().each(this::told);
  }

  /** The fault itself, and all that follows. */
  Played play() throws IOException, InterruptedException {
    calm(staging.waitMillis() - LEADS_BEFORE);
    leads();
    calm(LEADS_BEFORE);
    String approved = Files.readString(topology.configuration());
    Observer observer = Observer.start(topology, "observer");
    for (ObjectNode edit : variant.edits(staging)) {
      topology.stranger(edit);
    }
    JsonNode reload = topology.stranger(Variant.act("reload"));
    from = Instant.parse(reload.path("began").asString());
    teller.count(from);
    teller.at(
        from,
        Tone.WARN,
        "stranger",
        "edits the file by hand and reloads HAProxy: " + variant.what());
    watch(observer);
    return new Played(from, observer, approved);
  }

  /** The wrong leads of the postmortem's 10:40. */
  private void leads() throws IOException {
    for (int i = 1; i <= 3; i++) {
      ObjectNode act = Variant.act("fault").put("instance", "pay-" + i);
      act.putObject("switches").put("leaked_connections", 11);
      topology.stranger(act);
    }
    teller.now(
        "database", "a reports query holds 11 of 16 connections of each payment server: 70 %");
  }

  private void calm(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  /** Until it is over, or it takes too long. */
  private void watch(Observer observer) throws IOException, InterruptedException {
    Tail haproxy = Tail.fromEnd(topology.raw().resolve("haproxy.log"));
    Tail users = Tail.fromEnd(userLogs.getFirst());
    Optional<Instant> failing = Optional.empty();
    boolean misrouted = false;
    int paid = 0;
    int failed = 0;
    Instant summary = from;
    boolean verified = false;
    while (true) {
      for (String line : haproxy.lines()) {
        boolean first =
            !misrouted
                && RawFiles.routed(line)
                    .filter(RawFiles.Routed::isPurchase)
                    .filter(it -> it.server().equals(staging.reportsServer()))
                    .filter(it -> !it.began().isBefore(from))
                    .isPresent();
        if (first) {
          misrouted = true;
          RawFiles.routed(line)
              .ifPresent(it ->
                  teller.at(
                      it.began(),
                      Tone.WARN,
                      "haproxy",
                      "a payment was sent to "
                          + it.server()
                          + " (known at its end, "
                          + it.millis()
                          + " ms later)"));
        }
      }
      for (String line : users.lines()) {
        List<RawFiles.Met> met = RawFiles.met(line);
        Optional<RawFiles.Met> bad =
            met.stream()
                .filter(RawFiles.Met::failed)
                .filter(it -> !it.end().isBefore(from))
                .findFirst();
        if (bad.isPresent() && failing.isEmpty()) {
          failing = Optional.of(bad.get().end());
          teller.at(
              bad.get().end(),
              Tone.BAD,
              "users",
              "the first one sees a failure ("
                  + (bad.get().status() == 0 ? "no answer" : "HTTP " + bad.get().status())
                  + ")");
        }
        boolean ok = !met.isEmpty() && !met.getLast().failed();
        paid += ok ? 1 : 0;
        failed += ok ? 0 : 1;
      }
      timeline();
      if (!verified && observer.proven().isPresent()) {
        verified = true;
        teller.at(
            observer.proven().get(),
            Tone.GOOD,
            "observer",
            "another worker serves, with the approved file; both hosts answer right");
      }
      Instant now = Instant.now();
      if (Duration.between(summary, now).toMillis() >= 5000) {
        teller.now(
            failed > 0 ? Tone.BAD : Tone.FAINT,
            "users",
            "in the last 5 s: %d served, %d gave up".formatted(paid, failed));
        paid = 0;
        failed = 0;
        summary = now;
      }
      if (isOver(observer, now)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private boolean isOver(Observer observer, Instant now) throws IOException {
    if (Duration.between(from, now).compareTo(AT_MOST) > 0) {
      return true;
    }
    if (Duration.between(from, now).compareTo(Clocks.KEPT) < 0
        || observer.alone().isEmpty()
        || observer.proven().isEmpty()) {
      return false;
    }
    Clocks clocks = clocks(observer, now);
    return clocks.baseline().isPresent()
        && clocks.cause().filter(it -> !now.isBefore(it.plus(Clocks.KEPT))).isPresent();
  }

  /** As far as it is known until then. */
  Clocks clocks(Observer observer, Instant now) throws IOException {
    Path log = topology.raw().resolve("haproxy.log");
    List<RawFiles.Routed> misrouted = Clocks.misrouted(log, staging, from, now);
    List<RawFiles.Met> failures = Clocks.failures(userLogs, from, now);
    List<JsonNode> pages = Clocks.pages(topology.raw().resolve("pages.jsonl"), from, now);
    List<JsonNode> causes = Clocks.causes(pages);
    Optional<Instant> cause =
        causes.stream().findFirst().map(it -> Instant.parse(it.path("received").asString()));
    String said =
        causes.isEmpty()
            ? ""
            : causes.getFirst().path("body").path("cause").path("cause").asString();
    boolean kept =
        cause.isPresent()
            && !now.isBefore(cause.get().plus(Clocks.KEPT))
            && causes.stream()
                .filter(it ->
                    Instant.parse(it.path("received").asString())
                        .isBefore(cause.get().plus(Clocks.KEPT)))
                .allMatch(
                    it -> it.path("body").path("cause").path("cause").asString().equals(said));
    Optional<Instant> ordered = journal("rollback.ordered");
    Optional<Instant> serves = journal("rollback.serves");
    Optional<Instant> verified =
        serves.flatMap(it -> observer.proven().map(proven -> proven.isAfter(it) ? proven : it));
    Instant calmSince = Clocks.lastTrouble(userLogs, from, now).orElse(from);
    Optional<Instant> baseline =
        now.isBefore(calmSince.plus(Clocks.CALM)) || ordered.isEmpty()
            ? Optional.empty()
            : Optional.of(calmSince.plus(Clocks.CALM));
    return new Clocks(
        from,
        misrouted.stream().findFirst().map(RawFiles.Routed::began),
        failures.stream().findFirst().map(RawFiles.Met::end),
        Clocks.alerted(pages),
        cause,
        said,
        kept,
        ordered,
        misrouted.isEmpty() ? Optional.empty() : Optional.of(misrouted.getLast().began()),
        verified,
        failures.isEmpty() ? Optional.empty() : Optional.of(failures.getLast().end()),
        baseline,
        observer.alone());
  }

  /** The first entry of a kind since the fault. */
  private Optional<Instant> journal(String kind) {
    try {
      JsonNode entries =
          topology.control().get("/api/v1/journal?kind=" + kind + "&limit=20").json();
      Optional<Instant> first = Optional.empty();
      for (JsonNode entry : entries.path("entries")) {
        Instant at = Instant.parse(entry.path("at").asString());
        if (at.isAfter(from) && first.filter(it -> it.isBefore(at)).isEmpty()) {
          first = Optional.of(at);
        }
      }
      return first;
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  // --- what the control plane says --------------------------------------------------------------

  private void told(Sink.Page page) {
    JsonNode alert = page.body().path("alert");
    JsonNode cause = page.body().path("cause");
    paged |= page.kind().equals("cause");
    String what =
        switch (page.kind()) {
          case "cause" ->
              "CAUSE: %s, %s (%.0f %%): %s"
                  .formatted(
                      cause.path("cause").asString(""),
                      cause.path("object").asString(""),
                      cause.path("probability").asDouble(0) * 100,
                      cause.path("why").asString(""));
          case "escalated" -> "also told: " + alert.path("owner").asString("") + ", by the cause";
          default ->
              page.kind()
                  + ": "
                  + alert.path("detection").asString("")
                  + " of "
                  + alert.path("subject").asString("")
                  + ": "
                  + alert.path("what").asString("");
        };
    teller.at(
        page.received(),
        page.kind().equals("resolved") ? Tone.GOOD : page.wakes() ? Tone.BAD : Tone.WARN,
        page.wakes() ? "PAGE" : "ticket",
        what);
  }

  /** What is new in the control plane's own timeline. */
  private void timeline() {
    if (from.equals(Instant.EPOCH)) {
      return;
    }
    try {
      JsonNode all = topology.control().get("/api/v1/incidents").json();
      for (JsonNode incident : all.path("incidents")) {
        String id = incident.path("id").asString("");
        JsonNode one = topology.control().get("/api/v1/incidents/" + id).json();
        for (JsonNode entry : one.path("timeline")) {
          String what = entry.path("what").asString("");
          String text = entry.path("text").asString("");
          // These came as pages, and were told then.
          boolean quiet =
              what.equalsIgnoreCase("alerted")
                  || what.equalsIgnoreCase("escalated")
                  || (what.equalsIgnoreCase("cause") && paged);
          if (told.add(id + what + entry.path("at").asString("") + text) && !quiet) {
            teller.at(
                Instant.parse(entry.path("at").asString()),
                what.matches("(?i)verified|harm.ended|resolved") ? Tone.GOOD : Tone.PLAIN,
                "checkrail",
                what.toLowerCase(Locale.ROOT).replace('-', ' ') + ": " + text);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // Asked again.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Their logs. */
  List<Path> userLogs() {
    return List.copyOf(userLogs);
  }
}
