package dev.checkrail.read.haproxy.lower;

import java.util.Optional;

/**
 * An address as {@code bind} and {@code server} write it [4.2 bind, 5.2].
 *
 * @param host literal address, name, or path; {@code *} or empty as written
 * @param port the text behind the last colon; empty if there is none
 * @param local whether it is a UNIX, abstract or inherited socket
 */
record Endpoint(String host, String port, boolean local) {
  static Endpoint parse(String text) {
    String rest = text.startsWith("stream+") ? text.substring("stream+".length()) : text;
    boolean six = false;
    for (String family :
        new String[] {
          "ip@", "ipv4@", "ipv6@", "tcp4@", "tcp6@", "tcp@", "quic4@", "quic6@", "udp@", "udp4@",
          "udp6@"
        }) {
      if (rest.startsWith(family)) {
        rest = rest.substring(family.length());
        six = family.equals("ipv6@") || family.equals("tcp6@") || family.equals("quic6@");
        break;
      }
    }
    for (String family : new String[] {"unix@", "uxst@"}) {
      if (rest.startsWith(family)) {
        return new Endpoint(rest.substring(family.length()), "", true);
      }
    }
    if (rest.startsWith("/")
        || rest.startsWith("abns@")
        || rest.startsWith("fd@")
        || rest.startsWith("sockpair@")) {
      return new Endpoint(rest, "", true);
    }
    int colon = rest.lastIndexOf(':');
    int bracket = rest.lastIndexOf(']');
    String host = colon > bracket ? rest.substring(0, colon) : rest;
    String port = colon > bracket ? rest.substring(colon + 1) : "";
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (six && (host.isEmpty() || host.equals("*"))) {
      host = "::";
    }
    return new Endpoint(host, port, false);
  }

  /** Whether it begins with the name of an address family that HAProxy 2.6 does not know. */
  boolean ofUnknownFamily() {
    return !local && host.indexOf('@') >= 0;
  }

  /** Whether the host has to be looked up. */
  boolean byName() {
    return !local
        && !host.isEmpty()
        && !host.equals("*")
        && !Networks.isFullIpv4(host)
        && !Networks.isIpv6(host);
  }

  /** Whether it stands for all addresses. */
  boolean any() {
    return !local
        && (host.isEmpty() || host.equals("*") || host.equals("0.0.0.0") || host.equals("::"));
  }

  /** A port: HAProxy takes the leading digits and leaves the rest. */
  static Optional<Integer> number(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    if (end == 0 || end > 9) {
      return Optional.empty();
    }
    int port = Integer.parseInt(text.substring(0, end));
    return port <= 65535 ? Optional.of(port) : Optional.empty();
  }
}
