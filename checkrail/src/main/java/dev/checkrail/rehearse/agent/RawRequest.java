package dev.checkrail.rehearse.agent;

import java.util.Optional;

/**
 * Bytes to be sent over a fresh connection, and how to read what comes back. Nothing is added:
 * without {@code Connection: close} in the bytes the answer is read by its own length.
 *
 * @param to where to connect
 * @param from the source address to connect from; empty lets the kernel choose
 * @param proxied a PROXY version 2 header to send first, for a bind with {@code accept-proxy}
 * @param tls whether and how to speak TLS
 * @param reading how the end of the answer is known
 * @param bytes what is sent, one char per byte (ISO-8859-1)
 * @param timeoutMillis over all: connecting, sending, reading
 */
public record RawRequest(
    Endpoint to,
    Optional<String> from,
    Optional<Proxied> proxied,
    Optional<Tls> tls,
    Reading reading,
    String bytes,
    int timeoutMillis) {

  /** Checks that the bytes are bytes and the time is positive. */
  public RawRequest {
    if (timeoutMillis <= 0) {
      throw new IllegalArgumentException("no time to wait: " + timeoutMillis);
    }
    if (bytes.chars().anyMatch(c -> c > 0xFF)) {
      throw new IllegalArgumentException("a char above 0xFF is not a byte");
    }
  }

  /** How the end of an answer is known. */
  public enum Reading {
    /** One HTTP/1.x answer, by its own length; interim (1xx) answers are skipped. */
    HTTP,
    /** All bytes until the other side closes. */
    UNTIL_CLOSE
  }

  /**
   * TLS from the client's side. Any certificate of the server is accepted.
   *
   * @param serverName the SNI as it is sent, any bytes (ISO-8859-1); empty sends none
   * @param key a PKCS12 file with the client's key and certificate, and its password
   */
  public record Tls(Optional<String> serverName, Optional<ClientKey> key) {}

  /**
   * The client's own certificate.
   *
   * @param file a PKCS12 file, by its absolute path, in the configuration's folder
   * @param password its password
   */
  public record ClientKey(String file, String password) {}

  /** The connection that a PROXY version 2 header tells of; both ends of one address family. */
  public record Proxied(Endpoint source, Endpoint destination) {}

  /** An HTTP request in plain text, five seconds' time. */
  public static RawRequest http(Endpoint to, String bytes) {
    return new RawRequest(
        to, Optional.empty(), Optional.empty(), Optional.empty(), Reading.HTTP, bytes, 5_000);
  }

  /** Bytes for a TCP service, read until it closes, five seconds' time. */
  public static RawRequest tcp(Endpoint to, String bytes) {
    return http(to, bytes).reading(Reading.UNTIL_CLOSE);
  }

  /** The same from this source address. */
  public RawRequest from(String address) {
    return new RawRequest(to, Optional.of(address), proxied, tls, reading, bytes, timeoutMillis);
  }

  /** The same behind a PROXY version 2 header. */
  public RawRequest proxied(Endpoint source, Endpoint destination) {
    return new RawRequest(
        to,
        from,
        Optional.of(new Proxied(source, destination)),
        tls,
        reading,
        bytes,
        timeoutMillis);
  }

  /**
   * The same through another door: it connects there, from where the kernel likes, and a PROXY
   * header tells who would have connected where.
   */
  public RawRequest through(Endpoint door, Endpoint source) {
    return new RawRequest(
        door,
        Optional.empty(),
        Optional.of(new Proxied(source, to)),
        tls,
        reading,
        bytes,
        timeoutMillis);
  }

  /** The same over TLS with this server name. */
  public RawRequest tls(String serverName) {
    return tls(new Tls(Optional.of(serverName), Optional.empty()));
  }

  /** The same over TLS. */
  public RawRequest tls(Tls tls) {
    return new RawRequest(to, from, proxied, Optional.of(tls), reading, bytes, timeoutMillis);
  }

  /** The same with this much time. */
  public RawRequest timeoutMillis(int millis) {
    return new RawRequest(to, from, proxied, tls, reading, bytes, millis);
  }

  /** The same, read in this way. */
  public RawRequest reading(Reading reading) {
    return new RawRequest(to, from, proxied, tls, reading, bytes, timeoutMillis);
  }
}
