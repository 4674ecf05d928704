package dev.checkrail.watch.traffic;

import java.util.List;
import java.util.Optional;

/**
 * What ended in a second, or in several that follow each other.
 *
 * @param epochSecond the (first) second, by the clock that the load balancer logs with
 * @param seconds how many
 * @param rows most requests first
 * @param clients by service, most first
 * @param refused clients that were refused most, most first
 */
public record Second(
    long epochSecond, int seconds, List<Row> rows, List<Clients> clients, List<Refused> refused) {
  public Second {
    rows = List.copyOf(rows);
    clients = List.copyOf(clients);
    refused = List.copyOf(refused);
  }

  /** All requests. */
  public long requests() {
    return Row.sum(rows);
  }

  /** All failures. */
  public long failures() {
    return rows.stream().mapToLong(Row::failures).sum();
  }

  /** The clients of a service, if any came. */
  public Optional<Clients> clientsOf(String service) {
    return clients.stream().filter(one -> one.service().equals(service)).findFirst();
  }

  /**
   * Distinct clients: by the key that the log has, else by address.
   *
   * @param service as in {@link Route#service()}; {@code *} for all
   * @param all estimate of how many came
   * @param failed estimate of how many of them had a failure
   */
  public record Clients(String service, long all, long failed) {}

  /**
   * One of the clients that were refused most: if one in eight of a service's refusals of a kind is
   * his, he is here.
   *
   * @param service as in {@link Route#service()}
   * @param band in which way; {@link Band#refusal()}
   * @param client the key that the log has, else the address
   * @param requests how many of his were refused, at least
   */
  public record Refused(String service, Band band, String client, long requests) {}
}
