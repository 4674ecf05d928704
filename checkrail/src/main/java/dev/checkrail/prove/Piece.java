package dev.checkrail.prove;

import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;

/** Pieces that the proxy itself cuts out of texts. */
enum Piece implements Step {
  /** What stands before the first {@code ?}. */
  BEFORE_MARK,
  /** What follows the first {@code ?}; nothing without one. */
  AFTER_MARK,
  /** The server name after the marker of a greeting; nothing if the greeting has none. */
  GREETED_NAME,
  /** An absolute URI without scheme and authority; other texts as they are. */
  TARGET_OF_URI;

  private static final Language MARK = Language.exact("?");
  private static final Language UNMARKED = Language.manyOf(ByteSet.of('?').not());
  private static final Language ORIGIN =
      Language.sequence(
          Language.oneOf(ByteSet.LETTERS),
          Language.manyOf(ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of("+-."))),
          Language.exact("://"),
          Language.manyOf(ByteSet.of("/").not()));

  @Override
  public Values before(Values after) {
    Language language = Images.texts(after).language();
    return new Values.Texts(
        switch (this) {
          case BEFORE_MARK ->
              language.intersect(UNMARKED).concat(MARK.concat(Language.all()).optional());
          case AFTER_MARK -> Language.sequence(UNMARKED, MARK, language);
          case GREETED_NAME ->
              Language.exact("\u0001").concat(language.minus(Language.emptyWord()));
          case TARGET_OF_URI ->
              ORIGIN
                  .concat(language.intersect(Language.prefix("/")))
                  .union(language.minus(ORIGIN.concat(Language.prefix("/"))));
        });
  }

  @Override
  public Result apply(Value input) {
    String text = input.asText();
    int mark = text.indexOf('?');
    return switch (this) {
      case BEFORE_MARK -> Result.text(mark < 0 ? text : text.substring(0, mark));
      case AFTER_MARK -> mark < 0 ? Result.NOTHING : Result.text(text.substring(mark + 1));
      case GREETED_NAME -> text.length() < 2 ? Result.NOTHING : Result.text(text.substring(1));
      case TARGET_OF_URI -> {
        int authority = text.indexOf("://");
        int slash = authority < 0 ? -1 : text.indexOf('/', authority + 3);
        yield Result.text(
            slash < 0 || authority == 0 || text.startsWith("/") ? text : text.substring(slash));
      }
    };
  }
}
