package dev.checkrail.watch.diagnose;

import java.util.List;

/**
 * What a change did, in parts.
 *
 * @param parts what it did; none: it moved no request and changed no setting
 * @param whole whether that is all of it; if not, some of it could not be compared
 */
public record Scope(List<Part> parts, boolean whole) {
  /** It changed nothing that matters to a request. */
  public static final Scope NOTHING = new Scope(List.of(), true);

  public Scope {
    parts = List.copyOf(parts);
  }

  /** What may be done to requests. */
  public enum Touch {
    /** Requests that went to {@code from} (a pool) go to {@code pool}. */
    ROUTE,
    /** Requests are answered by the load balancer: {@code to} is the status. */
    ANSWER,
    SERVER_ADDED,
    SERVER_REMOVED,
    ADDRESS,
    WEIGHT,
    BALANCE,
    TIMEOUT_SERVER,
    TIMEOUT_QUEUE,
    TIMEOUT_CONNECT,
    TIMEOUT_OTHER,
    /** {@code maxconn} and its like. */
    LIMIT,
    RETRY,
    /** A health check was changed, or dropped: {@code to} is empty. */
    CHECK,
    TLS,
    /** A limit of requests that the load balancer enforces. */
    RATE,
    /** Headers, paths, settings: what they do is not modelled here. */
    OTHER
  }

  /**
   * One thing that it did.
   *
   * @param service whose requests; "" for all, or not known
   * @param pool where they go now, or whose setting it is; "" for none, or all
   * @param server which one, or "" for all of the pool
   * @param from before, as written; for milliseconds {@code 5000ms} or {@code 5s}
   * @param to now, alike
   */
  public record Part(
      Touch touch, String service, String pool, String server, String from, String to) {}
}
