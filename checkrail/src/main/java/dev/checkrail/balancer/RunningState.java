package dev.checkrail.balancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the current worker holds in memory and a file may not say: gone at the next reload.
 *
 * @param servers each server of each pool, in its order
 * @param tables maps and lists, by the path of their file as the configuration has it; patterns
 *     that stand in the configuration itself by their place in it
 * @param certificates by path of their file
 * @param closed listening sides (frontends) that were told not to accept
 * @param values limits and switches that can be told, as far as they are known
 */
public record RunningState(
    List<Server> servers,
    List<Table> tables,
    List<Certificate> certificates,
    List<String> closed,
    List<Value> values) {
  public RunningState {
    servers = List.copyOf(servers);
    tables = List.copyOf(tables);
    certificates = List.copyOf(certificates);
    closed = List.copyOf(closed);
    values = List.copyOf(values);
  }

  /**
   * The same with names for its {@link Table.Kind#PATTERNS}: a worker knows them by file and line
   * only. Those that files have somewhere else, or not at all, are left as they are.
   *
   * @param files what the files give that it was started from
   */
  public RunningState named(RunningState files) {
    Map<String, String> names = new HashMap<>();
    for (Table table : files.tables()) {
      table.place().ifPresent(place -> names.put(place, table.path()));
    }
    List<Table> named = new ArrayList<>();
    for (Table table : tables) {
      Optional<String> name =
          table.place().equals(Optional.of(table.path()))
              ? table.place().flatMap(place -> Optional.ofNullable(names.get(place)))
              : Optional.empty();
      named.add(
          name.isPresent()
              ? new Table(table.kind(), name.get(), table.place(), table.entries())
              : table);
    }
    return new RunningState(servers, named, certificates, closed, values);
  }

  /** Without patterns of the configuration: where it is not known which file they come from. */
  RunningState withoutPatterns() {
    return new RunningState(
        servers,
        tables.stream().filter(table -> table.kind() != Table.Kind.PATTERNS).toList(),
        certificates,
        closed,
        values);
  }

  /**
   * A server.
   *
   * @param address {@code 127.0.0.1:9101}; empty if it is not told
   * @param admin what a person told it over the socket
   * @param weight in effect
   * @param initialWeight as its worker read it from the file
   * @param up whether its checks say that it is up, or it has none
   */
  public record Server(
      ServerName name, String address, Admin admin, int weight, int initialWeight, boolean up) {}

  /** What a person told a server over the socket. */
  public enum Admin {
    READY("ready"),
    DRAIN("drain"),
    MAINT("maint");

    private final String word;

    Admin(String word) {
      this.word = word;
    }

    /** As it is said. */
    public String word() {
      return word;
    }
  }

  /**
   * A map or a list.
   *
   * @param path of its file; for patterns their name ({@code frontend web is_pay}), or the place
   *     where a worker knows only that
   * @param place where patterns stand; only those have one
   */
  public record Table(Kind kind, String path, Optional<String> place, List<Entry> entries) {
    public Table {
      entries = List.copyOf(entries);
    }

    /** One that has a file. */
    public Table(Kind kind, String path, List<Entry> entries) {
      this(kind, path, Optional.empty(), entries);
    }

    /** What it is. */
    public enum Kind {
      MAP,
      LIST,
      /** A list without a file: its entries stand in the configuration. */
      PATTERNS
    }
  }

  /**
   * A limit or a switch.
   *
   * @param of {@code server be_pay/pay-1}, {@code frontend web}, {@code process}
   * @param name {@code maxconn}, {@code health-check}
   * @param begun what the worker itself says that it began with, if it does
   */
  public record Value(String of, String name, String value, Optional<String> begun) {
    private static final String SERVER = "server ";

    /** That of a server. */
    public static Value of(ServerName server, String name, String value) {
      return new Value(SERVER + server, name, value, Optional.empty());
    }

    /** The server that it is about, if it is about one. */
    public Optional<ServerName> server() {
      return of.startsWith(SERVER)
          ? Optional.of(ServerName.of(of.substring(SERVER.length())))
          : Optional.empty();
    }

    /** What it is about, for people: {@code be_pay/pay-1}. */
    public String subject() {
      return of.startsWith(SERVER) ? of.substring(SERVER.length()) : of;
    }

    String key() {
      return name + " " + subject();
    }
  }

  /** One entry; a list's has no value. */
  public record Entry(String key, Optional<String> value) {
    @Override
    public String toString() {
      return value.map(v -> key + " " + v).orElse(key);
    }
  }

  /** A certificate by the SHA-1 of its first one, in hexadecimal. */
  public record Certificate(String path, String fingerprint) {}

  /**
   * Statistics of one listener, server or pool.
   *
   * @param proxy {@code pxname}
   * @param service {@code svname}: FRONTEND, BACKEND or a server's name
   * @param values by the load balancer's own names; empty ones are left out
   */
  public record Statistics(String proxy, String service, Map<String, String> values) {
    public Statistics {
      values = Map.copyOf(values);
    }
  }
}
