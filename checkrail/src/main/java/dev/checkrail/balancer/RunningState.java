package dev.checkrail.balancer;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the current worker holds in memory and a file may not say: gone at the next reload.
 *
 * @param servers each server of each pool, in its order
 * @param tables maps and lists, by the path of their file as the configuration has it
 * @param certificates by path of their file
 * @param closed listening sides (frontends) that were told not to accept
 */
public record RunningState(
    List<Server> servers, List<Table> tables, List<Certificate> certificates, List<String> closed) {
  public RunningState {
    servers = List.copyOf(servers);
    tables = List.copyOf(tables);
    certificates = List.copyOf(certificates);
    closed = List.copyOf(closed);
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

  /** A map or a list. */
  public record Table(Kind kind, String path, List<Entry> entries) {
    public Table {
      entries = List.copyOf(entries);
    }

    /** Which of the two. */
    public enum Kind {
      MAP,
      LIST
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
