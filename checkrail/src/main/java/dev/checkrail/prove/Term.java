package dev.checkrail.prove;

import java.util.List;

/**
 * A value as a function of the request that the client sent; it may be absent. Made only by {@link
 * Terms}, which gives equal terms the same object.
 */
sealed interface Term {

  /** Place in the table of {@link Terms}; parts have smaller ones. */
  int id();

  /** Never there. */
  record Nothing(int id) implements Term {}

  /** The same for every request. */
  record Constant(int id, Value value) implements Term {}

  /** What the client sent. */
  record Original(int id, Field field) implements Term {}

  /** Texts one after another; absent if one of them is. */
  record Joined(int id, List<Term> parts) implements Term {
    public Joined {
      parts = List.copyOf(parts);
    }
  }

  /** The text, empty where it is absent. */
  record OrEmpty(int id, Term part) implements Term {}

  /** One term for some requests, another one for the rest. */
  record Choice(int id, Formula when, Term then, Term otherwise) implements Term {}

  /** A term after a step. */
  record Stepped(int id, Step step, Term input) implements Term {}

  /**
   * An unknown function of the request; the key says which.
   *
   * @param why what to blame
   */
  record Unknown(int id, String key, Blame why) implements Term {}
}
