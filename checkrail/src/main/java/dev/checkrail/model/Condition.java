package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;

/** What must hold of a request for a rule to act [HAProxy manual 7]. */
public sealed interface Condition {

  /** Holds for every request. */
  record Always() implements Condition {}

  /** Holds if all parts hold; an empty list holds. */
  record All(List<Condition> parts) implements Condition {
    public All {
      parts = List.copyOf(parts);
    }
  }

  /** Holds if some part holds; an empty list does not. Several ACL lines of one name are this. */
  record Any(List<Condition> parts) implements Condition {
    public Any {
      parts = List.copyOf(parts);
    }
  }

  /** Holds if the part does not. A test whose fetch has no value fails, so its negation holds. */
  record Not(Condition part) implements Condition {}

  /**
   * A named ACL as used in a condition; means its definition. Named so that reports can speak of
   * it.
   *
   * @param name the ACL's name
   * @param definition what its lines say
   */
  record Named(String name, Condition definition) implements Condition {}

  /**
   * Holds if <i>any</i> value of the sample matches. A fetch that yields several values (header
   * lines, comma-separated parts, cookies of one name) is tried value by value, each through all
   * converters. A sample without value fails, also for {@link Match.Numbers} and the like; only
   * {@link Match.Found} asks for presence itself.
   *
   * @param span the ACL line or the anonymous ACL
   * @param text as written, secrets removed
   */
  record Test(Sample sample, Match match, Span span, String text) implements Condition {}

  /** An unknown function of the request as it stands at this point. */
  record Unknown(Unmodelled why) implements Condition {}
}
