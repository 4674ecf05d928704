package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.Template;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.Word;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * {@code redirect} and {@code http-request redirect} [4.2]. Only the latter takes its target as a
 * log-format string; the former sends it as it stands.
 */
final class LowerRedirect {
  private LowerRedirect() {}

  static Action action(Args args, boolean format, Setup setup) {
    Optional<Action.Redirect.Kind> kind = Optional.empty();
    Optional<Word> target = Optional.empty();
    int status = 302;
    boolean dropQuery = false;
    boolean appendSlash = false;
    boolean ignoreEmpty = false;
    Optional<String> cookie = Optional.empty();
    while (args.more() && !args.atGuard()) {
      String word = args.value();
      switch (word) {
        case "location", "prefix", "scheme" -> {
          kind =
              Optional.of(
                  switch (word) {
                    case "location" -> Action.Redirect.Kind.LOCATION;
                    case "prefix" -> Action.Redirect.Kind.PREFIX;
                    case String scheme -> Action.Redirect.Kind.SCHEME;
                  });
          target = args.next();
        }
        case "code" -> status = (int) LowerFetch.number(args.value(), status);
        case "drop-query" -> dropQuery = true;
        case "append-slash" -> appendSlash = true;
        case "ignore-empty" -> ignoreEmpty = true;
        case "set-cookie", "clear-cookie" -> cookie = Optional.of(args.value());
        case String other ->
            setup
                .notes()
                .refused(
                    setup.directive().span(),
                    "'" + Text.shown(other) + "' is no option of a redirect");
      }
    }
    if (kind.isEmpty() || target.isEmpty()) {
      Unmodelled why = setup.notes().unmodelled(setup.directive(), "a redirect without a target");
      return new Action.Unknown(why, EnumSet.of(Action.Effect.ANSWER));
    }
    Template to = format ? LowerTemplate.template(target.get(), setup) : literal(target.get());
    return new Action.Redirect(kind.get(), to, status, dropQuery, appendSlash, ignoreEmpty, cookie);
  }

  private static Template literal(Word word) {
    String shown = KeptText.words(List.of(word));
    return new Template(
        word.value().isEmpty() ? List.of() : List.of(new Template.Part.Literal(word.value())),
        shown);
  }
}
