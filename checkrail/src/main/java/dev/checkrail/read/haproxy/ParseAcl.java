package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;

/** Parses {@code acl} lines and conditions (manual 7.1, 7.2). */
public final class ParseAcl {
  private ParseAcl() {}

  /** Parses an {@code acl} directive. */
  public static Parsed<AclText> acl(Directive directive) {
    throw new UnsupportedOperationException();
  }

  /** Parses the words of a criterion. */
  public static Parsed<CriterionText> criterion(List<Word> words, Span place) {
    throw new UnsupportedOperationException();
  }

  /** Parses {@code if …} or {@code unless …}: the words from that one to the end of the line. */
  public static Parsed<ConditionText.Guard> guard(List<Word> words) {
    throw new UnsupportedOperationException();
  }
}
