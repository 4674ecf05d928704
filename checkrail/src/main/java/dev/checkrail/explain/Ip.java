package dev.checkrail.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address.
 *
 * @param six whether it is IPv6
 * @param high upper 64 bits, 0 for IPv4
 * @param low lower 64 bits; 32 of them for IPv4
 */
record Ip(boolean six, long high, long low) {
  private static final Pattern LEADING_ZERO = Pattern.compile("(^|\\.)0[0-9]");

  static Ip four(long bits) {
    return new Ip(false, 0, bits & 0xffffffffL);
  }

  /** A literal in either form, nothing before or after it. */
  static Optional<Ip> parse(String text) {
    Optional<Ip> four = parseFour(text);
    return four.isPresent() ? four : parseSix(text);
  }

  static Optional<Ip> parseFour(String text) {
    String[] octets = text.split("\\.", -1);
    if (octets.length != 4) {
      return Optional.empty();
    }
    long bits = 0;
    for (String octet : octets) {
      if (octet.isEmpty() || !octet.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Optional.empty();
      }
      String digits = octet.replaceFirst("^0+(?=.)", "");
      if (digits.length() > 3 || Integer.parseInt(digits) > 255) {
        return Optional.empty();
      }
      bits = bits << 8 | Integer.parseInt(digits);
    }
    return Optional.of(four(bits));
  }

  static Optional<Ip> parseSix(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    Optional<List<Integer>> before = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
    Optional<List<Integer>> after =
        gap < 0 ? Optional.of(List.of()) : groups(text.substring(gap + 2), true);
    if (before.isEmpty() || after.isEmpty()) {
      return Optional.empty();
    }
    int given = before.get().size() + after.get().size();
    if (gap < 0 ? given != 8 : given > 7) {
      return Optional.empty();
    }
    List<Integer> words = new ArrayList<>(before.get());
    for (int i = given; i < 8; i++) {
      words.add(0);
    }
    words.addAll(after.get());
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | words.get(i);
      low = low << 16 | words.get(i + 4);
    }
    return Optional.of(new Ip(true, high, low));
  }

  private static Optional<List<Integer>> groups(String text, boolean last) {
    List<Integer> words = new ArrayList<>();
    if (text.isEmpty()) {
      return Optional.of(words);
    }
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      if (last && i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        Optional<Ip> four = parseFour(parts[i]);
        // Unlike an address by itself, here an octet has no leading zeros [inet_pton].
        if (four.isEmpty() || LEADING_ZERO.matcher(parts[i]).find()) {
          return Optional.empty();
        }
        words.add((int) (four.get().low >> 16));
        words.add((int) (four.get().low & 0xffff));
      } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
        words.add(Integer.parseInt(parts[i], 16));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(words);
  }

  /** Only the first bits kept. */
  Ip masked(int prefix) {
    if (!six) {
      return four(prefix <= 0 ? 0 : low & (-1L << (32 - prefix)));
    }
    long top = prefix <= 0 ? 0 : prefix >= 64 ? -1L : -1L << (64 - prefix);
    long bottom = prefix <= 64 ? 0 : prefix >= 128 ? -1L : -1L << (128 - prefix);
    return new Ip(true, high & top, low & bottom);
  }

  /** {@code ::ffff:a.b.c.d}. */
  Ip mapped() {
    return six ? this : new Ip(true, 0, 0xffff00000000L | low);
  }

  /**
   * The IPv4 address that HAProxy sees in an IPv6 one when it compares with IPv4 networks: mapped,
   * compatible, or 6to4.
   */
  Optional<Ip> embedded() {
    if (!six) {
      return Optional.of(this);
    }
    if (high == 0 && (low >>> 32 == 0 || low >>> 32 == 0xffffL)) {
      return Optional.of(four(low));
    }
    return high >>> 48 == 0x2002L ? Optional.of(four(high >>> 16)) : Optional.empty();
  }

  /** As {@code inet_ntop} writes it. */
  @Override
  public String toString() {
    if (!six) {
      return (low >>> 24 & 255)
          + "."
          + (low >>> 16 & 255)
          + "."
          + (low >>> 8 & 255)
          + "."
          + (low & 255);
    }
    int[] words = new int[8];
    for (int i = 0; i < 4; i++) {
      words[i] = (int) (high >>> (48 - 16 * i) & 0xffff);
      words[i + 4] = (int) (low >>> (48 - 16 * i) & 0xffff);
    }
    int best = -1;
    int length = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && words[i + run] == 0) {
        run++;
      }
      if (run > length) {
        best = i;
        length = run;
      }
      i += run;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (best >= 0 && i >= best && i < best + length) {
        out.append(i == best ? ":" : "");
        continue;
      }
      out.append(i == 0 ? "" : ":");
      if (i == 6
          && best == 0
          && (length == 6
              || (length == 7 && words[7] != 1)
              || (length == 5 && words[5] == 0xffff))) {
        return out.append(four(low)).toString();
      }
      out.append(Integer.toHexString(words[i]));
    }
    return best >= 0 && best + length == 8 ? out.append(':').toString() : out.toString();
  }
}
