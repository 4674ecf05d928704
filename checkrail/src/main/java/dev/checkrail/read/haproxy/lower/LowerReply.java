package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Answers of {@code deny}, {@code tarpit}, {@code return} and {@code http-error} [4.2]. */
final class LowerReply {
  private static final String NOTHING = "/dev/null";

  private LowerReply() {}

  /**
   * What is sent.
   *
   * @param nothing whether an empty file stands for it: the connection is closed without an answer
   */
  record Reply(Action.Respond respond, boolean nothing) {}

  /** Reads the arguments up to the condition. */
  static Action action(Action.Respond.Kind kind, Args args, Setup setup) {
    Reply reply = reply(kind, args, setup);
    return reply.nothing() ? new Action.Drop(false) : reply.respond();
  }

  /** Reads the arguments up to the condition. */
  static Reply reply(Action.Respond.Kind kind, Args args, Setup setup) {
    int status =
        switch (kind) {
          case DENY -> 403;
          case TARPIT -> 500;
          case AUTHENTICATE -> 401;
          case RETURN, MONITOR, STATISTICS -> 200;
        };
    boolean denies = kind == Action.Respond.Kind.DENY || kind == Action.Respond.Kind.TARPIT;
    // Without arguments, or with nothing but deny_status, the error files of the section answer;
    // with
    // any other argument the answer is built from the arguments alone.
    boolean own = denies && (!args.more() || args.atGuard());
    int arguments = 0;
    Optional<String> body = Optional.empty();
    Optional<ErrorFile> file = Optional.empty();
    Optional<String> section = Optional.empty();
    while (args.more() && !args.atGuard()) {
      arguments++;
      switch (args.value()) {
        case "deny_status" -> {
          status = (int) LowerFetch.number(args.value(), status);
          own = arguments == 1 && (!args.more() || args.atGuard());
        }
        case "status" -> status = (int) LowerFetch.number(args.value(), status);
        case "content-type" -> args.skip(1);
        case "default-errorfiles" -> own = true;
        case "errorfile" -> file = Optional.of(errorFile(args.next(), setup));
        case "errorfiles" -> section = Optional.of(args.value());
        case "file", "lf-file" -> body = Optional.of("file:" + file(args.next(), setup));
        case "string", "lf-string" -> body = Optional.of(args.value());
        case "hdr" -> args.skip(2);
        case String other ->
            setup
                .notes()
                .refused(
                    setup.directive().span(), "'" + Text.shown(other) + "' is not expected here");
      }
    }
    if (section.isPresent()) {
      // A status that the section does not have is answered with HAProxy's own message; the error
      // files of the proxy are not asked.
      Map<Integer, ErrorFile> files = setup.errorSections().getOrDefault(section.get(), Map.of());
      file = Optional.ofNullable(files.get(status));
      own = false;
      body = Optional.of("http-errors:" + section.get());
    }
    if (file.isPresent()) {
      status = file.get().status().orElse(status);
      body = Optional.of("file:" + file.get().digest().orElse(""));
    } else if (body.isEmpty() && !own) {
      body = Optional.of("");
    }
    return new Reply(
        new Action.Respond(kind, status, body, own),
        file.isPresent() && file.get().path().equals(NOTHING));
  }

  private static String file(Optional<Word> word, Setup setup) {
    if (word.isEmpty()) {
      return "";
    }
    String path = word.get().value();
    if (path.equals(NOTHING)) {
      return "";
    }
    FileLookup.Located located = setup.files().locate(path, setup.directive(), setup.late());
    References.note(
        setup, ReferencedFile.Kind.OTHER, path, located, Optional.empty(), word.get().span());
    if (located.file().isEmpty()) {
      missing("the file ", path, located, word.get().span(), setup);
    }
    return setup.files().digest(located).orElse("");
  }

  static ErrorFile errorFile(Optional<Word> word, Setup setup) {
    String path = word.map(Word::value).orElse("");
    Span span = word.map(Word::span).orElse(setup.directive().span());
    if (path.equals(NOTHING) || path.isEmpty()) {
      return new ErrorFile(path, OptionalInt.empty(), Optional.empty(), span);
    }
    FileLookup.Located located = setup.files().locate(path, setup.directive(), setup.late());
    References.note(setup, ReferencedFile.Kind.ERROR_FILE, path, located, Optional.empty(), span);
    if (located.file().isEmpty()) {
      missing("the error file ", path, located, span, setup);
    }
    OptionalInt status =
        located.file().map(file -> statusLine(file.line(1))).orElse(OptionalInt.empty());
    return new ErrorFile(path, status, setup.files().digest(located), span);
  }

  private static void missing(
      String what, String path, FileLookup.Located located, Span span, Setup setup) {
    setup
        .notes()
        .error(
            RuleId.FILE_MISSING,
            span,
            what
                + Text.shown(path)
                + " "
                + References.whatIsWrong(located)
                + "; HAProxy won't start");
  }

  private static OptionalInt statusLine(String line) {
    String[] words = line.split(" ", 3);
    if (words.length < 2 || !words[0].startsWith("HTTP/") || !words[1].matches("\\d{3}\\s*")) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Integer.parseInt(words[1].strip()));
  }
}
