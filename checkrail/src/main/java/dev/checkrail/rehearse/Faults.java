package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Policy;
import dev.checkrail.rehearse.Observed.Place;
import dev.checkrail.rehearse.agent.Behaviour;
import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.rehearse.agent.Stub;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Rehearsal;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.report.StageResult.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Breaks something, sends a few requests that went well before, mends it again. In this order: each
 * server down; each server answering an error; all checks of a pool failing; servers that do not
 * answer or close, where requests may then be sent again. Time is up when it is up: what was not
 * tried is reported as skipped.
 *
 * <p>A fault blocks only if HAProxy did what must not happen: a request that a policy speaks for
 * gets no answer although a server is left, goes to a server that does not serve it, or is sent
 * twice where the policy says never; without a policy, a request gets no answer although checks
 * have found the broken server and another one is up.
 */
final class Faults {
  private static final int MOST_REQUESTS = 6;
  private static final int MOST_REPEATS = 7;
  private static final int MOST_LISTED = 200;

  /** Milliseconds for one request while something is broken: retries take time. */
  private static final int PATIENCE = 5_000;

  private final Configuration configuration;
  private final Running running;
  private final SandboxCopy copy;
  private final Observed observed;
  private final Health health;
  private final List<Passage> agreed;
  private final RehearseSettings settings;
  private final Demands demands;
  private final Map<String, List<Passage>> byPool = new LinkedHashMap<>();
  private final List<Rehearsal.Fault> tried = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private Instant end = Instant.MAX;

  Faults(
      Configuration configuration,
      Policy policy,
      Running running,
      SandboxCopy copy,
      Observed observed,
      Health health,
      List<Passage> agreed,
      RehearseSettings settings) {
    this.configuration = configuration;
    this.running = running;
    this.copy = copy;
    this.observed = observed;
    this.health = health;
    this.agreed = agreed;
    this.settings = settings;
    this.demands = new Demands(policy);
  }

  List<Finding> findings() {
    return findings;
  }

  /** What is broken. */
  private enum Kind {
    DOWN,
    ERROR,
    CHECKS,
    SILENT,
    CLOSING;

    /** Whether it is about requests that are sent a second time, and nothing else. */
    boolean repeating() {
      return this == SILENT || this == CLOSING;
    }
  }

  /**
   * One fault.
   *
   * @param at the server's address; empty: all of the pool
   * @param places the servers at that address, in all pools; of {@code CHECKS} and {@code SILENT}
   *     the pool's
   */
  private record Fault(
      Kind kind, String name, Pool pool, Optional<Endpoint> at, List<Place> places, int status) {
    private Fault {
      places = List.copyOf(places);
    }
  }

  /** What one fault came to. */
  private static final class Seen {
    final Set<String> answeredBy = new TreeSet<>();
    final Map<String, Integer> instead = new LinkedHashMap<>();
    final Set<String> remarks = new LinkedHashSet<>();
    final Map<String, Passage> blocks = new LinkedHashMap<>();
    int sent;
    boolean cut;
  }

  /** Tries all. */
  List<Rehearsal.Fault> run() throws SandboxException {
    for (Pool pool : configuration.pools()) {
      List<Passage> passages = representatives(pool);
      if (!passages.isEmpty()) {
        byPool.put(pool.name(), passages);
      }
    }
    List<Fault> faults = faults();
    end = settings.clock().instant().plus(settings.faults());
    int skipped = 0;
    for (int i = 0; i < faults.size(); i++) {
      Fault fault = faults.get(i);
      if (!settings.clock().instant().isBefore(end)) {
        skipped++;
        if (skipped <= MOST_LISTED) {
          tried.add(
              new Rehearsal.Fault(
                  fault.name(),
                  Status.SKIPPED,
                  "no time left within " + settings.faults().toSeconds() + " s"));
        }
        continue;
      }
      settings.progress().accept("fault " + (i + 1) + " of " + faults.size() + ": " + fault.name());
      attempt(fault);
    }
    if (skipped > MOST_LISTED) {
      tried.add(
          new Rehearsal.Fault(
              (skipped - MOST_LISTED) + " more faults", Status.SKIPPED, "no time left"));
    }
    for (Pool pool : configuration.pools()) {
      if (!byPool.containsKey(pool.name()) && !pool.servers().isEmpty()) {
        tried.add(
            new Rehearsal.Fault(
                "servers of " + pool.name(),
                Status.SKIPPED,
                "none of the requests that were sent is known to reach this pool"));
      }
    }
    return tried;
  }

  // --- which requests, which faults

  /** A few requests that reach the pool: of each service one that may be repeated, one not. */
  private List<Passage> representatives(Pool pool) {
    Map<List<Object>, Passage> chosen = new LinkedHashMap<>();
    for (Passage passage : agreed) {
      if (reaches(passage, pool)) {
        chosen.putIfAbsent(
            List.of(demands.services(passage), Demands.isIdempotent(passage)), passage);
      }
    }
    List<Passage> passages = new ArrayList<>(chosen.values());
    for (Passage passage : chosen.values()) {
      if (pool.mode() == Mode.HTTP
          && Demands.isIdempotent(passage)
          && !chosen.containsKey(List.of(demands.services(passage), false))) {
        posted(passage)
            .filter(p -> reaches(p, pool) && demands.neverTwice(p).isPresent())
            .ifPresent(passages::add);
      }
    }
    // What the policy speaks for comes first, in case there are many.
    List<Passage> first = new ArrayList<>(passages);
    first.sort(
        java.util.Comparator.comparing(
            p -> demands.floor(p).isPresent() || demands.neverTwice(p).isPresent() ? 0 : 1));
    return List.copyOf(first.subList(0, Math.min(MOST_REQUESTS, first.size())));
  }

  private static boolean reaches(Passage passage, Pool pool) {
    return passage.model() instanceof Outcome.Reaches reaches && reaches.pool().equals(pool.name());
  }

  /** The same request as a POST. */
  private Optional<Passage> posted(Passage passage) {
    Request one = passage.request();
    Request post =
        new Request(
            "POST",
            one.url(),
            one.headers(),
            one.from(),
            Optional.of(passage.listener().key()),
            one.sni(),
            one.version(),
            one.target());
    return Passage.prepare(configuration, copy, Rehearsed.of(post))
            instanceof Passage.Prepared.Ready ready
        ? Optional.of(ready.passage())
        : Optional.empty();
  }

  private List<Fault> faults() {
    List<Fault> down = new ArrayList<>();
    List<Fault> error = new ArrayList<>();
    List<Fault> checks = new ArrayList<>();
    List<Fault> silent = new ArrayList<>();
    Set<Endpoint> known = new HashSet<>();
    for (Pool pool : configuration.pools()) {
      if (!byPool.containsKey(pool.name())) {
        continue;
      }
      Set<String> used = new HashSet<>();
      for (Passage passage : byPool.getOrDefault(pool.name(), List.of())) {
        if (passage.model() instanceof Outcome.Reaches reaches) {
          reaches.servers().stream().filter(s -> s.share() > 0).forEach(s -> used.add(s.name()));
        }
      }
      for (Server server : pool.servers()) {
        Optional<Endpoint> at = copy.played(pool.name(), server.name());
        if (at.isPresent() && used.contains(server.name()) && known.add(at.get())) {
          List<Place> places = observed.places(at.get(), List.of(pool.name()));
          String name = pool.name() + "/" + server.name();
          down.add(new Fault(Kind.DOWN, name + " down", pool, at, places, 0));
          if (pool.mode() == Mode.HTTP) {
            int status = status(pool);
            error.add(new Fault(Kind.ERROR, name + " answers " + status, pool, at, places, status));
          }
        }
      }
      List<Place> all = pool.servers().stream().map(server -> new Place(pool, server)).toList();
      if (pool.servers().stream().anyMatch(Health::isSet)) {
        checks.add(
            new Fault(
                Kind.CHECKS,
                "all checks of " + pool.name() + " fail",
                pool,
                Optional.empty(),
                all,
                0));
      }
      if (repeats(pool, "response-timeout")) {
        String name = "no server of " + pool.name() + " answers in time";
        silent.add(new Fault(Kind.SILENT, name, pool, Optional.empty(), all, 0));
      }
      if (repeats(pool, "empty-response")) {
        String name = "servers of " + pool.name() + " close without an answer";
        silent.add(new Fault(Kind.CLOSING, name, pool, Optional.empty(), all, 0));
      }
    }
    List<Fault> faults = new ArrayList<>(down);
    faults.addAll(error);
    faults.addAll(checks);
    faults.addAll(silent);
    return faults;
  }

  private static boolean repeats(Pool pool, String on) {
    return pool.mode() == Mode.HTTP
        && (pool.retry().on().contains(on) || pool.retry().on().contains("all-retryable-errors"));
  }

  /** 500, unless requests are sent again for other statuses only. */
  private static int status(Pool pool) {
    List<String> statuses =
        pool.retry().on().stream().filter(word -> word.matches("5\\d\\d")).toList();
    return statuses.isEmpty() || statuses.contains("500")
        ? 500
        : Integer.parseInt(statuses.getFirst());
  }

  // --- one fault

  private void attempt(Fault fault) throws SandboxException {
    List<String> checked =
        fault.places().stream()
            .filter(place -> Health.isSet(place.server()))
            .map(Place::name)
            .toList();
    Seen seen = new Seen();
    try {
      begin(fault, checked);
      for (String pool : fault.places().stream().map(p -> p.pool().name()).distinct().toList()) {
        for (Passage passage : byPool.getOrDefault(pool, List.of())) {
          send(fault, passage, seen);
        }
      }
    } finally {
      running.stubs(copy.stubs());
      health.allUp();
    }
    conclude(fault, seen);
  }

  private void begin(Fault fault, List<String> checked) throws SandboxException {
    switch (fault.kind()) {
      case DOWN -> {
        health.down(checked);
        running.stubs(behaving(fault.at()::equals, new Behaviour.Refuses()));
      }
      case ERROR -> running.stubs(behaving(fault.at()::equals, Behaviour.status(fault.status())));
      case CHECKS -> health.down(checked);
      case SILENT, CLOSING -> {
        Set<Endpoint> all = new HashSet<>();
        for (Place place : fault.places()) {
          copy.played(place.pool().name(), place.server().name()).ifPresent(all::add);
        }
        Behaviour behaviour =
            fault.kind() == Kind.SILENT ? new Behaviour.Hangs() : new Behaviour.Closes();
        running.stubs(behaving(at -> at.filter(all::contains).isPresent(), behaviour));
      }
    }
  }

  private List<Stub> behaving(Predicate<Optional<Endpoint>> which, Behaviour behaviour) {
    return copy.stubs().stream()
        .map(stub -> which.test(Optional.of(stub.at())) ? stub.behaving(behaviour) : stub)
        .toList();
  }

  private void send(Fault fault, Passage passage, Seen seen) throws SandboxException {
    boolean once = fault.kind().repeating();
    if (once && demands.neverTwice(passage).isEmpty()) {
      return;
    }
    Pool pool = pool(passage);
    // Each server has its turn, whoever is next.
    int usable = Demands.usable(pool).size();
    boolean nobody = fault.kind() == Kind.CHECKS || (fault.kind() == Kind.DOWN && usable <= 1);
    int times = once || nobody ? 1 : Math.min(MOST_REPEATS, usable + 1);
    RawRequest request = passage.raw().timeoutMillis(PATIENCE);
    for (int i = 0; i < times; i++) {
      if (!settings.clock().instant().isBefore(end)) {
        seen.cut = true;
        return;
      }
      Exchange exchange = running.exchange(request);
      seen.sent++;
      judge(fault, passage, pool, exchange, seen);
    }
  }

  private Pool pool(Passage passage) {
    return Observed.pools(passage.model()).stream()
        .findFirst()
        .flatMap(configuration::pool)
        .orElseThrow();
  }

  private void judge(Fault fault, Passage passage, Pool pool, Exchange exchange, Seen seen) {
    List<String> names = new ArrayList<>();
    for (Delivery delivery : exchange.deliveries()) {
      observed.places(delivery.stub(), List.of(pool.name())).stream()
          .findFirst()
          .ifPresent(place -> {
            names.add(place.name());
            incapable(passage, place, seen);
          });
    }
    if (names.size() > 1 && !Demands.isIdempotent(passage)) {
      String twice =
          "%s was sent %d times (%s)"
              .formatted(Rehearse.words(passage), names.size(), String.join(", then ", names));
      Optional<String> never = demands.neverTwice(passage);
      if (never.isPresent()) {
        seen.blocks.putIfAbsent(
            twice + " although the policy says retry " + never.get() + ": never", passage);
      } else {
        seen.remarks.add(twice);
      }
    }
    boolean reached =
        exchange.end() == Exchange.End.ANSWERED
            && !exchange.deliveries().isEmpty()
            && (fault.kind() == Kind.ERROR || pool.mode() == Mode.TCP || exchange.status() == 200);
    if (reached) {
      seen.answeredBy.add(names.isEmpty() ? "?" : names.getLast());
    } else {
      String what =
          exchange.end() == Exchange.End.ANSWERED
              ? exchange.response().isPresent() ? "got " + exchange.status() : "got no server"
              : "were closed without an answer";
      seen.instead.merge(what, 1, Integer::sum);
      if (fault.kind() == Kind.DOWN) {
        unanswered(fault, passage, pool, what, seen);
      }
    }
  }

  /** A server that gets a request only because of the fault, and does not serve it. */
  private void incapable(Passage passage, Place place, Seen seen) {
    if (demands.capable(passage, place.server())
        || !(passage.model() instanceof Outcome.Reaches reaches)) {
      return;
    }
    Optional<Pool> pool = configuration.pool(reaches.pool());
    boolean before =
        pool.stream()
            .flatMap(p -> p.servers().stream())
            .filter(server ->
                reaches.servers().stream()
                    .anyMatch(s -> s.share() > 0 && s.name().equals(server.name())))
            .anyMatch(server -> !demands.capable(passage, server));
    String went =
        Rehearse.words(passage)
            + " went to "
            + place.name()
            + ", which "
            + demands.serves(place.server());
    if (before) {
      seen.remarks.add(went + ", as it may with nothing broken");
    } else {
      seen.blocks.putIfAbsent(went, passage);
    }
  }

  private void unanswered(Fault fault, Passage passage, Pool pool, String what, Seen seen) {
    List<Server> others =
        Demands.usable(pool).stream()
            .filter(server -> {
              Optional<Endpoint> at = copy.played(pool.name(), server.name());
              return at.isPresent() && !at.equals(fault.at());
            })
            .toList();
    boolean found =
        fault.places().stream()
            .filter(place -> place.pool().name().equals(pool.name()))
            .allMatch(place -> Health.isSet(place.server()) || place.server().track().isPresent());
    Optional<String> floor = demands.floor(passage);
    Optional<String> wanted = floor.or(() -> demands.always(passage));
    if (others.isEmpty()) {
      seen.remarks.add(pool.name() + " has no other server");
      floor.ifPresent(why ->
          seen.blocks.putIfAbsent(
              Rehearse.words(passage) + " got no answer from a server; " + why, passage));
      return;
    }
    String left = String.join(", ", others.stream().map(Server::name).toList());
    if (wanted.isPresent() || found) {
      seen.blocks.putIfAbsent(
          "some of "
              + Rehearse.words(passage)
              + " "
              + what
              + " although "
              + left
              + " can be used"
              + (found ? " and checks have found the broken server" : "")
              + wanted.map(why -> "; " + why).orElse(""),
          passage);
    } else {
      seen.remarks.add(
          "no check finds out, and a request is not sent to another server, although "
              + left
              + " can be used");
    }
  }

  /** {@code backend be_pay / server pay-1 / down}: the same in every version of the file. */
  private static String subject(Fault fault) {
    Place place = fault.places().getFirst();
    String pool = "backend " + fault.pool().name() + " / ";
    return fault.at().isPresent()
        ? pool
            + "server "
            + place.server().name()
            + " / "
            + fault.name().substring(place.name().length()).strip()
        : pool + fault.name();
  }

  private void conclude(Fault fault, Seen seen) {
    List<String> words = new ArrayList<>();
    if (!seen.blocks.isEmpty()) {
      words.addAll(seen.blocks.keySet());
    } else {
      if (!seen.answeredBy.isEmpty()) {
        int answered = seen.sent - seen.instead.values().stream().mapToInt(i -> i).sum();
        words.add(
            answered
                + (answered == 1 ? " request" : " requests")
                + " answered by "
                + String.join(", ", seen.answeredBy));
      }
      seen.instead.forEach((what, count) -> words.add(count + " " + what));
      words.addAll(seen.remarks);
      if (seen.sent == 0) {
        tried.add(
            new Rehearsal.Fault(
                fault.name(), Status.SKIPPED, "the policy forbids no second sending here"));
        return;
      }
    }
    boolean blocked = !seen.blocks.isEmpty();
    if (seen.cut && !blocked) {
      tried.add(
          new Rehearsal.Fault(
              fault.name(),
              Status.SKIPPED,
              "no time left in the middle; until then: " + String.join("; ", words)));
      return;
    }
    tried.add(
        new Rehearsal.Fault(
            fault.name(), blocked ? Status.BLOCKED : Status.PASS, String.join("; ", words)));
    if (blocked) {
      Map.Entry<String, Passage> first = seen.blocks.entrySet().iterator().next();
      Place place = fault.places().getFirst();
      findings.add(
          Finding.of(
                  RuleId.REHEARSE_FAULT,
                  Stage.REHEARSE,
                  subject(fault),
                  fault.at().isPresent() ? place.server().span() : fault.pool().span(),
                  "with " + fault.name() + ": " + String.join("; ", seen.blocks.keySet()))
              .withWitness(first.getValue().request()));
    }
  }
}
