package dev.checkrail.prove;

import dev.checkrail.model.Server;
import dev.checkrail.report.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What becomes of one concrete request that takes a known way. */
final class Outcomes {
  private Outcomes() {}

  static Outcome of(Dispatch.Leaf leaf, Arrival arrival, Term originalTarget) {
    return switch (leaf.ending()) {
      case Ending.Answer answer ->
          new Outcome.Responds(answer.status(), answer.pool(), answer.body());
      case Ending.Closed closed -> new Outcome.Drops(closed.pool());
      case Ending.Redirected redirected ->
          switch (arrival.term(redirected.location())) {
            case Arrival.At.Known known ->
                new Outcome.Redirects(redirected.status(), known.value().asText());
            case Arrival.At.Nothing nothing -> new Outcome.Redirects(redirected.status(), "");
            case Arrival.At.Unknown unknown -> undecided(leaf, "its location is not known");
          };
      case Ending.Unclear unclear ->
          new Outcome.Undecided(
              unclear.blame().span() + ": " + unclear.blame().text() + ": "
                  + unclear.blame().reason());
      case Ending.ToServers to -> reaches(leaf, to, arrival, originalTarget);
      case Ending.ToPool to -> throw new IllegalStateException("a pool's rules were not followed");
    };
  }

  private static Outcome undecided(Dispatch.Leaf leaf, String why) {
    return new Outcome.Undecided(leaf.entry().span() + ": " + why);
  }

  private static Outcome reaches(
      Dispatch.Leaf leaf, Ending.ToServers to, Arrival arrival, Term originalTarget) {
    if (to.unsure().isPresent()) {
      Blame blame = to.unsure().get();
      return new Outcome.Undecided(
          blame.span() + ": " + blame.text() + ": " + blame.reason());
    }
    List<Outcome.Share> shares = new ArrayList<>();
    for (int i = 0; i < to.servers().size(); i++) {
      Server server = to.servers().get(i);
      shares.add(new Outcome.Share(server.name(), server.key(), to.shares().get(i)));
    }
    Optional<String> path = Optional.empty();
    Map<String, Optional<String>> headers = new TreeMap<>();
    if (leaf.pool().isPresent()) {
      Program.Sent sent = leaf.pool().get().sent();
      if (sent.target() != originalTarget) {
        switch (arrival.term(sent.target())) {
          case Arrival.At.Unknown unknown -> path = Optional.of(Outcome.NOT_KNOWN);
          case Arrival.At.Nothing nothing -> path = Optional.of("");
          case Arrival.At.Known known -> {
            String text = known.value().asText();
            if (!(arrival.term(originalTarget) instanceof Arrival.At.Known before)
                || !before.value().asText().equals(text)) {
              path = Optional.of(text);
            }
          }
        }
      }
      for (Map.Entry<String, Term> header : sent.headers().entrySet()) {
        Arrival.At before = original(arrival, header.getKey());
        Arrival.At after = arrival.term(header.getValue());
        if (after == Arrival.At.Unknown.HERE) {
          headers.put(header.getKey(), Optional.of(Outcome.NOT_KNOWN));
        } else if (!after.equals(before)) {
          headers.put(
              header.getKey(),
              after instanceof Arrival.At.Known known
                  ? Optional.of(known.value().asText().replace("\n", ", "))
                  : Optional.empty());
        }
      }
    }
    return new Outcome.Reaches(to.pool().name(), shares, to.varies(), path, headers);
  }

  private static Arrival.At original(Arrival arrival, String name) {
    return arrival.original(Field.header(name));
  }
}
