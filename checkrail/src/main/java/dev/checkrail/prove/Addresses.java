package dev.checkrail.prove;

import dev.checkrail.model.Match;
import dev.checkrail.prove.set.AddressTexts;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * IP addresses as words of four or sixteen bytes, and networks as languages over such words. The
 * proxy compares an IPv6 address with an IPv4 network if it is an IPv4 address in disguise
 * (IPv4-mapped, or 6to4), and an IPv4 address with an IPv6 network as IPv4-mapped address.
 */
final class Addresses {
  private static final String MAPPED = "\0\0\0\0\0\0\0\0\0\0\u00ff\u00ff";
  private static final String COMPATIBLE = "\0\0\0\0\0\0\0\0\0\0\0\0";
  private static final String SIX_TO_FOUR = "\u0020\u0002";
  static final Language WELL_FORMED = Language.length(4, 4).union(Language.length(16, 16));

  /** Every address. */
  static final Values.InNetworks ALL =
      new Values.InNetworks(
          WELL_FORMED, List.of(new AddressTexts.Network("\0".repeat(16), 0)));

  private Addresses() {}

  /** The bytes of a literal address. */
  static Optional<String> parse(String text) {
    int colon = text.indexOf(':');
    return colon < 0 ? parseFour(text) : parseSix(text);
  }

  private static Optional<String> parseFour(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length != 4) {
      return Optional.empty();
    }
    StringBuilder bytes = new StringBuilder(4);
    for (String part : parts) {
      if (part.isEmpty()
          || part.length() > 3
          || !part.chars().allMatch(c -> c >= '0' && c <= '9')
          || (part.length() > 1 && part.charAt(0) == '0')) {
        return Optional.empty();
      }
      int octet = Integer.parseInt(part);
      if (octet > 255) {
        return Optional.empty();
      }
      bytes.append((char) octet);
    }
    return Optional.of(bytes.toString());
  }

  private static Optional<String> parseSix(String text) {
    String rest = text;
    Optional<String> four = Optional.empty();
    int dot = text.indexOf('.');
    if (dot >= 0) {
      int cut = text.lastIndexOf(':', dot);
      if (cut < 0) {
        return Optional.empty();
      }
      four = parseFour(text.substring(cut + 1));
      if (four.isEmpty()) {
        return Optional.empty();
      }
      String bytes = four.get();
      rest =
          text.substring(0, cut + 1)
              + Integer.toHexString(bytes.charAt(0) << 8 | bytes.charAt(1))
              + ":"
              + Integer.toHexString(bytes.charAt(2) << 8 | bytes.charAt(3));
    }
    int gap = rest.indexOf("::");
    if (gap >= 0 && rest.indexOf("::", gap + 1) >= 0) {
      return Optional.empty();
    }
    Optional<String> head = groups(gap < 0 ? rest : rest.substring(0, gap));
    Optional<String> tail = gap < 0 ? Optional.of("") : groups(rest.substring(gap + 2));
    if (head.isEmpty() || tail.isEmpty()) {
      return Optional.empty();
    }
    int missing = 16 - head.get().length() - tail.get().length();
    if (gap < 0 ? missing != 0 : missing < 2) {
      return Optional.empty();
    }
    return Optional.of(head.get() + "\0".repeat(missing) + tail.get());
  }

  private static Optional<String> groups(String text) {
    if (text.isEmpty()) {
      return Optional.of("");
    }
    StringBuilder bytes = new StringBuilder(16);
    for (String group : text.split(":", -1)) {
      if (group.isEmpty()
          || group.length() > 4
          || !group.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128)) {
        return Optional.empty();
      }
      int value = Integer.parseInt(group, 16);
      bytes.append((char) (value >> 8)).append((char) (value & 0xff));
    }
    return Optional.of(bytes.toString());
  }

  /** The usual text of an address: dotted, or groups with the longest run of zeros cut out. */
  static String text(String bytes) {
    if (bytes.length() == 4) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 4; i++) {
        text.append(i == 0 ? "" : ".").append((int) bytes.charAt(i));
      }
      return text.toString();
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = bytes.charAt(2 * i) << 8 | bytes.charAt(2 * i + 1);
    }
    int best = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int j = i;
      while (j < 8 && groups[j] == 0) {
        j++;
      }
      if (j - i > bestLength) {
        best = i;
        bestLength = j - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == best) {
        text.append("::");
        i += bestLength - 1;
        continue;
      }
      if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  /** The addresses that lie in one of the networks. */
  static Values.InNetworks in(List<Match.Network> networks) {
    List<Language> all = new ArrayList<>();
    List<AddressTexts.Network> six = new ArrayList<>();
    for (Match.Network network : networks) {
      Optional<String> parsed = parse(network.address());
      if (parsed.isEmpty()) {
        continue;
      }
      String bytes = parsed.get();
      Language own = network(bytes, network.prefix());
      all.add(own);
      if (bytes.length() == 4) {
        for (String before : List.of(MAPPED, COMPATIBLE)) {
          all.add(Language.exact(before).concat(own));
          six.add(new AddressTexts.Network(before + bytes, 96 + network.prefix()));
        }
        all.add(Language.sequence(Language.exact(SIX_TO_FOUR), own, Language.length(10, 10)));
        six.add(
            new AddressTexts.Network(
                SIX_TO_FOUR + bytes + "\0".repeat(10), 16 + network.prefix()));
      } else {
        six.add(new AddressTexts.Network(bytes, network.prefix()));
        Language inside = own.intersect(Language.prefix(MAPPED)).afterPrefix(MAPPED);
        if (!inside.isEmpty()) {
          all.add(inside);
        }
      }
    }
    return new Values.InNetworks(Language.union(all), six);
  }

  private static Language network(String bytes, int prefix) {
    int whole = prefix / 8;
    int bits = prefix % 8;
    Language result = Language.exact(bytes.substring(0, whole));
    int rest = bytes.length() - whole;
    if (bits > 0) {
      int low = bytes.charAt(whole) & (0xff << (8 - bits));
      int high = low | (0xff >> bits);
      result = result.concat(Language.oneOf(ByteSet.range(low, high)));
      rest--;
    }
    return rest == 0 ? result : result.concat(Language.length(rest, rest));
  }

  /**
   * The texts that the proxy reads as one of these addresses: for IPv4 four octets, leading zeros
   * allowed, and behind them a port of at most 65535 ({@code hdr_ip}), or else whatever follows the
   * first byte that is neither digit nor dot (the cast); for IPv6 nothing but the address.
   *
   * @param withPort whether it is read as {@code hdr_ip} does
   */
  static Language texts(Values.InNetworks networks, boolean withPort) {
    Language four = octets(networks.language.intersect(Language.length(4, 4)), 4);
    return four.concat(withPort ? PORT : ANYTHING).union(AddressTexts.of(networks.six));
  }

  private static final Language PORT =
      Language.exact(":")
          .concat(Language.integers(0, 65_535, true, false).intersect(Language.length(1, 9)))
          .optional();

  private static final Language ANYTHING =
      Language.oneOf(ByteSet.DIGITS.or(ByteSet.of(".")).not()).concat(Language.all()).optional();

  /** Texts of the words of so many bytes; bytes that lead to the same rest are taken together. */
  private static Language octets(Language words, int count) {
    if (count == 0) {
      return words;
    }
    Map<Language, List<Language>> byRest = new LinkedHashMap<>();
    for (int b = 0; b < 256; b++) {
      Language rest = words.afterPrefix(String.valueOf((char) b));
      if (!rest.isEmpty()) {
        byRest
            .computeIfAbsent(rest, r -> new ArrayList<>())
            .add(Language.exact(Integer.toString(b)));
      }
    }
    Language zeros = Language.manyOf(ByteSet.of('0'));
    List<Language> all = new ArrayList<>();
    byRest.forEach((rest, numbers) -> {
      Language here = zeros.concat(Language.union(numbers));
      Language more = octets(rest, count - 1);
      all.add(count == 1 ? here : Language.sequence(here, Language.exact("."), more));
    });
    return Language.union(all);
  }
}
