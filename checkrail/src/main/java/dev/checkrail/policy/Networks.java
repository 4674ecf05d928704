package dev.checkrail.policy;

import dev.checkrail.model.Match.Network;
import java.util.Optional;

/** Reads {@code 10.0.0.0/8}, {@code 192.0.2.7}, {@code 2001:db8::/32}. */
final class Networks {
  private Networks() {}

  static Optional<Network> read(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    int bits = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
    int prefix = slash < 0 ? bits : number(text.substring(slash + 1), 128);
    return bits < 0 || prefix < 0 || prefix > bits
        ? Optional.empty()
        : Optional.of(new Network(address, prefix));
  }

  static boolean isAddress(String text) {
    return isIpv4(text) || isIpv6(text);
  }

  private static boolean isIpv4(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return false;
    }
    for (String part : parts) {
      if (number(part, 255) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isIpv6(String text) {
    if (text.length() > 45 || text.indexOf(':') < 0) {
      return false;
    }
    int gap = text.indexOf("::");
    if (gap < 0) {
      return groups(text) == 8;
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      return false;
    }
    int before = gap == 0 ? 0 : groups(text.substring(0, gap));
    int after = gap + 2 == text.length() ? 0 : groups(text.substring(gap + 2));
    return before >= 0 && after >= 0 && before + after < 8;
  }

  /** Number of 16-bit groups, an IPv4 address at the end counting two; -1 if it is none. */
  private static int groups(String text) {
    String[] parts = text.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && isIpv4(parts[i])) {
        count += 2;
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        count++;
      } else {
        return -1;
      }
    }
    return count;
  }

  private static int number(String text, int most) {
    if (text.isEmpty() || text.length() > 3 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int value = Integer.parseInt(text);
    return value <= most ? value : -1;
  }
}
