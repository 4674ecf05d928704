package dev.checkrail.rehearse.agent;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A literal address and a port, inside the sandbox. Names are refused: nothing is ever resolved.
 *
 * @param address an IPv4 or IPv6 literal, without brackets
 * @param port 0 to 65535; 0 only where a free port is to be chosen
 */
public record Endpoint(String address, int port) {
  /** Refuses a name, and a port out of range, with {@link IllegalArgumentException}. */
  public Endpoint {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port out of range: " + port);
    }
    address = InetAddress.ofLiteral(address).getHostAddress();
  }

  /** Reads {@code 10.0.0.5:8080} or {@code [2001:db8::1]:8080}. */
  public static Endpoint of(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("no port in: " + text);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("no port in: " + text, e);
    }
  }

  static Endpoint of(InetSocketAddress socket) {
    return new Endpoint(socket.getAddress().getHostAddress(), socket.getPort());
  }

  InetSocketAddress socket() {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  @Override
  public String toString() {
    return address.indexOf(':') < 0 ? address + ":" + port : "[" + address + "]:" + port;
  }
}
