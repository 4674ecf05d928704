package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one file, line after line, as HAProxy's own loop does: words, conditional blocks, messages,
 * {@code no} and {@code default}, sections; {@code setenv} and its kin act at once.
 */
final class FileReading {
  /** HAProxy gives up on a file after so many fatal errors. */
  private static final int MAX_ERRORS = 50;

  private static final Set<String> NEGATABLE =
      Set.of(
          "option",
          "log",
          "busy-polling",
          "set-dumpable",
          "strict-limits",
          "insecure-fork-wanted",
          "numa-cpu-mapping");

  private final SourceFile source;
  private final String file;
  private final Target target;
  private final Variables variables;
  private final List<Problem> problems;
  private final Nesting nesting = new Nesting();
  private final Set<String> reportedVariables = new HashSet<>();
  private final List<Line> lines = new ArrayList<>();
  private final List<Section> sections = new ArrayList<>();

  private @Nullable OpenSection current;
  private @Nullable OpenSection masked;
  private String currentTitle = "";
  private long outputSize;
  private int errors;
  private boolean stopped;
  private boolean aborted;

  FileReading(
      SourceFile source,
      Target target,
      Variables variables,
      List<Problem> problems,
      boolean unread) {
    this.source = source;
    this.file = source.path();
    this.target = target;
    this.variables = variables;
    this.problems = problems;
    this.stopped = unread;
  }

  /** True if HAProxy stops reading altogether in this file. */
  boolean aborted() {
    return aborted;
  }

  ConfigFile run() {
    String text = source.text();
    int number = 0;
    int start = 0;
    boolean strayNul = false;
    while (start < text.length()) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline + 1;
      String raw = text.substring(start, end);
      number++;
      start = end;
      if (!stopped && strayNul) {
        fail(
            new Span(file, number, 1, 0),
            "HAProxy stops reading here: the line before holds a NUL");
        stopped = true;
      }
      if (!stopped && errors >= MAX_ERRORS) {
        problem(
            Severity.ERROR,
            "read/syntax",
            new Span(file, number, 1, 0),
            "HAProxy gives up on this file after " + MAX_ERRORS + " errors",
            "mend the ones above first");
        stopped = true;
      }
      if (stopped) {
        add(new Line(file, number, raw, Line.Kind.UNREAD, false, List.of()));
        continue;
      }
      String content = newline < 0 ? raw : raw.substring(0, raw.length() - 1);
      int nul = content.indexOf('\0');
      if (nul >= 0) {
        content = content.substring(0, nul);
        strayNul = true;
        fail(
            new Span(file, number, nul + 1, 1),
            "this line holds a NUL byte, so HAProxy ignores the rest of it and then stops reading");
      } else if (newline < 0) {
        problem(
            Severity.ERROR,
            "read/syntax",
            new Span(file, number, content.length() + 1, 0),
            "the last line does not end with a newline: HAProxy takes the file for truncated and"
                + " refuses it",
            "end the file with a newline");
      }
      add(line(number, raw, content));
    }
    closeSection(current);
    if (!aborted && nesting.depth() > 0) {
      fail(new Span(file, nesting.openedAt(), 1, 0), "this '.if' has no '.endif' in its file");
      aborted = true;
    }
    sections.sort(java.util.Comparator.comparingInt(s -> s.header().number()));
    return new ConfigFile(source, lines, sections);
  }

  private void add(Line line) {
    lines.add(line);
  }

  private Line line(int number, String raw, String content) {
    boolean active = nesting.active();
    int first = 0;
    while (first < content.length() && Tokenizer.isSpace(content.charAt(first))) {
      first++;
    }
    if (first < content.length() && content.charAt(first) == '[') {
      return keep(new Line(file, number, raw, Line.Kind.SCOPE, active, List.of()));
    }
    Tokenizer.Result result = new Tokenizer(file, number, content, variables, currentTitle).run();
    return switch (result) {
      case Tokenizer.Broken broken -> {
        fail(new Span(file, number, broken.offset() + 1, broken.length()), broken.message());
        yield keep(new Line(file, number, raw, Line.Kind.BROKEN, active, List.of()));
      }
      case Tokenizer.Words words -> {
        if (!fits(words, number)) {
          yield keep(new Line(file, number, raw, Line.Kind.BROKEN, active, List.of()));
        }
        if (words.words().isEmpty() || words.words().getFirst().value().isEmpty()) {
          boolean comment =
              words.words().isEmpty() && first < content.length() && content.charAt(first) == '#';
          yield keep(
              new Line(
                  file,
                  number,
                  raw,
                  comment ? Line.Kind.COMMENT : Line.Kind.BLANK,
                  active,
                  words.words()));
        }
        yield statement(number, raw, words, active);
      }
    };
  }

  /**
   * HAProxy keeps a line's words in a buffer that grows on demand and cuts the line a second time
   * when it does. By then it has overwritten the brace behind a default, so such a line is refused
   * if it is the first of its length in the file.
   */
  private boolean fits(Tokenizer.Words words, int number) {
    if (words.outputLength() <= outputSize) {
      return true;
    }
    outputSize = (words.outputLength() + 1023L) / 1024 * 1024;
    if (words.defaultAt() < 0) {
      return true;
    }
    problem(
        Severity.ERROR,
        "read/syntax",
        new Span(file, number, words.defaultAt() + 1, 1),
        "HAProxy 2.6 refuses this variable with a default ('unmatched brace'), because no line before"
            + " it in the file was as long (a defect of its line buffer)",
        "put a longer line, such as a comment-free 'log-tag' or description, before it, or drop the"
            + " default");
    return false;
  }

  private Line statement(int number, String raw, Tokenizer.Words cut, boolean active) {
    List<Word> words = cut.words();
    String first = words.getFirst().value();
    if (first.charAt(0) == '.') {
      if (Nesting.isBlockWord(first)) {
        return block(number, raw, words);
      }
      if (active) {
        message(words);
      }
      Line.Kind kind = isMessage(first) ? Line.Kind.MESSAGE : Line.Kind.BROKEN;
      return keep(new Line(file, number, raw, kind, active, words));
    }
    if (active) {
      for (Tokenizer.Undefined undefined : cut.undefined()) {
        undefined(undefined, number);
      }
    }
    return directive(number, raw, words, active);
  }

  private void undefined(Tokenizer.Undefined undefined, int number) {
    if (!reportedVariables.add(undefined.name())) {
      return;
    }
    Span span = new Span(file, number, undefined.offset() + 1, undefined.length());
    if (variables.assumed(undefined.name())) {
      problem(
          Severity.WARNING,
          "read/undefined-variable",
          span,
          undefined.name()
              + " is set by HAProxy itself and not known here; '"
              + variables.value(undefined.name())
              + "' stands in for it",
          "give it in the policy's target or with --env");
    } else if (!undefined.name().startsWith(".")) {
      problem(
          Severity.WARNING,
          "read/undefined-variable",
          span,
          "the variable "
              + undefined.name()
              + " has neither a value nor a default, so nothing stands in its place",
          "give it in the policy's target or with --env, or write ${"
              + undefined.name()
              + "-default}");
    }
  }

  private Line block(int number, String raw, List<Word> words) {
    String word = words.getFirst().value();
    boolean outer = nesting.outerActive(word);
    Line line = new Line(file, number, raw, Line.Kind.CONDITION, outer, words);
    closeMasked();
    Nesting.Step step = nesting.step(word, words.size() - 1, number);
    switch (step) {
      case Nesting.Step.Done done -> {
        // nothing to evaluate
      }
      case Nesting.Step.Wrong wrong -> {
        fail(words.getFirst().span(), wrong.message());
        abort();
      }
      case Nesting.Step.Evaluate evaluate -> {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < words.size(); i++) {
          text.append(i > 1 ? " " : "").append(words.get(i).value());
        }
        switch (BlockCondition.evaluate(text.toString(), target, variables)) {
          case BlockCondition.Value value -> nesting.decide(value.holds());
          case BlockCondition.Wrong wrong -> {
            fail(placeIn(words, wrong.offset()), wrong.message());
            nesting.decide(false);
            abort();
          }
        }
      }
    }
    return keep(line);
  }

  /** The place of an offset in the words after the first, joined by one space. */
  private static Span placeIn(List<Word> words, int offset) {
    int at = 0;
    for (int i = 1; i < words.size(); i++) {
      int length = words.get(i).value().length();
      if (offset <= at + length) {
        int from = Math.max(0, offset - at);
        return words.get(i).at(from, from);
      }
      at += length + 1;
    }
    return words.getLast().span();
  }

  private static boolean isMessage(String word) {
    return word.equals(".alert")
        || word.equals(".warning")
        || word.equals(".notice")
        || word.equals(".diag");
  }

  private void message(List<Word> words) {
    Word word = words.getFirst();
    if (!isMessage(word.value())) {
      problem(
          Severity.ERROR,
          "read/unknown-keyword",
          word.span(),
          "HAProxy knows no directive '"
              + shown(word.value())
              + "' and stops reading the file here",
          null);
      errors++;
      stopped = true;
      return;
    }
    if (words.size() > 2 && !words.get(2).value().isEmpty()) {
      fail(
          words.get(2).span(),
          "'" + word.value() + "' takes one message; put it in quotes if it holds spaces");
      return;
    }
    String text = shown(words.size() > 1 ? words.get(1).value() : "");
    switch (word.value()) {
      case ".alert" -> {
        problem(
            Severity.ERROR,
            "read/message",
            word.span(),
            "the configuration refuses itself here: " + text,
            null);
        errors++;
        abort();
      }
      case ".warning" ->
          problem(
              Severity.WARNING,
              "read/message",
              word.span(),
              "the configuration warns: " + text,
              null);
      case ".notice" ->
          problem(
              Severity.NOTICE,
              "read/message",
              word.span(),
              "the configuration notes: " + text,
              null);
      default -> {
        // .diag speaks in diagnostic mode only
      }
    }
  }

  private Line directive(int number, String raw, List<Word> words, boolean active) {
    int keywordAt = 0;
    Directive.Prefix prefix = Directive.Prefix.NONE;
    if (words.getFirst().is("no") || words.getFirst().is("default")) {
      prefix = words.getFirst().is("no") ? Directive.Prefix.NO : Directive.Prefix.DEFAULT;
      keywordAt = 1;
      boolean alone = words.size() == 1 || words.get(1).value().isEmpty();
      if (alone || !NEGATABLE.contains(words.get(1).value())) {
        if (active) {
          fail(
              words.getFirst().span(),
              "'"
                  + words.getFirst().value()
                  + "' goes only before option, log, busy-polling, set-dumpable, strict-limits,"
                  + " insecure-fork-wanted and numa-cpu-mapping");
        }
        return keep(new Line(file, number, raw, Line.Kind.BROKEN, active, words));
      }
    }
    Word keyword = words.get(keywordAt);
    Optional<SectionKind> opens = SectionKind.of(keyword.value());
    if (opens.isPresent()) {
      Line line = new Line(file, number, raw, Line.Kind.SECTION, active, words);
      open(opens.get(), line);
      return line;
    }
    OpenSection section = masked != null ? masked : current;
    if (section == null) {
      if (active) {
        fail(
            keyword.span(),
            "'" + shown(keyword.value()) + "' stands outside of any section",
            "read/syntax");
      }
      return keep(new Line(file, number, raw, Line.Kind.BROKEN, active, words));
    }
    Line line = new Line(file, number, raw, Line.Kind.DIRECTIVE, active, words);
    Directive directive =
        new Directive(line, prefix, keyword, words.subList(keywordAt + 1, words.size()), active);
    section.directives.add(directive);
    if (active && section.kind == SectionKind.GLOBAL) {
      EnvironmentDirective.apply(directive, variables, problems);
    }
    return keep(line);
  }

  private void open(SectionKind kind, Line line) {
    if (line.active()) {
      closeMasked();
      closeSection(current);
      current = new OpenSection(kind, line);
      String name = line.words().size() > 1 ? line.words().get(1).value() : "";
      currentTitle = name.isEmpty() ? line.words().getFirst().value() : name;
    } else {
      closeMasked();
      masked = new OpenSection(kind, line);
    }
  }

  private Line keep(Line line) {
    OpenSection section = masked != null ? masked : current;
    if (section != null) {
      section.lines.add(line);
    }
    return line;
  }

  private void closeMasked() {
    if (masked != null) {
      closeSection(masked);
      masked = null;
    }
  }

  private void closeSection(@Nullable OpenSection open) {
    if (open != null) {
      sections.add(open.close());
    }
  }

  private void abort() {
    stopped = true;
    aborted = true;
  }

  private void fail(Span span, String message) {
    fail(span, message, "read/syntax");
  }

  private void fail(Span span, String message, String code) {
    errors++;
    problem(Severity.ERROR, code, span, message, null);
  }

  private void problem(
      Severity severity, String code, Span span, String message, @Nullable String fix) {
    problems.add(new Problem(code, severity, span, message, Optional.ofNullable(fix)));
  }

  /** A word of the file in a message: short, and readable. */
  static String shown(String value) {
    String text = SourceFile.display(value.length() > 80 ? value.substring(0, 80) + "…" : value);
    return text.codePoints()
        .collect(
            StringBuilder::new,
            (b, c) -> b.appendCodePoint(Character.isISOControl(c) ? '?' : c),
            StringBuilder::append)
        .toString();
  }

  /** A section whose lines are still coming. */
  private static final class OpenSection {
    private final SectionKind kind;
    private final Line header;
    private final List<Line> lines = new ArrayList<>();
    private final List<Directive> directives = new ArrayList<>();

    OpenSection(SectionKind kind, Line header) {
      this.kind = kind;
      this.header = header;
    }

    Section close() {
      List<Word> words = header.words();
      Optional<Word> name = words.size() > 1 ? Optional.of(words.get(1)) : Optional.empty();
      Optional<Word> parent = Optional.empty();
      if (kind.isProxy()) {
        int from = 2;
        if (kind == SectionKind.DEFAULTS && words.size() == 3 && words.get(1).is("from")) {
          from = 1;
          name = Optional.empty();
        }
        if (words.size() > from + 1 && words.get(from).is("from")) {
          parent = Optional.of(words.get(from + 1));
        }
      } else if (kind == SectionKind.GLOBAL || kind == SectionKind.NAMESPACE_LIST) {
        name = Optional.empty();
      }
      return new Section(kind, name, parent, header, lines, directives, header.active());
    }
  }
}
