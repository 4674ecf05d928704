package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.Optional;

/** A function from value to value [7.3.1]; "no value" as result makes the sample have no value. */
public sealed interface Converter {

  /** {@code lower}: ASCII letters only. */
  record Lower() implements Converter {}

  /** {@code upper}: ASCII letters only. */
  record Upper() implements Converter {}

  /**
   * {@code field(index, delimiters, count)}: fields are separated by each single delimiter, so they
   * may be empty; no value if there is no such field.
   *
   * @param index from 1 from the start, from -1 from the end
   * @param delimiters set of bytes
   * @param count how many fields from there on, 0 for all that follow
   */
  record Field(int index, String delimiters, int count) implements Converter {}

  /** {@code word(index, delimiters, count)}: as {@link Field}, runs of delimiters count as one. */
  record Word(int index, String delimiters, int count) implements Converter {}

  /** {@code regsub(regex, replacement, flags)}: {@code g} all matches, {@code i} ignoring case. */
  record Substitute(String regex, String replacement, boolean all, boolean ignoreCase)
      implements Converter {}

  /**
   * {@code map…(file, default)}: the value of the entry that the input matches; the default if none
   * does; no value without default.
   */
  record Map(MapTable table, Optional<String> otherwise) implements Converter {}

  /** {@code url_dec}: no value where an escape is broken; {@code inForm}: {@code +} is a blank. */
  record UrlDecode(boolean inForm) implements Converter {}

  /** {@code host_only}: without port. */
  record HostOnly() implements Converter {}

  /** {@code port_only}: number, 0 where there is none. */
  record PortOnly() implements Converter {}

  /** {@code length}: number of bytes. */
  record Length() implements Converter {}

  /** {@code bytes(offset, length)}; length -1 for the rest; the empty text past the end. */
  record Bytes(int offset, int length) implements Converter {}

  /**
   * {@code ipmask(mask4, mask6)}: prefix lengths. If {@code prefix6} is -1 no second mask is given:
   * an IPv6 address then has no value, unless it is an IPv4 address in IPv6 form.
   */
  record NetworkMask(int prefix4, int prefix6) implements Converter {}

  /** {@code iif(whenTrue, whenFalse)} on a flag. */
  record Choose(String whenTrue, String whenFalse) implements Converter {}

  /** {@code not} on a flag. */
  record Negate() implements Converter {}

  /** {@code bool} on a number: non-zero. */
  record NonZero() implements Converter {}

  /** {@code add}, {@code sub}, {@code mul}, {@code div}, {@code mod} with a constant; 64 bit. */
  record Arithmetic(Operator operator, long operand) implements Converter {}

  /** Arithmetic operators on numbers. */
  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MODULO
  }

  /** {@code rtrim(chars)} / {@code ltrim(chars)}. */
  record Trim(boolean left, String characters) implements Converter {}

  /**
   * The implicit cast of a text to a number: an optional sign and the decimal digits that follow, 0
   * if there are none; no value if the text is empty. Numbers and flags stay as they are.
   */
  record ToNumber() implements Converter {}

  /**
   * The implicit cast of a text to an address: no value if it is none. Addresses stay as they are.
   *
   * @param withPort whether an IPv4 address may have a port behind it ({@code hdr_ip}), which is
   *     dropped
   */
  record ToAddress(boolean withPort) implements Converter {
    /** The plain cast. */
    public ToAddress() {
      this(false);
    }
  }

  /** The implicit cast of a number, address or flag to text. */
  record ToText() implements Converter {}

  /** A converter that is not modelled: an unknown function of its input. */
  record Unknown(String text, String reason, Span span) implements Converter {}
}
