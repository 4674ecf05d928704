package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * {@code errorfile}, {@code errorfiles}, {@code errorloc} and {@code http-error} [4.2]: what
 * replaces the proxy's own answers. For each status the last line counts, an inherited one first.
 */
final class LowerErrorFiles {
  private LowerErrorFiles() {}

  /** The {@code http-errors} sections, by name: their {@code errorfile} lines. */
  static Map<Integer, ErrorFile> section(
      List<Directive> directives, Function<Directive, Setup> setups) {
    Map<Integer, ErrorFile> files = new HashMap<>();
    for (Directive directive : directives) {
      if (directive.is("errorfile")) {
        file(directive, setups.apply(directive), files);
      }
    }
    return files;
  }

  /** Applies one line. */
  static void apply(
      Directive directive,
      Setup setup,
      Map<String, Map<Integer, ErrorFile>> sections,
      Map<Integer, ErrorFile> files) {
    switch (directive.keyword().value()) {
      case "errorfile" -> file(directive, setup, files);
      case "errorfiles" -> {
        Map<Integer, ErrorFile> section = sections.get(directive.arg(0));
        if (section == null) {
          setup
              .notes()
              .refused(
                  directive.span(),
                  "there is no http-errors section '" + Text.shown(directive.arg(0)) + "'");
          return;
        }
        List<String> only = directive.from(1).stream().map(word -> word.value()).toList();
        section.forEach((status, file) -> {
          if (only.isEmpty() || only.contains(String.valueOf(status))) {
            files.put(status, file);
          }
        });
      }
      case "errorloc", "errorloc302" -> location(directive, 302, files);
      case "errorloc303" -> location(directive, 303, files);
      case "http-error" -> answer(directive, setup, files);
      case String other -> throw new IllegalStateException(other);
    }
  }

  private static void file(Directive directive, Setup setup, Map<Integer, ErrorFile> files) {
    int status = (int) LowerFetch.number(directive.arg(0), 0);
    files.put(status, LowerReply.errorFile(directive.word(1), setup));
  }

  private static void location(Directive directive, int code, Map<Integer, ErrorFile> files) {
    int status = (int) LowerFetch.number(directive.arg(0), 0);
    files.put(status, text(directive, code));
  }

  private static void answer(Directive directive, Setup setup, Map<Integer, ErrorFile> files) {
    LowerReply.Reply reply =
        LowerReply.reply(Action.Respond.Kind.RETURN, new Args(directive, 0), setup);
    int replaced = 200;
    for (int i = 0; i < directive.args().size(); i++) {
      if (directive.arg(i).equals("status")) {
        replaced = (int) LowerFetch.number(directive.arg(i + 1), replaced);
      }
    }
    ErrorFile text = text(directive, reply.respond().status());
    files.put(
        replaced,
        reply.nothing()
            ? new ErrorFile(text.path(), OptionalInt.empty(), Optional.empty(), text.span())
            : text);
  }

  private static ErrorFile text(Directive directive, int status) {
    String text = KeptText.text(directive);
    return new ErrorFile(
        text, OptionalInt.of(status), Optional.of(FileLookup.sha256(text)), directive.span());
  }
}
