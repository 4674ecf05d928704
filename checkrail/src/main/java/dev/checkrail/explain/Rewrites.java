package dev.checkrail.explain;

import dev.checkrail.model.Action;
import dev.checkrail.model.Match;
import dev.checkrail.model.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What actions do to the message. Each returns whether HAProxy can do it; if not, it answers 500.
 */
final class Rewrites {
  private final Message message;
  private final Templates templates;
  private final Regexes regexes;

  Rewrites(Message message, Templates templates, Regexes regexes) {
    this.message = message;
    this.templates = templates;
    this.regexes = regexes;
  }

  void setTarget(Action.SetTarget action) {
    switch (templates.encoded(action.value())) {
      case Value.Text text -> set(action.part(), text.bytes());
      case Value.Unknown unknown -> lose(action.part(), unknown.why());
      case Value other -> throw new IllegalStateException("a template is text");
    }
  }

  private void set(Action.Part part, String text) {
    switch (part) {
      case PATH -> message.setPath(text, false);
      case PATH_AND_QUERY -> message.setPath(text, true);
      case QUERY -> message.setQuery(text);
      case URI -> message.setUri(text);
    }
  }

  private void lose(Action.Part part, String why) {
    message.loseTarget(why);
    if (part == Action.Part.URI) {
      message.loseHeader("host", why);
    }
  }

  boolean replaceTarget(Action.ReplaceTarget action) {
    if (!(message.target() instanceof Value.Text target)) {
      return true;
    }
    Optional<String> path = Message.pathAndQuery(target.bytes());
    String old =
        switch (action.part()) {
          case PATH -> path.map(Message::beforeQuery).orElse("");
          case PATH_AND_QUERY -> path.orElse("");
          case URI -> target.bytes();
          case QUERY -> throw new IllegalStateException("there is no replace-query");
        };
    if (old.isEmpty()) {
      return true;
    }
    return switch (regexes.search(action.regex(), false, old, false)) {
      case Regexes.Search.Nothing nothing -> true;
      case Regexes.Search.Unknown unknown -> {
        lose(action.part(), unknown.why());
        yield true;
      }
      case Regexes.Search.Found found ->
          switch (templates.encoded(action.replacement())) {
            case Value.Text template -> {
              Optional<String> text = Regexes.expand(template.bytes(), found);
              text.ifPresent(t -> set(action.part(), t));
              yield text.isPresent();
            }
            case Value.Unknown unknown -> {
              lose(action.part(), unknown.why());
              yield true;
            }
            case Value other -> throw new IllegalStateException("a template is text");
          };
    };
  }

  boolean replaceHeader(Action.ReplaceHeader action) {
    Message.Lookup lookup = message.lines(action.name());
    if (lookup.unknown().isPresent() || lookup.lines().isEmpty()) {
      return true;
    }
    List<String> lines = new ArrayList<>();
    for (String line : lookup.lines()) {
      StringBuilder out = new StringBuilder();
      int copied = 0;
      List<Lines.Part> parts = action.values() ? Lines.parts(line) : List.of(Lines.whole(line));
      for (Lines.Part part : parts) {
        String value = line.substring(part.start(), part.end());
        Value replaced = replaced(action.regex(), action.replacement(), value);
        if (replaced instanceof Value.Unknown unknown) {
          message.loseHeader(action.name(), unknown.why());
          return true;
        }
        if (!(replaced instanceof Value.Text text)) {
          return false;
        }
        if (!text.bytes().equals(value)) {
          // The blanks around a replaced value go with it.
          int start = part.start();
          while (start > copied && Lines.isBlank(line.charAt(start - 1))) {
            start--;
          }
          out.append(line, copied, start).append(text.bytes());
          copied = part.end();
          while (copied < line.length() && Lines.isBlank(line.charAt(copied))) {
            copied++;
          }
        }
      }
      lines.add(out.append(line, copied, line.length()).toString());
    }
    if (!lines.equals(lookup.lines())) {
      message.replaceLines(action.name(), lines);
    }
    return true;
  }

  /** The new value, the old one if the regex is not found; a number says that it cannot be made. */
  private Value replaced(String regex, Template replacement, String value) {
    return switch (regexes.search(regex, false, value, false)) {
      case Regexes.Search.Nothing nothing -> new Value.Text(value);
      case Regexes.Search.Unknown unknown -> new Value.Unknown(unknown.why());
      case Regexes.Search.Found found ->
          switch (templates.encoded(replacement)) {
            case Value.Text template ->
                Regexes.expand(template.bytes(), found)
                    .<Value>map(Value.Text::new)
                    .orElseGet(() -> new Value.Number(500));
            case Value other -> other;
          };
    };
  }

  void deleteHeader(Action.DeleteHeader action) {
    String wanted = Converters.lower(action.name());
    for (String name : message.headerNames()) {
      boolean matches =
          switch (action.kind()) {
            case EXACT -> name.equals(wanted);
            case PREFIX -> name.startsWith(wanted);
            case SUFFIX -> name.endsWith(wanted);
            case SUBSTRING -> name.contains(wanted);
            case PATH_SEGMENT -> false;
            case DOMAIN -> false;
          };
      if (matches) {
        message.removeHeader(name);
      }
    }
    if (action.kind() == Match.Kind.EXACT) {
      message.removeHeader(wanted);
    }
  }

  void deleteHeaderRegex(Action.DeleteHeaderRegex action) {
    for (String name : message.headerNames()) {
      switch (regexes.search(action.regex(), false, name, false)) {
        case Regexes.Search.Found found -> message.removeHeader(name);
        case Regexes.Search.Nothing nothing -> {}
        case Regexes.Search.Unknown unknown -> message.loseHeader(name, unknown.why());
      }
    }
  }
}
