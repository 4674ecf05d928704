package dev.checkrail.watch.diagnose;

import dev.checkrail.balancer.ServerName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Weighs what was changed: files of the load balancer, and what others told of. */
final class WeighChanges {
  private static final double MOST_OF_IT = 0.9;

  private final Case of;
  private final Signals signals;
  private final History history;
  private final double began;
  private final Harm harm;
  private final Moved moved;
  private final Tick now;

  WeighChanges(Case of, Signals signals) {
    this.of = of;
    this.signals = signals;
    this.history = of.history;
    this.began = of.began;
    this.harm = of.harm;
    this.moved = of.moved;
    this.now = of.now;
  }

  Hypothesis change(Act act) {
    Hypothesis one =
        new Hypothesis(
            Cause.LB_CHANGE,
            act.digest().map(d -> d.length() > 12 ? d.substring(0, 12) : d).orElse(act.id()),
            act.kind() == Act.Kind.BYPASS ? -0.2 : act.kind() == Act.Kind.ROLLBACK ? -1 : -0.5);
    one.act = Optional.of(act);
    Optional<Scope> scope = moved.by(act);
    double at = act.at().toEpochMilli() / 1000.0;
    Places known = new Places(history, began, harm);
    List<Places.Place> places = new ArrayList<>(known.lostAtReload(at));
    if (scope.isEmpty()) {
      if (places.isEmpty()) {
        one.observed = false;
        one.missing = "what it moved is not known" + (now.time - at < 10 ? " yet" : "");
        of.time(one, at, false);
        return one;
      }
    } else {
      for (Scope.Part part : scope.get().parts()) {
        places.addAll(known.of(part));
      }
    }
    if (places.isEmpty()) {
      of.time(one, at, false);
      one.add(
          Reason.Kind.SCOPE,
          scope.isPresent() && scope.get().whole() ? -6 : -1.5,
          "it moved no request that is harmed, and no setting that could harm them");
      return one;
    }
    boolean lasting = places.stream().anyMatch(Places.Place::later);
    of.time(one, at, lasting);
    double best = -99;
    Places.Place chosen = places.getFirst();
    for (Places.Place place : places) {
      double worth = harm.in(place.where()) + place.bonus();
      if (worth > best) {
        best = worth;
        chosen = place;
      }
    }
    List<Places.Place> all = known(places);
    Predicate<Harm.Unit> where = unit -> all.stream().anyMatch(p -> p.where().test(unit));
    Predicate<Cell> cells = cell -> all.stream().anyMatch(p -> p.cells().test(cell));
    one.place = where;
    double share = harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all;
    // All that goes wrong behind a pool goes wrong in all of the pool.
    boolean broad = chosen.broad();
    one.scope(
        harm, harm.in(where), share, "what it changed (" + chosen.words() + ")", broad ? 0.5 : 6);
    if (one.explained < 0.05) {
      one.add(Reason.Kind.SCOPE, -3, "next to nothing of the harm lies in what it changed");
      return one;
    }
    one.add(Reason.Kind.MECHANISM, chosen.bonus(), "%s", chosen.mechanism());
    if (!broad) {
      of.difference(one, cells, where);
    }
    return one;
  }

  /**
   * What it touched in a way that is understood, if the harm is there: that it may have touched all
   * else, too, says nothing against that.
   */
  private List<Places.Place> known(List<Places.Place> places) {
    List<Places.Place> understood = places.stream().filter(it -> it.bonus() > 0).toList();
    double all = harm.in(unit -> places.stream().anyMatch(it -> it.where().test(unit)));
    double part = harm.in(unit -> understood.stream().anyMatch(it -> it.where().test(unit)));
    return part > 0 && part >= MOST_OF_IT * all ? understood : places;
  }

  Hypothesis otherChange(Act act) {
    Hypothesis one = new Hypothesis(Cause.OTHER_CHANGE, act.text(), -0.6);
    one.act = Optional.of(act);
    double at = act.at().toEpochMilli() / 1000.0;
    of.time(one, at, false);
    Set<ServerName> servers = new TreeSet<>(Comparator.comparing(ServerName::toString));
    for (ServerName name : now.servers.keySet()) {
      if (Dependencies.within(act.subject(), name)) {
        servers.add(name);
      }
    }
    Predicate<Cell> asked = cell -> Dependencies.named(act.subject(), cell.service());
    if (!servers.isEmpty()) {
      aboutServers(one, servers);
    } else if (history.usual().cells.keySet().stream().anyMatch(asked)) {
      about(one, asked, act.subject());
    } else {
      aboutAnything(one, act);
    }
    return one;
  }

  /** All that it is about has to be harmed, or it was not that. */
  private void aboutServers(Hypothesis one, Set<ServerName> servers) {
    about(
        one,
        cell -> servers.stream().anyMatch(name -> History.same(name, cell)),
        Case.names(servers));
    double spared = 0;
    double busy = 0;
    for (ServerName name : servers) {
      double traffic = harm.trafficAt(name);
      if (traffic >= 5) {
        busy++;
        spared += harm.at(name) / traffic < 0.03 ? 1 : 0;
      }
    }
    if (spared > 0) {
      one.add(
          Reason.Kind.DOSE,
          -3 * spared / Math.max(1, busy),
          "%.0f of %.0f of the servers that it is about are well",
          spared,
          busy);
    }
  }

  private void aboutAnything(Hypothesis one, Act act) {
    one.place = unit -> true;
    Optional<Cause> dependency = Dependencies.cause(act.subject() + " " + act.text());
    if (dependency.isPresent()) {
      of.uniform(one);
      signals.dependency(one, dependency.get());
    } else {
      one.add(Reason.Kind.SCOPE, -1, "it does not say what it is about");
    }
  }

  private void about(Hypothesis one, Predicate<Cell> cells, String names) {
    one.place = unit -> cells.test(unit.cell());
    one.scope(
        harm,
        harm.in(one.place),
        harm.all <= 0 ? 1 : harm.trafficIn(cells) / harm.all,
        "what it is about (" + names + ")");
    of.difference(one, cells, one.place);
  }
}
