package dev.checkrail.explain;

import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.report.Outcome;
import java.util.List;
import java.util.Optional;

/** Who can get a request that a pool sends on, with nothing down. */
final class Servers {
  private final Pool pool;
  private final boolean persist;

  Servers(Pool pool) {
    this.pool = pool;
    this.persist =
        pool.settings().stream()
            .anyMatch(s -> s.name().equals("option persist") && s.value().equals("on"));
  }

  /** The choice. */
  record Choice(List<Outcome.Share> shares, boolean varies, String why) {
    Choice {
      shares = List.copyOf(shares);
    }
  }

  Optional<Server> named(String name) {
    return pool.servers().stream().filter(server -> server.name().equals(name)).findFirst();
  }

  /** Whether a rule or a cookie may send to it: weight 0 and backup servers are reached, too. */
  boolean reachable(Server server) {
    return !server.disabled() || persist;
  }

  Choice only(Server server, String why) {
    return new Choice(List.of(new Outcome.Share(server.name(), server.key(), 1)), false, why);
  }

  /** The server that the request's persistence cookie names. */
  Cookie byCookie(Message message, Choices choices) {
    Optional<Pool.Persistence> persistence = pool.persistence();
    if (pool.mode() == Mode.TCP || persistence.flatMap(Pool.Persistence::cookie).isEmpty()) {
      return new Cookie.None();
    }
    String text = " " + persistence.get().text() + " ";
    Message.Lookup lines = message.lines("cookie");
    if (lines.unknown().isPresent()) {
      return new Cookie.Unknown(lines.unknown().get());
    }
    String name = persistence.get().cookie().get();
    for (String cookie : Lines.persistenceCookies(lines.lines(), name)) {
      int end = cookie.indexOf(text.contains(" prefix ") ? '~' : '|');
      String value = end < 0 ? cookie : cookie.substring(0, end);
      if (value.isEmpty()) {
        continue;
      }
      if (text.contains(" dynamic ")) {
        return new Cookie.Unknown("cookie " + name + " is computed (dynamic)");
      }
      Optional<Server> server =
          pool.servers().stream()
              .filter(s -> s.cookie().filter(value::equals).isPresent())
              .filter(this::reachable)
              .findFirst();
      if (server.isEmpty()) {
        continue;
      }
      boolean dated = end >= 0 && (text.contains(" maxidle ") || text.contains(" maxlife "));
      if (dated && choices.unknown("cookie date " + pool.name(), "the cookie's date")) {
        continue;
      }
      return new Cookie.Names(server.get(), "cookie " + name + " names it");
    }
    return new Cookie.None();
  }

  /** What the persistence cookie says. */
  sealed interface Cookie {
    record None() implements Cookie {}

    record Names(Server server, String why) implements Cookie {}

    record Unknown(String why) implements Cookie {}
  }

  /** Shares by weight among the usable servers; empty if there is none. */
  Optional<Choice> balanced() {
    List<Server> usable = pool.servers().stream().filter(Server::active).toList();
    String why = pool.balance().text();
    boolean one = false;
    if (usable.isEmpty()) {
      List<Server> backups =
          pool.servers().stream()
              .filter(s -> s.backup() && !s.disabled() && s.weight() > 0)
              .toList();
      one = !pool.allBackups() && !backups.isEmpty();
      usable = one && !pool.balance().byMap() ? List.of(backups.getFirst()) : backups;
      why = why + ", only backup servers are left";
    }
    if (usable.isEmpty()) {
      return Optional.empty();
    }
    boolean first = pool.balance().algorithm().equals("first");
    if (first && usable.getFirst().maxConnections().isEmpty()) {
      usable = List.of(usable.getFirst());
    }
    double total = usable.stream().mapToInt(Server::weight).sum();
    List<Outcome.Share> shares =
        usable.stream().map(s -> new Outcome.Share(s.name(), s.key(), s.weight() / total)).toList();
    boolean varies =
        shares.size() > 1
            && (pool.balance().keyed() || pool.persistence().isPresent() || first || one);
    return Optional.of(new Choice(shares, varies, why));
  }
}
