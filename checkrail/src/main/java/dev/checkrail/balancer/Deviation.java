package dev.checkrail.balancer;

import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.RunningState.Certificate;
import dev.checkrail.balancer.RunningState.Entry;
import dev.checkrail.balancer.RunningState.Server;
import dev.checkrail.balancer.RunningState.Table;
import dev.checkrail.balancer.RunningState.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Something that a running worker holds in memory and its files don't say. A reload loses it; and
 * nobody approved it.
 */
public sealed interface Deviation {
  /** {@code be_pay/pay-1}, or the path of a map, list or certificate. */
  String subject();

  /** What the files say. */
  String inFile();

  /** What is so. */
  String running();

  /** A server was told something else than its file says. */
  record ServerAdmin(ServerName server, Admin file, Admin admin) implements Deviation {
    @Override
    public String subject() {
      return server.toString();
    }

    @Override
    public String inFile() {
      return file.word();
    }

    @Override
    public String running() {
      return admin.word();
    }
  }

  /** A server has another weight. */
  record ServerWeight(ServerName server, int file, int weight) implements Deviation {
    @Override
    public String subject() {
      return server.toString();
    }

    @Override
    public String inFile() {
      return "weight " + file;
    }

    @Override
    public String running() {
      return "weight " + weight;
    }
  }

  /** A server is somewhere else. */
  record ServerAddress(ServerName server, String inFile, String running) implements Deviation {
    @Override
    public String subject() {
      return server.toString();
    }
  }

  /** A server that the files don't have, or that they have and that is gone. */
  record ServerSet(ServerName server, boolean added) implements Deviation {
    @Override
    public String subject() {
      return server.toString();
    }

    @Override
    public String inFile() {
      return added ? "no such server" : "a server";
    }

    @Override
    public String running() {
      return added ? "a server" : "no such server";
    }
  }

  /** A map or list has other entries. */
  record TableEntries(Table table, List<Entry> missing, List<Entry> added) implements Deviation {
    public TableEntries {
      missing = List.copyOf(missing);
      added = List.copyOf(added);
    }

    @Override
    public String subject() {
      return table.path();
    }

    @Override
    public String inFile() {
      return missing.isEmpty() ? "without them" : brief(missing);
    }

    @Override
    public String running() {
      return added.isEmpty() ? "without them" : brief(added);
    }

    private static String brief(List<Entry> entries) {
      String some = String.join(", ", entries.stream().limit(3).map(Entry::toString).toList());
      return entries.size() > 3 ? some + " and " + (entries.size() - 3) + " more" : some;
    }
  }

  /** A limit or a switch is another one. */
  record OtherValue(Value value, String inFile) implements Deviation {
    @Override
    public String subject() {
      return value.subject();
    }

    @Override
    public String running() {
      return value.value();
    }
  }

  /** Another certificate is served; by the SHA-1 of the first one. */
  record OtherCertificate(String subject, String inFile, String running) implements Deviation {}

  /** A listening side was told not to accept. */
  record ListenerClosed(String subject) implements Deviation {
    @Override
    public String inFile() {
      return "open";
    }

    @Override
    public String running() {
      return "closed";
    }
  }

  /** The server that it is about, if it is about one. */
  default Optional<ServerName> about() {
    return switch (this) {
      case ServerAdmin one -> Optional.of(one.server());
      case ServerWeight one -> Optional.of(one.server());
      case ServerAddress one -> Optional.of(one.server());
      case ServerSet one -> Optional.of(one.server());
      case OtherValue one -> one.value().server();
      case TableEntries one -> Optional.empty();
      case OtherCertificate one -> Optional.empty();
      case ListenerClosed one -> Optional.empty();
    };
  }

  /** By which people name it in a choice: {@code weight be_pay/pay-1}. */
  default String key() {
    return switch (this) {
      case ServerAdmin one -> "state " + one.subject();
      case ServerWeight one -> "weight " + one.subject();
      case ServerAddress one -> "address " + one.subject();
      case ServerSet one -> "server " + one.subject();
      case TableEntries one ->
          switch (one.table().kind()) {
            case MAP -> "map " + one.subject();
            case LIST -> "list " + one.subject();
            case PATTERNS -> "acl " + one.subject();
          };
      case OtherValue one -> one.value().key();
      case OtherCertificate one -> "certificate " + one.subject();
      case ListenerClosed one -> "listener " + one.subject();
    };
  }

  /** A sentence. */
  default String text() {
    return key() + ": the files say " + inFile() + ", in memory it is " + running();
  }

  /**
   * All deviations of what runs from what files give.
   *
   * @param expected what a fresh worker would hold
   * @param held what the current one holds
   */
  static List<Deviation> between(RunningState expected, RunningState held) {
    RunningState running = held.named(expected);
    List<Deviation> found = new ArrayList<>();
    servers(expected, running, found);
    values(expected, running, found);
    Map<String, Table> tables = new LinkedHashMap<>();
    running.tables().forEach(table -> tables.put(table.kind() + table.path(), table));
    for (Table table : expected.tables()) {
      Optional.ofNullable(tables.get(table.kind() + table.path()))
          .flatMap(other -> entries(table, other))
          .ifPresent(found::add);
    }
    for (Certificate file : expected.certificates()) {
      running.certificates().stream()
          .filter(one -> one.path().equals(file.path()) || one.path().endsWith("/" + file.path()))
          .filter(one -> !one.fingerprint().equals(file.fingerprint()))
          .findFirst()
          .ifPresent(one ->
              found.add(new OtherCertificate(one.path(), file.fingerprint(), one.fingerprint())));
    }
    running.closed().stream()
        .filter(name -> !expected.closed().contains(name))
        .map(ListenerClosed::new)
        .forEach(found::add);
    return List.copyOf(found);
  }

  private static void servers(RunningState expected, RunningState running, List<Deviation> found) {
    Map<ServerName, Server> files = new LinkedHashMap<>();
    expected.servers().forEach(server -> files.put(server.name(), server));
    for (Server server : running.servers()) {
      Server file = files.remove(server.name());
      if (file == null) {
        found.add(new ServerSet(server.name(), true));
        continue;
      }
      // A weight that the file does not tell is told by an agent, and so is drain or maint.
      if (server.admin() != file.admin() && file.weight() >= 0) {
        found.add(new ServerAdmin(server.name(), file.admin(), server.admin()));
      }
      if (file.weight() >= 0 && file.weight() != server.weight()) {
        found.add(new ServerWeight(server.name(), file.weight(), server.weight()));
      }
      if (!file.address().isEmpty()
          && !server.address().isEmpty()
          && !file.address().equals(server.address())) {
        found.add(new ServerAddress(server.name(), file.address(), server.address()));
      }
    }
    files.keySet().forEach(name -> found.add(new ServerSet(name, false)));
  }

  private static void values(RunningState expected, RunningState running, List<Deviation> found) {
    Map<String, String> files = new HashMap<>();
    expected.values().forEach(value -> files.put(value.key(), value.value()));
    for (Value value : running.values()) {
      Optional<String> file = Optional.ofNullable(files.get(value.key())).or(() -> value.begun());
      if (file.isPresent() && !file.get().equals(value.value())) {
        found.add(new OtherValue(value, file.get()));
      }
    }
  }

  /**
   * What a worker holds and nothing can be compared with: patterns that stand where the files have
   * none, by place.
   */
  static List<String> notCompared(RunningState expected, RunningState running) {
    return running.named(expected).tables().stream()
        .filter(table -> table.kind() == Table.Kind.PATTERNS)
        .filter(table -> table.place().equals(Optional.of(table.path())))
        .map(Table::path)
        .toList();
  }

  private static Optional<Deviation> entries(Table file, Table running) {
    Map<Entry, Integer> count = new LinkedHashMap<>();
    file.entries().forEach(entry -> count.merge(entry, -1, Integer::sum));
    running.entries().forEach(entry -> count.merge(entry, 1, Integer::sum));
    List<Entry> missing = new ArrayList<>();
    List<Entry> added = new ArrayList<>();
    count.forEach((entry, more) -> {
      for (int i = more; i < 0; i++) {
        missing.add(entry);
      }
      for (int i = more; i > 0; i--) {
        added.add(entry);
      }
    });
    return missing.isEmpty() && added.isEmpty()
        ? Optional.empty()
        : Optional.of(new TableEntries(running, missing, added));
  }
}
