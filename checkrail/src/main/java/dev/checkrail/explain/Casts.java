package dev.checkrail.explain;

import java.math.BigInteger;
import java.util.Optional;

/**
 * The casts between the types of samples. Empty: no value, or the cast does not exist. Unknown
 * values and draws must not come here.
 */
final class Casts {
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);

  private Casts() {}

  static Optional<String> text(Value value) {
    return switch (value) {
      case Value.Text text -> Optional.of(text.bytes());
      case Value.Number number -> Optional.of(Long.toString(number.value()));
      case Value.Flag flag -> Optional.of(flag.set() ? "1" : "0");
      case Value.Address address -> Optional.of(address.ip().toString());
      case Value.Unknown unknown -> Optional.empty();
      case Value.Chance chance -> Optional.empty();
    };
  }

  static Optional<Long> number(Value value) {
    return switch (value) {
      case Value.Text text ->
          text.bytes().isEmpty() ? Optional.empty() : Optional.of(digits(text.bytes()));
      case Value.Number number -> Optional.of(number.value());
      case Value.Flag flag -> Optional.of(flag.set() ? 1L : 0L);
      case Value.Address address ->
          address.ip().six() ? Optional.empty() : Optional.of(address.ip().low());
      case Value.Unknown unknown -> Optional.empty();
      case Value.Chance chance -> Optional.empty();
    };
  }

  static Optional<Ip> address(Value value) {
    return switch (value) {
      case Value.Text text -> address(text.bytes());
      case Value.Number number -> Optional.of(Ip.four(number.value()));
      case Value.Flag flag -> Optional.empty();
      case Value.Address address -> Optional.of(address.ip());
      case Value.Unknown unknown -> Optional.empty();
      case Value.Chance chance -> Optional.empty();
    };
  }

  /** Four octets, then whatever comes after a byte that is neither digit nor dot; else IPv6. */
  private static Optional<Ip> address(String text) {
    int end = 0;
    while (end < text.length() && ".0123456789".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    Optional<Ip> four = Ip.parseFour(text.substring(0, end));
    return four.isPresent() ? four : Ip.parseSix(text);
  }

  /** As {@code hdr_ip}: an IPv4 address with nothing or a port behind it, or an IPv6 address. */
  static Optional<Ip> addressWithPort(String text) {
    int colon = text.indexOf(':');
    if (colon > 0 && Ip.parseFour(text.substring(0, colon)).isPresent()) {
      String port = text.substring(colon + 1);
      boolean fits = port.matches("[0-9]{1,9}") && Integer.parseInt(port) <= 65535;
      return fits ? Ip.parseFour(text.substring(0, colon)) : Optional.empty();
    }
    return Ip.parse(text);
  }

  /** Sign and leading digits, at the ends of the range if it is too large. */
  static long digits(String text) {
    int start = !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
    int end = start;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    if (end == start) {
      return 0;
    }
    BigInteger number = new BigInteger(text.substring(start, end));
    return saturate(text.charAt(0) == '-' ? number.negate() : number);
  }

  static long saturate(BigInteger number) {
    return number.min(MAX).max(MIN).longValueExact();
  }
}
