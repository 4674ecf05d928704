package dev.checkrail.prove;

import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Routes concrete requests through the very diagrams that were proved.
 *
 * <p>Confined to one thread.
 */
public final class Router {
  private final @Nullable Space known;
  private final List<Dispatch> dispatches;
  private final String tooLarge;

  Router(Space space, List<Dispatch> dispatches) {
    this(space, dispatches, "");
  }

  private Router(@Nullable Space space, List<Dispatch> dispatches, String tooLarge) {
    this.known = space;
    this.dispatches = List.copyOf(dispatches);
    this.tooLarge = tooLarge;
  }

  /** For a configuration whose diagrams would be too large: every answer is undecided. */
  static Router tooLarge(String why) {
    return new Router(null, List.of(), why);
  }

  /**
   * What becomes of a request.
   *
   * @return empty if the configuration has no listener for it, or several and the request does not
   *     say which
   */
  public Optional<Outcome> route(Request request) {
    if (known == null) {
      return Optional.of(new Outcome.Undecided(tooLarge));
    }
    return dispatch(request)
        .map(dispatch ->
            dispatch.program.frontend().mode() == Mode.HTTP
                ? refusable(request)
                    .<Outcome>map(why -> new Outcome.Undecided("irregular: " + why))
                    .orElseGet(() -> route(request, dispatch))
                : route(request, dispatch));
  }

  private Space space() {
    Space space = known;
    if (space == null) {
      throw new IllegalStateException(tooLarge);
    }
    return space;
  }

  /** Why HAProxy may refuse a request before any rule; rules are proved as if it did not. */
  static Optional<String> refusable(Request request) {
    if (hasOddBody(request)) {
      return Optional.of("an odd length or coding of the body");
    }
    if (hasWord(request, "connection", "upgrade")
        && hasWord(request, "upgrade", "websocket")
        && request.lines("sec-websocket-key").stream()
            .noneMatch(line -> line.strip().length() == 24)) {
      return Optional.of("WebSocket without a key");
    }
    return request.sentTarget().contains("://")
            && !request.sentTarget().startsWith("/")
            && request.lines("host").stream().anyMatch(line -> line.isBlank())
        ? Optional.of("an absolute target and an empty Host")
        : Optional.empty();
  }

  private static boolean hasWord(Request request, String name, String word) {
    return request.lines(name).stream()
        .flatMap(line -> Stream.of(line.split(",", -1)))
        .anyMatch(part -> part.strip().equalsIgnoreCase(word));
  }

  private static boolean hasOddBody(Request request) {
    List<String> lengths = request.lines("content-length");
    return lengths.size() > 1
        || lengths.stream().anyMatch(line -> !line.strip().matches("[0-9]{1,18}"))
        || request.lines("transfer-encoding").stream()
            .anyMatch(line -> !line.strip().equalsIgnoreCase("chunked"));
  }

  /** The listener given, else the one whose port and TLS fit the URL, else the only one. */
  private Optional<Dispatch> dispatch(Request request) {
    if (request.listener().isPresent()) {
      String key = request.listener().get();
      return dispatches.stream().filter(d -> d.program.listener().key().equals(key)).findFirst();
    }
    String authority = request.authority();
    int colon = authority.lastIndexOf(':');
    boolean tls = request.scheme().equals("https");
    String port =
        colon > authority.lastIndexOf(']') ? authority.substring(colon + 1) : tls ? "443" : "80";
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

  /**
   * All ways that a request can go at one listener.
   *
   * @param because lines that are not modelled and decide among them
   */
  record Ways(String listener, List<Dispatch.Leaf> leaves, List<String> because) {
    Ways {
      leaves = List.copyOf(leaves);
      because = List.copyOf(because);
    }
  }

  /**
   * The ways of a request: at the listener that it names or that fits its URL; if there is none, at
   * every listener of its kind that reaches servers.
   */
  List<Ways> ways(Request request) {
    List<Dispatch> at =
        dispatch(request)
            .map(List::of)
            .orElseGet(() ->
                request.listener().isPresent()
                    ? List.of()
                    : dispatches.stream()
                        .filter(d -> isOfKind(d, request) && reachesServers(d))
                        .toList());
    return at.stream().map(dispatch -> ways(request, dispatch)).toList();
  }

  private static boolean isOfKind(Dispatch dispatch, Request request) {
    boolean tcp = request.scheme().equals("tcp");
    return tcp == (dispatch.program.frontend().mode() == Mode.TCP)
        && (tcp || dispatch.program.listener().tls() == request.scheme().equals("https"));
  }

  private static boolean reachesServers(Dispatch dispatch) {
    return dispatch.leaves.stream().anyMatch(leaf -> leaf.ending() instanceof Ending.ToServers);
  }

  private Ways ways(Request request, Dispatch dispatch) {
    Place place = place(request, dispatch);
    List<Dispatch.Leaf> leaves = new ArrayList<>();
    for (int leaf : space().universe().diagrams.leaves(place.left())) {
      leaves.add(dispatch.leaves.get(leaf));
    }
    return new Ways(
        dispatch.program.listener().key(),
        leaves,
        space().universe().unknownsOf(place.left()).stream()
            .map(unknown -> unknown.text() + " (" + unknown.span() + ")")
            .toList());
  }

  /** Whether a request as it comes to a listener lies in a set. */
  boolean isIn(Request request, Dispatch dispatch, int set) {
    Map<FieldEncoding, Integer> codes =
        codes(new Arrival(request, dispatch.program.listener()), new ArrayList<>());
    return space().universe().at(set, codes) == Diagrams.TRUE;
  }

  /** Where a request stands: what is left depends on unknowns, chance and missing fields only. */
  private record Place(int left, Arrival arrival, List<Field> missing) {
    Place {
      missing = List.copyOf(missing);
    }
  }

  Outcome route(Request request, Dispatch dispatch) {
    Place place = place(request, dispatch);
    return outcome(place.left(), dispatch, place.arrival(), place.missing());
  }

  private Place place(Request request, Dispatch dispatch) {
    Listener listener = dispatch.program.listener();
    Arrival arrival = new Arrival(request, listener);
    List<Field> missing = new ArrayList<>();
    Map<FieldEncoding, Integer> codes = codes(arrival, missing);
    return new Place(space().universe().at(dispatch.result, codes), arrival, missing);
  }

  private Map<FieldEncoding, Integer> codes(Arrival arrival, List<Field> missing) {
    Map<FieldEncoding, Integer> codes = new LinkedHashMap<>();
    for (Axis axis : space().universe().axes()) {
      if (axis.field().kind() == Field.Kind.CHANCE) {
        continue;
      }
      if (axis.field().kind() == Field.Kind.HEADER_LIST
          && !arrival
              .value(Field.header(axis.field().name()))
              .equals(Optional.of(new Value.Text(Field.LISTED)))) {
        axis.encodings().forEach(encoding -> codes.put(encoding, 0));
        continue;
      }
      arrival
          .value(axis.field())
          .flatMap(axis::codes)
          .ifPresentOrElse(codes::putAll, () -> missing.add(axis.field()));
    }
    return codes;
  }

  /** What depends on unknowns and chance only. */
  private Outcome outcome(int left, Dispatch dispatch, Arrival arrival, List<Field> missing) {
    Map<Integer, Outcome> outcomes = new LinkedHashMap<>();
    for (int leaf : space().universe().diagrams.leaves(left)) {
      outcomes.put(leaf, Outcomes.of(dispatch.leaves.get(leaf), arrival, space().originalTarget()));
    }
    List<Outcome> different = outcomes.values().stream().distinct().toList();
    if (different.size() == 1) {
      return different.getFirst();
    }
    List<Formula.Unknown> unknowns = space().universe().unknownsOf(left);
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
      List<FieldEncoding> support = space().universe().diagrams.support(left);
      if (space().universe().axis(field).encodings().stream().anyMatch(support::contains)) {
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
          space().universe().diagrams.region(left, leaf -> outcome.equals(outcomes.get(leaf)));
      parts.add(new Outcome.Part(space().universe().measure(set), outcome));
    }
    return new Outcome.Splits(parts);
  }
}
