package dev.checkrail.read.haproxy;

import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * Directives as the model keeps them: on one line, secrets replaced by marks that differ where the
 * secrets do ({@link Redaction#kept}). Environment variables are never expanded in written text.
 */
public final class KeptText {
  private KeptText() {}

  /** A directive as written. */
  public static String text(Directive directive) {
    return words(directive.line().words());
  }

  /** Words as they stand in the file, joined by single blanks. */
  public static String words(List<Word> words) {
    List<String> values = new ArrayList<>(words.size());
    List<String> written = new ArrayList<>(words.size());
    Span previous = null;
    for (Word word : words) {
      if (word.span().equals(previous)) {
        continue; // several words of one expansion
      }
      previous = word.span();
      values.add(word.value());
      written.add(word.raw());
    }
    return display(Redaction.kept(values, written));
  }

  /** Words as HAProxy sees them, joined by single blanks; for values of settings. */
  public static String values(List<Word> words) {
    List<String> values = words.stream().map(Word::value).toList();
    return display(Redaction.kept(values, values));
  }

  /** A piece of one word. */
  public static String piece(String raw) {
    return display(Redaction.kept(raw));
  }

  private static String display(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return SourceFile.display(text);
      }
    }
    return text;
  }
}
