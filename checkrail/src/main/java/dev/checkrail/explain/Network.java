package dev.checkrail.explain;

import java.util.Optional;

/** An address and how many of its first bits count. */
record Network(Ip address, int prefix) {

  static Optional<Network> parse(String text) {
    int slash = text.lastIndexOf('/');
    Optional<Ip> address = Ip.parse(slash < 0 ? text : text.substring(0, slash));
    return address.flatMap(ip ->
        slash < 0
            ? Optional.of(new Network(ip, ip.six() ? 128 : 32))
            : prefix(text.substring(slash + 1), ip.six()).map(p -> new Network(ip, p)));
  }

  private static Optional<Integer> prefix(String text, boolean six) {
    if (text.matches("[0-9]{1,3}")) {
      int bits = Integer.parseInt(text);
      return bits <= (six ? 128 : 32) ? Optional.of(bits) : Optional.empty();
    }
    // A dotted mask of an IPv4 network, if its ones are all on the left.
    return Ip.parseFour(text)
        .filter(mask -> !six)
        .map(mask -> Long.bitCount(mask.low()))
        .filter(bits -> Ip.parseFour(text).get().equals(Ip.four(-1L).masked(bits)));
  }

  /** Whether an address of the same kind lies in it. */
  boolean holds(Ip ip) {
    return ip.six() == address.six() && ip.masked(prefix).equals(address.masked(prefix));
  }

  /** As HAProxy compares: an address of the other kind is translated where it can be. */
  boolean matches(Ip ip) {
    if (ip.six() == address.six()) {
      return holds(ip);
    }
    return ip.six() ? ip.embedded().filter(this::holds).isPresent() : holds(ip.mapped());
  }
}
