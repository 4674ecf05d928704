package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Which thing of the candidate stands for which thing of the old configuration.
 *
 * @param pools pools that both have, under whatever name
 * @param frontends frontends of both that share a listener, or a name if the old one has none
 * @param listeners every old listener, with the one that takes its connections now
 */
record Counterparts(
    Configuration old,
    Configuration candidate,
    List<Pools> pools,
    List<Frontends> frontends,
    List<Listeners> listeners) {
  Counterparts {
    pools = List.copyOf(pools);
    frontends = List.copyOf(frontends);
    listeners = List.copyOf(listeners);
  }

  /** Two pools. */
  record Pools(Pool old, Pool now, String subject) {
    /** Servers of both, by address and port, then by name; each at most once. */
    List<Servers> servers() {
      List<Servers> pairs = new ArrayList<>();
      Map<String, Deque<Server>> byKey = index(now.servers(), Server::key);
      List<Server> left = new ArrayList<>();
      Set<Server> taken = new HashSet<>();
      for (Server server : old.servers()) {
        Server same = byKey.getOrDefault(server.key(), new ArrayDeque<>()).poll();
        if (same == null) {
          left.add(server);
        } else {
          taken.add(same);
          pairs.add(new Servers(server, same));
        }
      }
      Map<String, Server> byName =
          now.servers().stream()
              .filter(server -> !taken.contains(server))
              .collect(Collectors.toMap(Server::name, Function.identity(), (a, b) -> a));
      for (Server server : left) {
        Server same = byName.get(server.name());
        if (same != null) {
          pairs.add(new Servers(server, same));
        }
      }
      return pairs;
    }

    String subject(Server server) {
      return subject + " / server " + server.name();
    }
  }

  /** Two servers. */
  record Servers(Server old, Server now) {}

  /** Two frontends. */
  record Frontends(Frontend old, Frontend now, String subject) {}

  /** An old listener and its successor. */
  record Listeners(Frontend oldFrontend, Listener old, Optional<Bound> now) {}

  /** A listener and the frontend that it belongs to. */
  record Bound(Frontend frontend, Listener listener) {}

  static Counterparts of(Configuration old, Configuration candidate) {
    List<Listeners> listeners = listeners(old, candidate);
    return new Counterparts(
        old, candidate, pools(old, candidate), frontends(old, candidate, listeners), listeners);
  }

  private static List<Pools> pools(Configuration old, Configuration candidate) {
    Map<String, Pool> byName =
        candidate.pools().stream()
            .collect(Collectors.toMap(Pool::name, Function.identity(), (a, b) -> a));
    Set<String> oldNames = old.pools().stream().map(Pool::name).collect(Collectors.toSet());
    Map<Set<String>, Deque<Pool>> renamed =
        index(
            candidate.pools().stream()
                .filter(pool -> !oldNames.contains(pool.name()) && !pool.servers().isEmpty())
                .toList(),
            Counterparts::addresses);
    Set<String> listens = listenNames(candidate);
    List<Pools> pairs = new ArrayList<>();
    for (Pool pool : old.pools()) {
      Pool now = byName.get(pool.name());
      if (now == null) {
        now = renamed.getOrDefault(addresses(pool), new ArrayDeque<>()).poll();
      }
      if (now != null) {
        pairs.add(new Pools(pool, now, subject("backend", now.name(), listens)));
      }
    }
    return pairs;
  }

  private static List<Listeners> listeners(Configuration old, Configuration candidate) {
    Map<String, Bound> bound = new HashMap<>();
    for (Frontend frontend : candidate.frontends()) {
      for (Listener listener : frontend.listeners()) {
        bound.putIfAbsent(place(listener), new Bound(frontend, listener));
      }
    }
    List<Listeners> pairs = new ArrayList<>();
    for (Frontend frontend : old.frontends()) {
      for (Listener listener : frontend.listeners()) {
        pairs.add(new Listeners(frontend, listener, successor(listener, bound)));
      }
    }
    return pairs;
  }

  /** The same address and port, else a wildcard of the same port that takes its connections. */
  private static Optional<Bound> successor(Listener listener, Map<String, Bound> bound) {
    Bound same = bound.get(place(listener));
    if (same != null || listener.port() == 0) {
      return Optional.ofNullable(same);
    }
    boolean version6 = listener.address().indexOf(':') >= 0;
    Bound all = bound.get(version6 ? "[::]:" + listener.port() : "*:" + listener.port());
    if (all != null) {
      return Optional.of(all);
    }
    Bound both = bound.get("[::]:" + listener.port());
    return Optional.ofNullable(both).filter(one -> !version6 && has(one.listener(), "v4v6"));
  }

  private static boolean has(Listener listener, String option) {
    return listener.options().stream().map(Setting::name).anyMatch(option::equals);
  }

  /** The key with one spelling for "all IPv4 addresses". */
  private static String place(Listener listener) {
    String address = listener.address();
    boolean any = address.isEmpty() || address.equals("0.0.0.0");
    return any && listener.port() != 0 ? "*:" + listener.port() : listener.key();
  }

  private static List<Frontends> frontends(
      Configuration old, Configuration candidate, List<Listeners> listeners) {
    Map<String, Frontend> byName =
        candidate.frontends().stream()
            .collect(Collectors.toMap(Frontend::name, Function.identity(), (a, b) -> a));
    Map<String, Set<String>> successors = new LinkedHashMap<>();
    for (Listeners pair : listeners) {
      pair.now()
          .ifPresent(now ->
              successors
                  .computeIfAbsent(pair.oldFrontend().name(), name -> new LinkedHashSet<>())
                  .add(now.frontend().name()));
    }
    Set<String> listens = listenNames(candidate);
    List<Frontends> pairs = new ArrayList<>();
    for (Frontend frontend : old.frontends()) {
      Set<String> names =
          frontend.listeners().isEmpty()
              ? Set.of(frontend.name())
              : successors.getOrDefault(frontend.name(), Set.of());
      for (String name : names) {
        Frontend now = byName.get(name);
        if (now != null) {
          pairs.add(new Frontends(frontend, now, subject("frontend", name, listens)));
        }
      }
    }
    return pairs;
  }

  /** The section as people call it: a {@code listen} is a frontend and a pool of one name. */
  static String subject(String kind, String name, Set<String> listens) {
    return (listens.contains(name) ? "listen " : kind + " ") + name;
  }

  /** Names of sections that are frontend and pool in one. */
  static Set<String> listenNames(Configuration configuration) {
    Map<String, Frontend> frontends =
        configuration.frontends().stream()
            .collect(Collectors.toMap(Frontend::name, Function.identity(), (a, b) -> a));
    return configuration.pools().stream()
        .filter(pool -> {
          Frontend frontend = frontends.get(pool.name());
          return frontend != null && frontend.span().equals(pool.span());
        })
        .map(Pool::name)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Set<String> addresses(Pool pool) {
    return pool.servers().stream().map(Server::key).collect(Collectors.toUnmodifiableSet());
  }

  private static <K, V> Map<K, Deque<V>> index(List<V> values, Function<V, K> key) {
    Map<K, Deque<V>> index = new HashMap<>();
    values.forEach(
        value -> index.computeIfAbsent(key.apply(value), k -> new ArrayDeque<>()).add(value));
    return index;
  }
}
