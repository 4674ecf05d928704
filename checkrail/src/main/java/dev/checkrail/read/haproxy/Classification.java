package dev.checkrail.read.haproxy;

/**
 * The one table that says what a directive means for the model.
 *
 * @param treatment which class
 * @param reason one sentence: why
 */
public record Classification(Treatment treatment, String reason) {
  /** The four classes of lines. */
  public enum Treatment {
    /** The model holds its effect. */
    MODELLED,
    /** Can't change which server gets which bytes nor what the client is answered. */
    NO_EFFECT,
    /** Changes the response only: listed, compared as text, not proved. */
    RESPONSE,
    /** May matter, and the model does not hold it. */
    UNMODELLED
  }

  /** The class of a directive in a section of a kind. */
  public static Classification of(SectionKind section, Directive directive) {
    throw new UnsupportedOperationException();
  }
}
