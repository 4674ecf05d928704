package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * A fetch and the converters that its value goes through, left to right [7.3]. In a {@link
 * Condition.Test} every value of the fetch is tried; in a {@link Template} and in {@link
 * Action.SetVariable} the fetch yields one value, the <i>last</i> one unless it names an
 * occurrence.
 *
 * @param span where it is written
 * @param text as written
 */
public record Sample(Fetch fetch, List<Converter> converters, Span span, String text) {
  public Sample {
    converters = List.copyOf(converters);
  }
}
