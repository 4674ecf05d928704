package dev.checkrail.explain;

import dev.checkrail.model.Template;
import java.util.Optional;

/** The text that a template comes to. */
final class Templates {
  private final Conditions conditions;

  Templates(Conditions conditions) {
    this.conditions = conditions;
  }

  /** In rules on HTTP requests: control bytes of expressions come out as {@code %XX}. */
  Value encoded(Template template) {
    return render(template, true);
  }

  /** In names of pools and servers, and in variables. */
  Value plain(Template template) {
    return render(template, false);
  }

  private Value render(Template template, boolean encode) {
    StringBuilder out = new StringBuilder();
    for (Template.Part part : template.parts()) {
      switch (part) {
        case Template.Part.Literal literal -> out.append(literal.text());
        case Template.Part.Expression expression -> {
          Optional<Value> value =
              conditions.value(expression.sample()).flatMap(conditions::settled);
          if (value.isPresent() && value.get() instanceof Value.Unknown unknown) {
            return unknown;
          }
          value
              .flatMap(Casts::text)
              .ifPresent(text -> out.append(encode ? percentEncoded(text) : text));
        }
        case Template.Part.Unknown unknown -> {
          return new Value.Unknown(unknown.why().text() + ": " + unknown.why().reason());
        }
      }
    }
    return out.length() > Message.FITS
        ? new Value.Unknown("a text that may not fit HAProxy's buffer")
        : new Value.Text(out.toString());
  }

  private static String percentEncoded(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f) {
        out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
        out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
