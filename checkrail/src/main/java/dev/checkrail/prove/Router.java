package dev.checkrail.prove;

import dev.checkrail.model.Listener;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Routes concrete requests through the very diagrams that were proved.
 *
 * <p>Confined to one thread.
 */
public final class Router {
  private final Space space;
  private final List<Dispatch> dispatches;

  Router(Space space, List<Dispatch> dispatches) {
    this.space = space;
    this.dispatches = List.copyOf(dispatches);
  }

  /**
   * What becomes of a request.
   *
   * @return empty if the configuration has no listener for it, or several and the request does not
   *     say which
   */
  public Optional<Outcome> route(Request request) {
    return dispatch(request).map(dispatch -> route(request, dispatch));
  }

  /** The listener given, else the one whose port and TLS fit the URL, else the only one. */
  private Optional<Dispatch> dispatch(Request request) {
    if (request.listener().isPresent()) {
      String key = request.listener().get();
      return dispatches.stream()
          .filter(d -> d.program.listener().key().equals(key))
          .findFirst();
    }
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    boolean tls = request.scheme().equals("https");
    String port =
        colon > authority.lastIndexOf(']')
            ? authority.substring(colon + 1)
            : tls ? "443" : "80";
    List<Dispatch> fitting =
        dispatches.stream()
            .filter(d -> Integer.toString(d.program.listener().port()).equals(port))
            .filter(d -> request.scheme().equals("tcp") || d.program.listener().tls() == tls)
            .toList();
    if (fitting.size() == 1) {
      return Optional.of(fitting.getFirst());
    }
    return dispatches.size() == 1 ? Optional.of(dispatches.getFirst()) : Optional.empty();
  }

  Outcome route(Request request, Dispatch dispatch) {
    Listener listener = dispatch.program.listener();
    Arrival arrival = new Arrival(request, listener);
    Map<Field, Integer> atoms = new HashMap<>();
    List<Field> missing = new ArrayList<>();
    for (Axis axis : space.universe().axes()) {
      if (axis.field().kind() == Field.Kind.CHANCE) {
        continue;
      }
      if (axis.field().kind() == Field.Kind.HEADER_LIST
          && !arrival
              .value(Field.header(axis.field().name()))
              .equals(Optional.of(new Value.Text(Field.LISTED)))) {
        atoms.put(axis.field(), 0);
        continue;
      }
      Optional<Integer> atom = arrival.value(axis.field()).flatMap(axis::atomOf);
      if (atom.isPresent()) {
        atoms.put(axis.field(), atom.get());
      } else {
        missing.add(axis.field());
      }
    }
    int left = space.universe().at(dispatch.result, atoms);
    return outcome(left, dispatch, arrival, missing);
  }

  /** What depends on unknowns and chance only. */
  private Outcome outcome(int left, Dispatch dispatch, Arrival arrival, List<Field> missing) {
    Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
    for (int leaf : space.universe().diagrams.leaves(left)) {
      outcomes.put(
          leaf, Outcomes.of(dispatch.leaves.get(leaf), arrival, space.originalTarget()));
    }
    List<Outcome> different = outcomes.values().stream().distinct().toList();
    if (different.size() == 1) {
      return different.getFirst();
    }
    List<Formula.Unknown> unknowns = space.universe().unknownsOf(left);
    if (!unknowns.isEmpty()) {
      Formula.Unknown first = unknowns.getFirst();
      return new Outcome.Undecided(first.span() + ": " + first.text() + ": " + first.reason());
    }
    List<Outcome.Part> parts = new ArrayList<>();
    for (Outcome outcome : different) {
      if (outcome instanceof Outcome.Undecided undecided) {
        return undecided;
      }
    }
    for (Field field : missing) {
      if (space.universe().diagrams.support(left).contains(space.universe().axis(field).encoding())) {
        return new Outcome.Undecided(
            field.kind() == Field.Kind.SOURCE
                ? "the client's address is looked at and not given"
                : "what is looked at is not given or not well-formed: "
                    + field.kind()
                    + " "
                    + field.name());
      }
    }
    for (Outcome outcome : different) {
      int set =
          space.universe().diagrams.region(left, leaf -> outcome.equals(outcomes.get(leaf)));
      parts.add(new Outcome.Part(space.universe().measure(set), outcome));
    }
    return new Outcome.Splits(parts);
  }
}
