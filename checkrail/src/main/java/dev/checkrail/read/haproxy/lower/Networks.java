package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Match;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses and networks as HAProxy writes them. Never resolves a name. */
final class Networks {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){0,3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private Networks() {}

  /** {@code 10.0.0.0/8}, {@code 10/8}, {@code 10.0.0.0/255.0.0.0}, {@code ::1}; empty if a name. */
  static Optional<Match.Network> parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    String mask = slash < 0 ? "" : text.substring(slash + 1);
    if (isIpv4(address)) {
      // A short form is filled up with zeros behind what is given.
      String[] bytes = address.split("\\.", -1);
      if (bytes.length < 4 && slash < 0) {
        return Optional.empty();
      }
      StringBuilder whole = new StringBuilder(address);
      for (int i = bytes.length; i < 4; i++) {
        whole.append(".0");
      }
      return (slash < 0 ? Optional.of(32) : prefix(mask, 32))
          .map(prefix -> new Match.Network(whole.toString(), prefix));
    }
    if (isIpv6(address)) {
      return (slash < 0 ? Optional.of(128) : prefix(mask, 128))
          .map(prefix -> new Match.Network(address, prefix));
    }
    return Optional.empty();
  }

  static boolean isIpv4(String text) {
    if (!IPV4.matcher(text).matches()) {
      return false;
    }
    for (String part : text.split("\\.", -1)) {
      if (Integer.parseInt(part) > 255) {
        return false;
      }
    }
    return true;
  }

  static boolean isFullIpv4(String text) {
    return isIpv4(text) && text.chars().filter(c -> c == '.').count() == 3;
  }

  static boolean isIpv6(String text) {
    return text.length() <= 45
        && IPV6.matcher(text).matches()
        && text.indexOf(':') != text.lastIndexOf(':');
  }

  /**
   * A length in bits, from {@code 24}, {@code 255.255.255.0} or {@code ffff::}; empty if it has
   * holes.
   */
  static Optional<Integer> prefix(String mask, int bits) {
    if (mask.matches("\\d{1,3}")) {
      int prefix = Integer.parseInt(mask);
      return prefix <= bits ? Optional.of(prefix) : Optional.empty();
    }
    if (bits == 32 && isFullIpv4(mask)) {
      long value = 0;
      for (String part : mask.split("\\.", -1)) {
        value = value << 8 | Integer.parseInt(part);
      }
      int ones = Long.bitCount(value);
      long straight = ones == 0 ? 0 : (0xffffffffL << (32 - ones)) & 0xffffffffL;
      return value == straight ? Optional.of(ones) : Optional.empty();
    }
    return Optional.empty();
  }
}
