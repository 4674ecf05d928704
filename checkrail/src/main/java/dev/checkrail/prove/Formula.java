package dev.checkrail.prove;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * A set of requests, written as a boolean combination of tests on what the client sent. Made only
 * by {@link Formulas}, which gives equal formulas the same object, so identity is equality.
 */
sealed interface Formula {

  /** Place in the table of {@link Formulas}; children have smaller ones. */
  int id();

  /** All or no requests. */
  record Constant(int id, boolean value) implements Formula {}

  /**
   * The field is present and its value is in the set.
   *
   * @param values {@link Values.Texts}, {@link Values.Numbers}, {@link Values.InNetworks}, or
   *     {@link Values.Any} for presence
   */
  record Test(int id, Field field, Values values) implements Formula {}

  /**
   * An unknown boolean. Two are the same if key and arrivals are: an unknown function gives equal
   * answers only where it is asked in the same place about the same requests.
   *
   * @param key what is asked, of what
   * @param arrivals which requests come to it; empty for a function of the request alone that does
   *     not depend on who else comes
   * @param span the line to blame
   * @param reason why it is unknown
   */
  record Unknown(
      int id, String key, Optional<Formula> arrivals, Span span, String text, String reason)
      implements Formula {}

  /** In all parts. */
  record And(int id, List<Formula> parts) implements Formula {
    public And {
      parts = List.copyOf(parts);
    }
  }

  /** In some part. */
  record Or(int id, List<Formula> parts) implements Formula {
    public Or {
      parts = List.copyOf(parts);
    }
  }

  /** Not in the part. */
  record Not(int id, Formula part) implements Formula {}
}
