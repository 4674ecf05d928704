package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A server of a pool.
 *
 * @param name unique in its pool
 * @param address IP address, host name, or path of a UNIX socket
 * @param port 0 if the client's destination port is used or for a UNIX socket
 * @param portOffset whether {@code port} is an offset to the client's ({@code +n}, {@code -n})
 * @param resolvedAtStart whether {@code address} is a name that must resolve when the process
 *     starts and is not looked up later
 * @param byName whether {@code address} is a host name
 * @param weight 0 to 256
 * @param backup used only when no other server is usable
 * @param disabled configured out of service
 * @param maxConnections {@code maxconn}
 * @param tls whether the connection to it is TLS
 * @param check its health check; empty if it is not checked
 * @param track {@code backend/server} whose state it follows
 * @param cookie its persistence value
 * @param options all other parameters
 * @param span the server's line
 */
public record Server(
    String name,
    String address,
    int port,
    boolean portOffset,
    boolean byName,
    boolean resolvedAtStart,
    int weight,
    boolean backup,
    boolean disabled,
    OptionalInt maxConnections,
    boolean tls,
    Optional<Check> check,
    Optional<String> track,
    Optional<String> cookie,
    List<Setting> options,
    Span span) {
  public Server {
    options = List.copyOf(options);
  }

  /** {@code 127.0.0.1:9101}, the identity by which servers are compared; names are labels. */
  public String key() {
    if (address.startsWith("/") || address.startsWith("unix@")) {
      return address;
    }
    String host = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    return portOffset ? host + ":" + (port < 0 ? port : "+" + port) : host + ":" + port;
  }

  /** Whether it takes requests with nothing down and no other server missing. */
  public boolean active() {
    return weight > 0 && !backup && !disabled;
  }

  /**
   * How a server is checked.
   *
   * @param address where, if not the server's own
   * @param port where, if not the server's own
   * @param intervalMillis between two checks
   * @param fall failed checks until it is down
   * @param rise good checks until it is up
   * @param agent whether an agent is asked, too
   */
  public record Check(
      Optional<String> address,
      OptionalInt port,
      long intervalMillis,
      int fall,
      int rise,
      boolean agent,
      Span span) {}
}
