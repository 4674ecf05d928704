package dev.checkrail.read.haproxy.lower;

import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.Word;
import java.util.List;
import java.util.Optional;

/** Reads a directive's arguments from left to right. */
final class Args {
  private final List<Word> words;
  private int at;

  Args(Directive directive, int from) {
    this.words = directive.args();
    this.at = from;
  }

  boolean more() {
    return at < words.size();
  }

  /** The next word's value, not taken; empty at the end. */
  String peek() {
    return more() ? words.get(at).value() : "";
  }

  /** Takes the next word. */
  Optional<Word> next() {
    return more() ? Optional.of(words.get(at++)) : Optional.empty();
  }

  /** Takes the next word's value; empty at the end. */
  String value() {
    return next().map(Word::value).orElse("");
  }

  /** Takes the next word if it is this one. */
  boolean takes(String word) {
    if (more() && words.get(at).is(word)) {
      at++;
      return true;
    }
    return false;
  }

  void skip(int count) {
    at = Math.min(words.size(), at + count);
  }

  /** The words that are left. */
  List<Word> rest() {
    return words.subList(Math.min(at, words.size()), words.size());
  }

  /** Goes to the condition, the first {@code if} or {@code unless}, or to the end. */
  List<Word> guard() {
    while (more() && !atGuard()) {
      at++;
    }
    return rest();
  }

  boolean atGuard() {
    return peek().equals("if") || peek().equals("unless");
  }
}
