package dev.checkrail.replay;

import dev.checkrail.prove.Lot;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Replayed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Which part of all requests each server gets by nominal shares. */
final class Loads {
  private record At(String pool, String server, String address) implements Comparable<At> {
    @Override
    public int compareTo(At other) {
      int byPool = pool.compareTo(other.pool);
      int byServer = byPool != 0 ? byPool : server.compareTo(other.server);
      return byServer != 0 ? byServer : address.compareTo(other.address);
    }
  }

  private static final class Sides {
    double before;
    double now;
  }

  private final Map<At, Sides> servers = new TreeMap<>();
  private boolean two;

  void add(Lot lot, double weight) {
    if (lot.before().isPresent()) {
      two = true;
      add(lot.before().get(), weight, true);
    }
    add(lot.now(), weight, false);
  }

  private void add(Outcome outcome, double weight, boolean before) {
    switch (outcome) {
      case Outcome.Reaches reaches -> {
        for (Outcome.Share share : reaches.servers()) {
          Sides sides =
              servers.computeIfAbsent(
                  new At(reaches.pool(), share.name(), share.address()), a -> new Sides());
          if (before) {
            sides.before += weight * share.share();
          } else {
            sides.now += weight * share.share();
          }
        }
      }
      case Outcome.Splits splits ->
          splits.of().forEach(part -> add(part.outcome(), weight * part.share(), before));
      case Outcome.Responds responds -> {}
      case Outcome.Redirects redirects -> {}
      case Outcome.Drops drops -> {}
      case Outcome.Undecided undecided -> {}
    }
  }

  /** By pool and name. */
  List<Replayed.Load> list(double all) {
    List<Replayed.Load> list = new ArrayList<>();
    servers.forEach((at, sides) ->
        list.add(
            new Replayed.Load(
                at.pool(),
                at.server(),
                at.address(),
                two ? Optional.of(sides.before / all) : Optional.empty(),
                sides.now / all)));
    return list;
  }
}
