package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * One bound address and port of a frontend. A {@code bind} line with several addresses or a range
 * of ports is several listeners.
 *
 * @param address IP address; {@code *} for all IPv4, {@code ::} for all IPv6 addresses; a path for
 *     a UNIX socket
 * @param port 1 to 65535; 0 for a UNIX socket
 * @param tls whether the listener terminates TLS
 * @param certificates {@code crt} files and directories in order, the first one being the default
 * @param certificateLists {@code crt-list} files in order
 * @param acceptProxy whether the client's address comes from a PROXY header
 * @param options all other parameters ({@code ssl-min-ver}, {@code alpn}, {@code strict-sni} …)
 * @param span the address in the {@code bind} line
 */
public record Listener(
    String address,
    int port,
    boolean tls,
    List<String> certificates,
    List<String> certificateLists,
    boolean acceptProxy,
    List<Setting> options,
    Span span) {
  public Listener {
    certificates = List.copyOf(certificates);
    certificateLists = List.copyOf(certificateLists);
    options = List.copyOf(options);
  }

  /** {@code 127.0.0.1:8080}, {@code *:443}, {@code [::1]:80}, or {@code unix@/path}. */
  public String key() {
    if (port == 0) {
      return "unix@" + address;
    }
    return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + port;
  }
}
