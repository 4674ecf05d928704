package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * A line of a section: an optional {@code no} or {@code default}, a keyword, its arguments.
 *
 * @param line the line it stands on
 * @param prefix the word before the keyword, if any
 * @param keyword first word after the prefix
 * @param args the words after the keyword
 * @param active false if a conditional block masks it
 */
public record Directive(Line line, Prefix prefix, Word keyword, List<Word> args, boolean active) {
  public Directive {
    args = List.copyOf(args);
  }

  /** The words that turn a keyword off or back to its default (manual 2.1, 4.1). */
  public enum Prefix {
    NONE,
    NO,
    DEFAULT
  }

  /** Whether the keyword is this word. */
  public boolean is(String word) {
    return keyword.is(word);
  }

  /**
   * The value of an argument, counted from 0; the empty string past the end, as HAProxy sees it.
   */
  public String arg(int index) {
    return index < args.size() ? args.get(index).value() : "";
  }

  /** An argument, counted from 0, if there are so many. */
  public Optional<Word> word(int index) {
    return index < args.size() ? Optional.of(args.get(index)) : Optional.empty();
  }

  /** The arguments from one on, counted from 0. */
  public List<Word> from(int index) {
    return index < args.size() ? args.subList(index, args.size()) : List.of();
  }

  /** From the first word (prefix included) to the end of the last one. */
  public Span span() {
    Span first = line.words().getFirst().span();
    Span last = line.words().getLast().span();
    return new Span(
        first.file(), first.line(), first.column(), last.column() + last.length() - first.column());
  }

  /** The words as they stand in the file, joined by one space; for messages. */
  public String text() {
    StringBuilder text = new StringBuilder();
    Span previous = null;
    for (Word word : line.words()) {
      if (word.span().equals(previous)) {
        continue; // several words of one expansion
      }
      if (previous != null) {
        text.append(' ');
      }
      text.append(word.raw());
      previous = word.span();
    }
    return text.toString();
  }
}
