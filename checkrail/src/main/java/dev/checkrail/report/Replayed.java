package dev.checkrail.report;

import java.util.List;
import java.util.Optional;

/**
 * Recorded traffic in one or two configurations: what {@code replay} answers. Each line is in {@code
 * routed} or in one of {@code rejected}.
 *
 * @param lines that were read
 * @param routed requests among them
 * @param undecided requests of which an outcome, or whether it changes, depends on what is not in
 *     the log or not modelled
 * @param rejected lines that are no request, or none of this configuration
 * @param by what becomes of them, in the second configuration if there are two; the most frequent
 *     first
 * @param moves those that fare differently in the second configuration
 * @param unclear those of which nobody can tell whether they do
 * @param servers who gets which part, by nominal shares
 */
public record Replayed(
    long lines,
    long routed,
    long undecided,
    List<Rejected> rejected,
    List<By> by,
    List<Move> moves,
    List<Unclear> unclear,
    List<Load> servers) {
  public Replayed {
    rejected = List.copyOf(rejected);
    by = List.copyOf(by);
    moves = List.copyOf(moves);
    unclear = List.copyOf(unclear);
    servers = List.copyOf(servers);
  }

  /**
   * Lines that were not routed.
   *
   * @param example the first of them, without secrets
   */
  public record Rejected(String reason, long lines, String example) {}

  /**
   * Requests of one outcome.
   *
   * @param share of all that were routed, 0 to 1
   * @param example the first of them; what the log does not tell is filled in with something that
   *     it may have been
   */
  public record By(Outcome outcome, long requests, double share, Request example) {}

  /** Requests that went one way and go another. */
  public record Move(Outcome from, Outcome to, long requests, double share, Request example) {}

  /** Requests of which it is open whether they move. */
  public record Unclear(String because, long requests, double share, Request example) {}

  /**
   * A server's part of all requests that were routed, by the nominal shares of the outcomes that are
   * decided.
   *
   * @param before in the first configuration, if there are two
   * @param now in the second, or in the only one
   */
  public record Load(
      String pool, String server, String address, Optional<Double> before, double now) {}
}
