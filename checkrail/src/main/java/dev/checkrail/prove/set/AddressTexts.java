package dev.checkrail.prove.set;

import java.util.List;

/**
 * The texts of IPv6 addresses [RFC 4291, 2.2], for networks: groups of one to four hexadecimal
 * digits in any case, one run of zero groups left out as {@code ::}, the last two groups perhaps as
 * four decimal octets.
 *
 * <p>All networks are one nondeterministic automaton: how many groups {@code ::} stands for is
 * guessed, and the guess is right if the text ends after the eighth group. So a list of networks
 * costs about as much as its distinct beginnings.
 */
public final class AddressTexts {
  private static final int GROUPS = 8;

  /** From here on the last two groups can be written as octets. */
  private static final int QUAD = 6;

  private final Nfa nfa;
  private final int end;

  private AddressTexts(Nfa nfa) {
    this.nfa = nfa;
    this.end = nfa.state();
    nfa.accept(end);
  }

  /**
   * A network.
   *
   * @param bytes sixteen characters of 0 to 255
   * @param bits how many of them count, 0 to 128
   */
  public record Network(String bytes, int bits) {
    public Network {
      if (bytes.length() != 16 || bits < 0 || bits > 128) {
        throw new IllegalArgumentException("a network has 16 bytes and 0 to 128 bits");
      }
    }

    /** The smallest and largest number of a part of so many bits that starts at a bit. */
    private int[] range(int from, int width) {
      int value = 0;
      for (int i = from / 8; i < (from + width) / 8; i++) {
        value = value << 8 | bytes.charAt(i);
      }
      int fixed = Math.max(0, Math.min(width, bits - from));
      int open = (1 << (width - fixed)) - 1;
      return new int[] {value & ~open, value | open};
    }
  }

  /**
   * The texts of the addresses that lie in one of the networks.
   *
   * @throws BudgetExceeded if there are too many
   */
  public static Language of(List<Network> networks) {
    Nfa nfa = new Nfa(Budget.STANDARD);
    AddressTexts texts = new AddressTexts(nfa);
    int start = nfa.state();
    for (Network network : networks) {
      nfa.jump(start, texts.network(network));
    }
    return Language.of(Minimize.minimize(nfa.determinize(start)), Budget.STANDARD);
  }

  /** The state before the first group. */
  private int network(Network network) {
    int[] left = new int[GROUPS];
    int[] right = new int[GROUPS];
    for (int g = 0; g < GROUPS; g++) {
      left[g] = nfa.state();
      right[g] = nfa.state();
    }
    for (int g = 0; g < GROUPS; g++) {
      int[] range = network.range(16 * g, 16);
      int behind = nfa.state();
      group(left[g], range, behind);
      int behindRight = nfa.state();
      group(right[g], range, behindRight);
      if (g + 1 == GROUPS) {
        nfa.jump(behind, end);
        nfa.jump(behindRight, end);
      } else {
        nfa.edge(behind, ':', ':', left[g + 1]);
        nfa.edge(behindRight, ':', ':', right[g + 1]);
      }
      gap(behind, g + 1, network, right);
    }
    gap(left[0], 0, network, right);
    int quad = quad(network);
    nfa.jump(left[QUAD], quad);
    nfa.jump(right[QUAD], quad);
    return left[0];
  }

  /** "::" after so many groups, for one group or more that can be zero. */
  private void gap(int from, int group, Network network, int[] right) {
    if (group == GROUPS) {
      return;
    }
    int middle = nfa.state();
    int behind = nfa.state();
    nfa.edge(from, ':', ':', middle);
    nfa.edge(middle, ':', ':', behind);
    for (int g = group; g < GROUPS && network.range(16 * g, 16)[0] == 0; g++) {
      nfa.jump(behind, g + 1 == GROUPS ? end : right[g + 1]);
    }
  }

  /** One to four digits whose number lies in a range. */
  private void group(int from, int[] range, int to) {
    for (int length = 1; length <= 4; length++) {
      int most = (1 << (4 * length)) - 1;
      if (range[0] <= most) {
        digits(from, range[0], Math.min(range[1], most), length, to);
      }
    }
  }

  /** So many digits, leading zeros among them, of a range that begins and ends at one power of 2. */
  private void digits(int from, int low, int high, int length, int to) {
    int state = from;
    for (int i = length - 1; i >= 0; i--) {
      int next = i == 0 ? to : nfa.state();
      int least = low >> (4 * i) & 0xf;
      int last = high >> (4 * i) & 0xf;
      hexadecimal(state, least, last, next);
      state = next;
    }
  }

  private void hexadecimal(int from, int low, int high, int to) {
    if (low <= 9) {
      nfa.edge(from, '0' + low, '0' + Math.min(9, high), to);
    }
    if (high >= 10) {
      int first = Math.max(10, low) - 10;
      nfa.edge(from, 'a' + first, 'a' + high - 10, to);
      nfa.edge(from, 'A' + first, 'A' + high - 10, to);
    }
  }

  /** The last two groups as four decimal numbers without leading zeros. */
  private int quad(Network network) {
    int start = nfa.state();
    int state = start;
    for (int i = 0; i < 4; i++) {
      int[] range = network.range(16 * QUAD + 8 * i, 8);
      Language octet = Language.integers(range[0], range[1], false, false);
      int base = nfa.copy(octet.dfa());
      nfa.jump(state, base + octet.dfa().start());
      int next = i == 3 ? end : nfa.state();
      for (int s = 0; s < octet.dfa().size(); s++) {
        if (octet.dfa().label(s) != 0) {
          if (i == 3) {
            nfa.jump(base + s, end);
          } else {
            nfa.edge(base + s, '.', '.', next);
          }
        }
      }
      state = next;
    }
    return start;
  }
}
