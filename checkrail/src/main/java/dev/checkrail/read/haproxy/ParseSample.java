package dev.checkrail.read.haproxy;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Parses sample expressions (manual 7.3): {@code fetch(args),converter(args),…}, where converters
 * may also follow as words of their own.
 */
public final class ParseSample {
  private static final Registry REGISTRY = Registry.haproxy26();

  /**
   * What was understood of a list of words.
   *
   * @param sample the expression
   * @param words how many of the words it takes up
   */
  public record Used(SampleText sample, int words) {}

  /**
   * What was understood of a part of a word.
   *
   * @param sample the expression
   * @param end offset in the word's value of the first byte that is no part of it
   */
  record Inside(SampleText sample, int end) {}

  private ParseSample() {}

  /** Parses the expression that begins with the first of these words. */
  public static Parsed<Used> parse(List<Word> words) {
    if (words.isEmpty()) {
      throw new IllegalArgumentException("no word");
    }
    Run run = new Run(words, 0, false);
    SampleText sample = run.parse();
    return sample == null
        ? Parsed.failed(run.problem())
        : Parsed.of(new Used(sample, run.wordIndex));
  }

  /** Parses an expression inside a word, such as that behind {@code %[}. */
  static Parsed<Inside> parseInside(Word word, int from) {
    Run run = new Run(List.of(word), from, true);
    SampleText sample = run.parse();
    return sample == null ? Parsed.failed(run.problem()) : Parsed.of(new Inside(sample, run.at));
  }

  /**
   * Parses an ACL keyword's word: as an expression, but the first name is that of an ACL keyword,
   * and converters do not go on in the next word.
   */
  static Parsed<SampleText> parseAclKeyword(Word word, Registry.Fetch fetch) {
    Run run = new Run(List.of(word), 0, false);
    run.known = fetch;
    run.oneWord = true;
    SampleText sample = run.parse();
    return sample == null ? Parsed.failed(run.problem()) : Parsed.of(sample);
  }

  /** The type of an expression's result: that of its last converter, else of its fetch. */
  public static Optional<Registry.Type> type(SampleText sample) {
    if (sample.converters().isEmpty()) {
      return REGISTRY.fetch(sample.fetch()).map(Registry.Fetch::type);
    }
    return REGISTRY.converter(sample.converters().getLast().name()).map(Registry.Converter::output);
  }

  static boolean isNameByte(char c) {
    return Tokenizer.isAlnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == ':';
  }

  private static final class Run {
    private final List<Word> words;
    private final boolean openEnd;
    private int wordIndex;
    private int at;
    private int lastWord;
    private int lastEnd;
    private boolean oneWord;
    private Registry.@Nullable Fetch known;
    private @Nullable Problem problem;

    Run(List<Word> words, int at, boolean openEnd) {
      this.words = words;
      this.at = at;
      this.openEnd = openEnd;
    }

    Problem problem() {
      if (problem == null) {
        throw new IllegalStateException("no problem");
      }
      return problem;
    }

    private @Nullable SampleText fail(
        String code, int from, int to, String message, Optional<String> fix) {
      Word word = words.get(Math.min(wordIndex, words.size() - 1));
      int end = word.value().length();
      problem =
          new Problem(
              code,
              dev.checkrail.source.Severity.ERROR,
              word.at(Math.min(from, end), Math.min(to, end)),
              message,
              fix);
      return null;
    }

    @Nullable SampleText parse() {
      Word word = words.getFirst();
      String text = word.value();
      int begin = at;
      int end = nameEnd(text, begin);
      String name = text.substring(begin, end);
      if (name.isEmpty()) {
        return fail(
            "read/syntax", begin, begin, "a sample fetch is expected here", Optional.empty());
      }
      Registry.Fetch fetch = known;
      if (fetch == null) {
        Optional<Registry.Fetch> found = REGISTRY.fetch(name);
        if (found.isEmpty()) {
          return unknownFetch(name, begin, end);
        }
        fetch = found.get();
      }
      List<SampleText.Argument> args =
          arguments(word, end, fetch.signature(), "fetch '" + name + "'");
      if (args == null) {
        return null;
      }
      List<SampleText.ConverterText> converters = new ArrayList<>();
      if (!converters(fetch.type(), name, converters)) {
        return null;
      }
      return new SampleText(name, args, converters, spanTo(word, begin));
    }

    /** From a place in the first word to the end of what was used. */
    private Span spanTo(Word first, int begin) {
      Span start = first.at(begin, begin);
      Span end = words.get(lastWord).at(lastEnd, lastEnd);
      return new Span(
          start.file(), start.line(), start.column(), Math.max(0, end.column() - start.column()));
    }

    private @Nullable SampleText unknownFetch(String name, int begin, int end) {
      if (REGISTRY.aclKeyword(name).isPresent()) {
        return fail(
            "read/unknown-keyword",
            begin,
            end,
            "'" + name + "' is a keyword of ACLs only, not a sample fetch",
            Optional.of("write the fetch '" + REGISTRY.aclKeyword(name).get().fetch() + "'"));
      }
      return fail(
          "read/unknown-keyword",
          begin,
          end,
          "HAProxy knows no sample fetch '" + FileReading.shown(name) + "'",
          REGISTRY.nearest(name, Registry.Group.FETCH).map(n -> "did you mean '" + n + "'?"));
    }

    /** Parses converters up to the end; false on failure. */
    private boolean converters(
        Registry.Type fetchType, String fetchName, List<SampleText.ConverterText> converters) {
      Registry.Type type = fetchType;
      String last = fetchName;
      while (true) {
        String text = words.get(wordIndex).value();
        if (at < text.length() && text.charAt(at) != ',') {
          if (openEnd) {
            return true;
          }
          fail(
              "read/syntax",
              at,
              at + 1,
              "a comma is expected behind '" + last + "'",
              Optional.empty());
          return false;
        }
        while (at < text.length() && text.charAt(at) == ',') {
          at++;
        }
        if (at >= text.length()) {
          if (openEnd || oneWord) {
            return true;
          }
          wordIndex++;
          at = 0;
          if (wordIndex >= words.size() || words.get(wordIndex).value().isEmpty()) {
            return true;
          }
          text = words.get(wordIndex).value();
        }
        int begin = at;
        int end = nameEnd(text, begin);
        String name = text.substring(begin, end);
        Optional<Registry.Converter> found = REGISTRY.converter(name);
        if (found.isEmpty()) {
          if (begin == 0 && wordIndex > 0) {
            return true; // a word that is none of ours
          }
          fail(
              "read/unknown-keyword",
              begin,
              end,
              name.isEmpty()
                  ? "the name of a converter is expected here"
                  : "HAProxy knows no converter '" + FileReading.shown(name) + "'",
              REGISTRY
                  .nearest(name, Registry.Group.CONVERTER)
                  .map(n -> "did you mean '" + n + "'?"));
          return false;
        }
        Registry.Converter converter = found.get();
        if (!Casts.possible(type, converter.input())) {
          fail(
              "read/syntax",
              begin,
              end,
              "'" + name + "' can't be applied to what '" + last + "' gives",
              Optional.empty());
          return false;
        }
        Word word = words.get(wordIndex);
        List<SampleText.Argument> args =
            arguments(word, end, converter.signature(), "converter '" + name + "'");
        if (args == null) {
          return false;
        }
        converters.add(new SampleText.ConverterText(name, args, word.at(begin, at)));
        type = converter.output();
        last = name;
      }
    }

    private @Nullable List<SampleText.Argument> arguments(
        Word word, int from, Signature signature, String of) {
      switch (ArgumentList.parse(word.value(), from, signature)) {
        case ArgumentList.Wrong wrong -> {
          fail(
              "read/syntax",
              wrong.offset(),
              wrong.offset(),
              of + ": " + wrong.message(),
              Optional.empty());
          return null;
        }
        case ArgumentList.Items items -> {
          at = items.end();
          lastWord = wordIndex;
          lastEnd = at;
          return items.items().stream()
              .map(i -> new SampleText.Argument(i.value(), word.at(i.from(), i.to())))
              .toList();
        }
      }
    }

    private static int nameEnd(String text, int from) {
      int i = from;
      while (i < text.length() && isNameByte(text.charAt(i))) {
        i++;
      }
      return i;
    }
  }
}
