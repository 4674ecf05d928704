package dev.checkrail.rollout.stage;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.read.ReadReport;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Edits;
import dev.checkrail.read.haproxy.HaproxyTree;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.rollout.stage.Plan.Put;
import dev.checkrail.rollout.stage.Plan.Raise;
import dev.checkrail.rollout.stage.Plan.Staged;
import dev.checkrail.rollout.stage.Plan.Step;
import dev.checkrail.rollout.stage.Plan.Weight;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a change into steps.
 *
 * <p>A reload makes the file's weights live from the first connection on, so they can't be raised
 * after it. Therefore new servers of a pool that goes on are put in place {@code disabled} first: an
 * intermediate file that differs from the candidate in these words only. Over the socket they get
 * weight 1, then more, then the candidate itself makes it last. (With HAProxy 2.6.12: a {@code
 * disabled} at the end of the line wins over {@code enabled} before it; {@code set server …
 * weight} and then {@code state ready} lets in no more than that weight; the server counts as up at
 * once, before its first check, so it is probed before.)
 *
 * <p>Everything else of a change is all or nothing: on one load balancer a request takes the old
 * route or the new one. {@link Plan#said} says so.
 */
public final class Stage {
  /** Parts of the final weight, between the smallest weight and the candidate itself. */
  private static final double[] PARTS = {0.1, 0.5};

  private final Configuration candidate;
  private final HaproxyTree tree;
  private final Map<String, Pool> old = new LinkedHashMap<>();
  private final List<Pool> pools = new ArrayList<>();
  private final Map<String, List<Server>> fresh = new LinkedHashMap<>();
  private final Set<String> said = new LinkedHashSet<>();

  private Stage(ReadReport before, ReadReport after) {
    this.candidate = after.configuration();
    this.tree = after.tree();
    before.configuration().pools().forEach(pool -> old.putIfAbsent(pool.name(), pool));
  }

  /**
   * Plans.
   *
   * @param old the approved configuration
   * @param candidate the new one, without errors
   */
  public static Plan plan(ReadReport old, ReadReport candidate) {
    return new Stage(old, candidate).plan();
  }

  private Plan plan() {
    candidate.pools().forEach(this::look);
    Put last = new Put(tree.print(), true, "the candidate itself is put in place");
    if (pools.isEmpty()) {
      said.add("no new server of a pool that goes on: there is nothing to be staged");
      return new Plan(List.of(last), List.of(), List.copyOf(said));
    }
    List<Staged> staged = new ArrayList<>();
    for (Pool pool : pools) {
      for (Server server : fresh.getOrDefault(pool.name(), List.of())) {
        staged.add(new Staged(pool.name(), server.name(), server.key(), server.weight()));
      }
    }
    List<Step> steps = new ArrayList<>();
    steps.add(
        new Put(
            disabled(),
            false,
            staged.size() == 1
                ? "the new server is put in place, out of service, and probed"
                : "the " + staged.size() + " new servers are put in place, out of service, and probed"));
    Map<String, Integer> before = new TreeMap<>();
    add(raise(0), before, steps);
    for (double part : PARTS) {
      add(raise(part), before, steps);
    }
    steps.add(last);
    return new Plan(steps, staged, List.copyOf(said));
  }

  // Which servers can be staged.

  private void look(Pool pool) {
    Pool before = old.get(pool.name());
    List<Server> added = added(pool, before);
    if (added.isEmpty()) {
      return;
    }
    String names = String.join(", ", added.stream().map(Server::name).toList());
    String where = pool.name() + " (" + names + ")";
    if (before == null || before.servers().stream().noneMatch(Server::active)) {
      said.add(
          where + ": nobody serves there before, so the new servers get all of it from the start");
      return;
    }
    Optional<String> loses = loses(before, pool);
    if (loses.isPresent()) {
      said.add(
          where
              + ": "
              + loses.get()
              + " in the same change; without the new servers too few would be left, so they get"
              + " their full part at once. Add first, take away with a change of its own");
      return;
    }
    if (!wholeLines(pool, added)) {
      said.add(
          where
              + ": a line makes new servers and old ones (server-template), so they can't be"
              + " disabled by themselves");
      return;
    }
    pools.add(pool);
    fresh.put(pool.name(), added);
    if (weightsStay(pool)) {
      said.add(
          where
              + ": with balance "
              + pool.balance().algorithm()
              + " weights can't be changed while it runs; after its probes it gets its full part of "
              + percent(share(pool, added, 1))
              + " in one step");
    } else if (added.stream().allMatch(server -> server.weight() == 1)) {
      said.add(
          where
              + ": its weight is 1, which can't be made smaller; after its probes it gets its full"
              + " part of "
              + percent(share(pool, added, 1))
              + " in one step. Larger weights in the pool (100 for 1) would allow smaller ones");
    }
    if (pool.balance().keyed()) {
      said.add(where + ": the balance is by a key, so each step sends some clients to another server");
    }
  }

  private static List<Server> added(Pool pool, @Nullable Pool before) {
    Set<String> known = new HashSet<>();
    if (before != null) {
      before.servers().stream().filter(Server::active).forEach(it -> known.add(it.key()));
    }
    return pool.servers().stream()
        .filter(Server::active)
        .filter(server -> !known.contains(server.key()))
        .toList();
  }

  /** What of a pool goes away or gets less. */
  private static Optional<String> loses(Pool before, Pool now) {
    for (Server server : before.servers()) {
      if (!server.active()) {
        continue;
      }
      Optional<Server> same =
          now.servers().stream()
              .filter(Server::active)
              .filter(it -> it.key().equals(server.key()))
              .findFirst();
      if (same.isEmpty()) {
        return Optional.of(server.name() + " goes away");
      }
      if (!same.get().name().equals(server.name())
          && now.servers().stream().anyMatch(it -> it.name().equals(server.name()))) {
        return Optional.of("the name " + server.name() + " becomes another server's");
      }
    }
    return Optional.empty();
  }

  private static boolean wholeLines(Pool pool, List<Server> added) {
    Set<Span> lines = new HashSet<>();
    added.forEach(server -> lines.add(server.span()));
    return pool.servers().stream()
        .filter(server -> !added.contains(server))
        .noneMatch(server -> lines.contains(server.span()));
  }

  /** Configuration Manual 2.6, "balance" and "hash-type": static-rr and maps are made once. */
  private static boolean weightsStay(Pool pool) {
    if (!pool.balance().keyed()) {
      return pool.balance().algorithm().equals("static-rr");
    }
    return pool.settings().stream()
        .filter(setting -> setting.name().equals("hash-type"))
        .map(Setting::value)
        .noneMatch(value -> value.startsWith("consistent"));
  }

  // What the steps are.

  private Map<String, String> disabled() {
    Edits edits = new Edits(tree);
    Set<Span> lines = new HashSet<>();
    fresh.values().forEach(all -> all.forEach(server -> lines.add(server.span())));
    tree.sections()
        .flatMap(section -> section.activeDirectives())
        .filter(directive -> lines.stream().anyMatch(span -> isAt(directive, span)))
        .forEach(directive -> {
          Word last = directive.line().words().getLast();
          edits.replaceRaw(last, last.raw() + " disabled");
        });
    return edits.print();
  }

  private static boolean isAt(Directive directive, Span span) {
    return directive.line().file().equals(span.file())
        && directive.line().number() == span.line();
  }

  /** Weights of a part of the final ones; the smallest there are for 0. */
  private Raise raise(double part) {
    List<Weight> weights = new ArrayList<>();
    double most = 0;
    for (Pool pool : pools) {
      List<Server> added = fresh.getOrDefault(pool.name(), List.of());
      boolean whole = weightsStay(pool);
      for (Server server : added) {
        int weight =
            whole ? server.weight() : Math.max(1, (int) Math.round(server.weight() * part));
        double share =
            weight
                / (total(pool, added)
                    + added.stream()
                        .mapToDouble(it ->
                            whole ? it.weight() : Math.max(1, Math.round(it.weight() * part)))
                        .sum());
        most = Math.max(most, share);
        weights.add(new Weight(pool.name(), server.name(), weight, share));
      }
    }
    return new Raise(
        weights,
        (part == 0 ? "new servers get their first requests" : "new servers get more")
            + ": at most "
            + percent(most)
            + " of a pool each");
  }

  /** A step that changes nothing is none. */
  private static void add(Raise step, Map<String, Integer> before, List<Step> steps) {
    Map<String, Integer> now = new TreeMap<>();
    step.weights().forEach(it -> now.put(it.pool() + "/" + it.server(), it.weight()));
    if (!now.equals(before)) {
      steps.add(step);
      before.clear();
      before.putAll(now);
    }
  }

  /** The weights of those that go on. */
  private static double total(Pool pool, List<Server> added) {
    return pool.servers().stream()
        .filter(Server::active)
        .filter(server -> !added.contains(server))
        .mapToInt(Server::weight)
        .sum();
  }

  private static double share(Pool pool, List<Server> added, double part) {
    double own = added.stream().mapToDouble(server -> server.weight() * part).sum();
    return own / (own + total(pool, added));
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.01 ? "%.2f %%" : "%.0f %%", share * 100);
  }
}
