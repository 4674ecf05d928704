package dev.checkrail.prove;

/** A text in which a regular expression is found, replaced as a whole. */
record Replaced(String regex, String template) implements Step {

  static boolean isFollowed(String regex, String template) {
    return Replacement.whole(regex, template).isPresent();
  }

  @Override
  public Result apply(Value input) {
    return Replacement.whole(regex, template)
        .map(r -> r.apply(input.asText()).map(Result::text).orElse(Result.NOTHING))
        .orElse(Result.UNKNOWN);
  }

  @Override
  public Values before(Values after) {
    Replacement replacement =
        Replacement.whole(regex, template)
            .orElseThrow(() -> new Inexact("a replacement with this expression is not followed"));
    return new Values.Texts(replacement.before(Images.texts(after).language()));
  }
}
