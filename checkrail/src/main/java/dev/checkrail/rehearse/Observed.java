package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.rehearse.agent.Delivery;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.Exchange;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the binary did, in the words of the model. */
final class Observed {
  private final Configuration configuration;
  private final SandboxCopy copy;

  Observed(Configuration configuration, SandboxCopy copy) {
    this.configuration = configuration;
    this.copy = copy;
  }

  /** A server that is played at an address. */
  record Place(Pool pool, Server server) {
    /** {@code be_pay/pay-1}. */
    String name() {
      return pool.name() + "/" + server.name();
    }
  }

  /** The outcome with the addresses at which servers are played, to be compared with deliveries. */
  Outcome played(Outcome model) {
    return switch (model) {
      case Outcome.Reaches reaches ->
          new Outcome.Reaches(
              reaches.pool(),
              reaches.servers().stream()
                  .map(share ->
                      new Outcome.Share(
                          share.name(),
                          copy.played(reaches.pool(), share.name())
                              .map(Endpoint::toString)
                              .orElse(share.address()),
                          share.share()))
                  .toList(),
              reaches.varies(),
              reaches.path(),
              reaches.headers());
      case Outcome.Splits splits ->
          new Outcome.Splits(
              splits.of().stream()
                  .map(part -> new Outcome.Part(part.share(), played(part.outcome())))
                  .toList());
      case Outcome.Responds same -> same;
      case Outcome.Redirects same -> same;
      case Outcome.Drops same -> same;
      case Outcome.Undecided same -> same;
    };
  }

  /** Whether all servers that an outcome names are played. */
  boolean isPlayed(Outcome model) {
    return switch (model) {
      case Outcome.Reaches reaches ->
          reaches.servers().stream()
              .allMatch(share -> copy.played(reaches.pool(), share.name()).isPresent());
      case Outcome.Splits splits -> splits.of().stream().allMatch(part -> isPlayed(part.outcome()));
      case Outcome.Responds same -> true;
      case Outcome.Redirects same -> true;
      case Outcome.Drops same -> true;
      case Outcome.Undecided same -> true;
    };
  }

  /** The pools that an outcome names, the likeliest first. */
  static List<String> pools(Outcome model) {
    return switch (model) {
      case Outcome.Reaches reaches -> List.of(reaches.pool());
      case Outcome.Splits splits ->
          splits.of().stream().flatMap(part -> pools(part.outcome()).stream()).distinct().toList();
      case Outcome.Responds responds -> responds.pool().map(List::of).orElse(List.of());
      case Outcome.Drops drops -> drops.pool().map(List::of).orElse(List.of());
      case Outcome.Redirects redirects -> List.of();
      case Outcome.Undecided undecided -> List.of();
    };
  }

  /** The servers played at an address, those of these pools first. */
  List<Place> places(Endpoint at, List<String> preferred) {
    Set<Place> places = new LinkedHashSet<>();
    for (String name : preferred) {
      configuration.pool(name).ifPresent(pool -> add(places, pool, at));
    }
    configuration.pools().forEach(pool -> add(places, pool, at));
    return new ArrayList<>(places);
  }

  private void add(Set<Place> places, Pool pool, Endpoint at) {
    for (Server server : pool.servers()) {
      if (copy.played(pool.name(), server.name()).filter(at::equals).isPresent()) {
        places.add(new Place(pool, server));
      }
    }
  }

  /** What happened, in the form of the model; what it has no form for is undecided, with why. */
  Outcome outcome(Request request, Outcome model, Exchange seen) {
    if (seen.deliveries().size() > 1) {
      List<String> names =
          seen.deliveries().stream().map(d -> name(d.stub(), pools(model))).toList();
      return new Outcome.Undecided(
          "it was sent " + names.size() + " times: to " + String.join(", ", names));
    }
    if (seen.deliveries().size() == 1) {
      return delivered(request, model, seen.deliveries().getFirst());
    }
    return switch (seen.end()) {
      case ANSWERED -> answered(seen);
      case CLOSED, TIMED_OUT -> new Outcome.Drops(Optional.empty());
      case REFUSED -> new Outcome.Undecided("nobody listens there: " + seen.detail());
      case TLS_FAILED -> new Outcome.Undecided("the TLS handshake failed: " + seen.detail());
    };
  }

  private static Outcome answered(Exchange seen) {
    List<String> location =
        seen.response().map(response -> response.header("location")).orElse(List.of());
    return seen.status() / 100 == 3 && !location.isEmpty()
        ? new Outcome.Redirects(seen.status(), location.getFirst())
        : new Outcome.Responds(seen.status(), Optional.empty(), Optional.empty());
  }

  private Outcome delivered(Request request, Outcome model, Delivery delivery) {
    List<Place> places = places(delivery.stub(), pools(model));
    if (places.isEmpty()) {
      return new Outcome.Undecided("it reached " + delivery.stub() + ", which no pool names");
    }
    Place place = places.getFirst();
    Map<String, Optional<String>> headers = new LinkedHashMap<>();
    if (model instanceof Outcome.Reaches reaches) {
      for (String name : reaches.headers().keySet()) {
        List<String> lines = delivery.header(name);
        headers.put(
            name, lines.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lines)));
      }
    }
    boolean http = place.pool().mode() == dev.checkrail.model.Mode.HTTP;
    return new Outcome.Reaches(
        place.pool().name(),
        List.of(new Outcome.Share(place.server().name(), place.server().key(), 1)),
        false,
        http && !delivery.target().equals(request.sentTarget())
            ? Optional.of(delivery.target())
            : Optional.empty(),
        headers);
  }

  /** {@code be_pay/pay-1}, or the address if no pool names it. */
  String name(Endpoint at, List<String> preferred) {
    return places(at, preferred).stream().findFirst().map(Place::name).orElse(at.toString());
  }
}
