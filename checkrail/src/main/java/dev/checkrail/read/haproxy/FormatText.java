package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;

/**
 * A log-format string (manual 8.2.4) as used by {@code log-format}, {@code set-header}, {@code
 * use_backend %[…]}, {@code redirect location} and others.
 *
 * @param parts in order; literals are never empty
 * @param span the whole string
 */
public record FormatText(List<Part> parts, Span span) {
  public FormatText {
    parts = List.copyOf(parts);
  }

  /** One part of a log-format string. */
  public sealed interface Part {
    /** Where it stands. */
    Span span();

    /** Plain text, {@code %%} already one percent sign. */
    record Literal(String text, Span span) implements Part {}

    /** {@code %ci}, {@code %{+Q}r}: a variable of the log. */
    record Variable(String name, String flags, Span span) implements Part {}

    /** {@code %[expression]}. */
    record Sample(SampleText sample, String flags, Span span) implements Part {}

    /** {@code %{+Q}o}: flags for all that follows. */
    record Flags(String flags, Span span) implements Part {}
  }

  /** The text if it holds neither variables nor samples. */
  public Optional<String> constant() {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Part.Literal literal -> text.append(literal.text());
        case Part.Flags flags -> {
          // changes nothing of a literal
        }
        case Part.Variable variable -> {
          return Optional.empty();
        }
        case Part.Sample sample -> {
          return Optional.empty();
        }
      }
    }
    return Optional.of(text.toString());
  }
}
