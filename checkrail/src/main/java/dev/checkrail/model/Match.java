package dev.checkrail.model;

import java.util.List;
import java.util.OptionalLong;

/** How one value is compared [7.1]. Several patterns are alternatives; none matches nothing. */
public sealed interface Match {

  /** Text against texts; case folding is ASCII. */
  record Text(Kind kind, List<String> patterns, boolean ignoreCase) implements Match {
    public Text {
      patterns = List.copyOf(patterns);
    }
  }

  /** Ways to compare texts. */
  enum Kind {
    /** {@code str}. */
    EXACT,
    /** {@code beg}. */
    PREFIX,
    /** {@code end}. */
    SUFFIX,
    /** {@code sub}. */
    SUBSTRING,
    /** {@code dir}: the pattern stands between delimiters {@code / ?} or ends of the text. */
    PATH_SEGMENT,
    /** {@code dom}: the same with delimiters {@code / ? . :}. */
    DOMAIN
  }

  /** {@code reg}: the regular expression (PCRE) is found somewhere in the text. */
  record Regex(List<String> patterns, boolean ignoreCase) implements Match {
    public Regex {
      patterns = List.copyOf(patterns);
    }
  }

  /** {@code len}: the text's length in bytes. */
  record Length(List<Range> ranges) implements Match {
    public Length {
      ranges = List.copyOf(ranges);
    }
  }

  /** {@code int}: a number in one of these ranges. */
  record Numbers(List<Range> ranges) implements Match {
    public Numbers {
      ranges = List.copyOf(ranges);
    }
  }

  /** From {@code low} to {@code high}, both included; an absent bound is open. */
  record Range(OptionalLong low, OptionalLong high) {}

  /** {@code ip}: an address in one of these networks. */
  record Addresses(List<Network> networks) implements Match {
    public Addresses {
      networks = List.copyOf(networks);
    }
  }

  /**
   * A network.
   *
   * @param address literal IPv4 or IPv6 address
   * @param prefix length in bits, 0 to 32 or 128
   */
  record Network(String address, int prefix) {}

  /** {@code found}: there is a value. */
  record Found() implements Match {}

  /** {@code bool}: a flag that is set, or a number that is not zero. */
  record True() implements Match {}
}
