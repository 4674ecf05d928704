package dev.checkrail.prove;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

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
              unclear.blame().span()
                  + ": "
                  + unclear.blame().text()
                  + ": "
                  + unclear.blame().reason());
      case Ending.ToServers to -> reaches(leaf, to, arrival, originalTarget);
      case Ending.ToPool to -> throw new IllegalStateException("a pool's rules were not followed");
    };
  }

  /**
   * What becomes of all requests that take a way: what is sent on differently for each of them is
   * {@link Outcome#VARIES}, and which server a key or a cookie chooses is left to their shares.
   */
  static Outcome common(Dispatch.Leaf leaf, Term originalTarget) {
    return switch (leaf.ending()) {
      case Ending.Answer answer ->
          new Outcome.Responds(answer.status(), answer.pool(), answer.body());
      case Ending.Closed closed -> new Outcome.Drops(closed.pool());
      case Ending.Redirected redirected ->
          new Outcome.Redirects(redirected.status(), common(redirected.location()).orElse(""));
      case Ending.Unclear unclear -> undecided(unclear.blame());
      case Ending.ToServers to ->
          to.unsure().isPresent()
              ? undecided(to.unsure().get())
              : new Outcome.Reaches(
                  to.pool().name(),
                  shares(to),
                  to.varies(),
                  leaf.pool()
                      .map(Program.PoolProgram::sent)
                      .filter(sent -> !isSentAsItCame(sent, originalTarget))
                      .map(sent -> common(sent.target()).orElse("")),
                  leaf.pool().map(pool -> headers(pool.sent())).orElse(Map.of()));
      case Ending.ToPool to -> throw new IllegalStateException("a pool's rules were not followed");
    };
  }

  private static boolean isSentAsItCame(Program.Sent sent, Term originalTarget) {
    return sent.target() == originalTarget
        || (sent.state().path instanceof Term.Original path
            && path.field().equals(Field.PATH)
            && sent.state().query instanceof Term.Original query
            && query.field().equals(Field.QUERY));
  }

  private static Outcome undecided(Blame blame) {
    return new Outcome.Undecided(blame.span() + ": " + blame.text() + ": " + blame.reason());
  }

  private static List<Outcome.Share> shares(Ending.ToServers to) {
    List<Outcome.Share> shares = new ArrayList<>();
    for (int i = 0; i < to.servers().size(); i++) {
      if (to.shares().get(i) > 0) {
        Server server = to.servers().get(i);
        shares.add(new Outcome.Share(server.name(), server.key(), to.shares().get(i)));
      }
    }
    return shares;
  }

  private static Map<String, Optional<String>> headers(Program.Sent sent) {
    Map<String, Optional<String>> headers = new TreeMap<>();
    for (String name : sent.headers().keySet()) {
      Term after = sent.header(name);
      if (!(after instanceof Term.Original same && same.field().equals(Field.header(name)))) {
        headers.put(name, common(after));
      }
    }
    return headers;
  }

  /** The same text for all requests, or that there is none, or that nobody can say it for all. */
  private static Optional<String> common(Term term) {
    return switch (term) {
      case Term.Nothing nothing -> Optional.empty();
      case Term.Constant constant ->
          Optional.of(constant.value().asText().replace("\n", ", "));
      case Term.Unknown unknown -> Optional.of(Outcome.NOT_KNOWN);
      case Term.Original original -> Optional.of(Outcome.VARIES);
      case Term.Joined joined -> Optional.of(Outcome.VARIES);
      case Term.OrEmpty orEmpty -> Optional.of(Outcome.VARIES);
      case Term.Choice choice -> Optional.of(Outcome.VARIES);
      case Term.Stepped stepped -> Optional.of(Outcome.VARIES);
    };
  }

  private static Outcome undecided(Dispatch.Leaf leaf, String why) {
    return new Outcome.Undecided(leaf.entry().span() + ": " + why);
  }

  private static Outcome reaches(
      Dispatch.Leaf leaf, Ending.ToServers to, Arrival arrival, Term originalTarget) {
    if (to.unsure().isPresent()) {
      Blame blame = to.unsure().get();
      return new Outcome.Undecided(blame.span() + ": " + blame.text() + ": " + blame.reason());
    }
    List<Outcome.Share> shares = new ArrayList<>();
    Optional<Server> bound = byCookie(leaf, to, arrival);
    if (bound.isPresent()) {
      shares.add(new Outcome.Share(bound.get().name(), bound.get().key(), 1.0));
    }
    for (int i = 0; i < to.servers().size() && bound.isEmpty(); i++) {
      if (to.shares().get(i) == 0.0) {
        continue;
      }
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
      TreeSet<String> names = new TreeSet<>(sent.headers().keySet());
      if (!sent.wide().isEmpty()) {
        names.addAll(arrival.headerNames());
      }
      for (String name : names) {
        Arrival.At before = original(arrival, name);
        Arrival.At after = arrival.term(sent.header(name));
        if (after == Arrival.At.Unknown.HERE) {
          headers.put(name, Optional.of(Outcome.NOT_KNOWN));
        } else if (!after.equals(before)) {
          headers.put(
              name,
              after instanceof Arrival.At.Known known
                  ? Optional.of(known.value().asText().replace("\n", ", "))
                  : Optional.empty());
        }
      }
    }
    return new Outcome.Reaches(
        to.pool().name(), shares, to.varies() && bound.isEmpty(), path, headers);
  }

  private static Arrival.At original(Arrival arrival, String name) {
    return arrival.original(Field.header(name));
  }

  /**
   * The server that a persistence cookie names: the first cookie of the name whose value, up to a
   * {@code |} and in prefix mode up to a {@code ~}, is that of a server that is not disabled.
   */
  private static Optional<Server> byCookie(
      Dispatch.Leaf leaf, Ending.ToServers to, Arrival arrival) {
    Optional<String> name = to.pool().persistence().flatMap(Pool.Persistence::cookie);
    // A use-server rule wins over the cookie.
    if (name.isEmpty() || leaf.entry().rule().isPresent()) {
      return Optional.empty();
    }
    Arrival.At raw =
        leaf.pool()
            .map(pool -> arrival.term(pool.sent().header("cookie")))
            .orElseGet(() -> original(arrival, "cookie"));
    if (!(raw instanceof Arrival.At.Known known)) {
      return Optional.empty();
    }
    boolean prefix =
        (" " + to.pool().persistence().map(p -> p.text()).orElse("") + " ").contains(" prefix ");
    for (String part : Pick.commaValues(known.value().asText())) {
      for (String cookie : part.split(";", -1)) {
        int equal = cookie.indexOf('=');
        if (equal < 0 || !cookie.substring(0, equal).strip().equals(name.get())) {
          continue;
        }
        String value = cut(cookie.substring(equal + 1).strip(), '|');
        String wanted = prefix ? cut(value, '~') : value;
        Optional<Server> server =
            to.pool().servers().stream()
                .filter(s -> !s.disabled() && s.cookie().equals(Optional.of(wanted)))
                .findFirst();
        if (!wanted.isEmpty() && server.isPresent()) {
          return server;
        }
      }
    }
    return Optional.empty();
  }

  private static String cut(String text, char mark) {
    int at = text.indexOf(mark);
    return at < 0 ? text : text.substring(0, at);
  }
}
