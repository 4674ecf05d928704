package dev.checkrail.prove;

import java.util.Map;
import java.util.Optional;

/**
 * What somebody, a log, remembers of a request; it may be any part of it.
 *
 * @param frontend name of the frontend where it arrived
 * @param tls whether TLS ended there
 * @param listener address and port at which it arrived
 * @param method as sent
 * @param path the target up to {@code ?}, as sent; of an absolute target (HTTP/2) scheme and
 *     authority, too, which rules on {@code url} see and others do not; absent if it is no path, as
 *     {@code *}
 * @param query what followed the first {@code ?}; absent without one
 * @param host the Host header, port included
 * @param version {@code 1.0}, {@code 1.1} or {@code 2.0}
 * @param client its address
 * @param headers what is known of others, by name in lower case; of those not named nothing is
 */
public record Seen(
    String frontend,
    boolean tls,
    Optional<String> listener,
    Known method,
    Known path,
    Known query,
    Known host,
    Known version,
    Optional<String> client,
    Map<String, Known> headers) {
  public Seen {
    headers = Map.copyOf(headers);
  }
}
