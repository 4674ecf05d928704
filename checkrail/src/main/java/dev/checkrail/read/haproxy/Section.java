package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A section: its header and the lines up to the next header or the end of the file (sections do not
 * continue in the next file).
 *
 * @param kind which kind
 * @param name the word after the kind; empty for sections without one
 * @param parent the word after {@code from}: the {@code defaults} section that it takes its
 *     settings from (manual 4)
 * @param header the line that opens it
 * @param lines the lines after the header, in order, of every kind
 * @param directives the directives among them, active or not, in order
 * @param active false if a conditional block masks the header
 */
public record Section(
    SectionKind kind,
    Optional<Word> name,
    Optional<Word> parent,
    Line header,
    List<Line> lines,
    List<Directive> directives,
    boolean active) {
  public Section {
    lines = List.copyOf(lines);
    directives = List.copyOf(directives);
  }

  /** The name's value, or the empty string. */
  public String title() {
    return name.map(Word::value).orElse("");
  }

  /** {@code backend be_pay}, {@code defaults}: how people and findings name it. */
  public String label() {
    return name.map(n -> kind.word() + " " + n.value()).orElse(kind.word());
  }

  /** Where its header stands. */
  public Span span() {
    return header.span();
  }

  /** The directives that no conditional block masks. */
  public Stream<Directive> activeDirectives() {
    return directives.stream().filter(Directive::active);
  }
}
