package dev.checkrail.model;

import java.util.List;

/**
 * A text with computed parts (HAProxy's log-format in rules [8.2.6]): the parts' texts one after
 * another. An expression without value contributes nothing.
 *
 * @param text as written
 */
public record Template(List<Part> parts, String text) {
  public Template {
    parts = List.copyOf(parts);
  }

  /** A piece of a template. */
  public sealed interface Part {
    /** Fixed text. */
    record Literal(String text) implements Part {}

    /** A sample's last value, as text. */
    record Expression(Sample sample) implements Part {}

    /** A piece that is not modelled. */
    record Unknown(Unmodelled why) implements Part {}
  }

  /** A template of fixed text. */
  public static Template of(String literal) {
    return new Template(
        literal.isEmpty() ? List.of() : List.of(new Part.Literal(literal)), literal);
  }
}
