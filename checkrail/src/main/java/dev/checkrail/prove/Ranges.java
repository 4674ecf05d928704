package dev.checkrail.prove;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of 64 bit numbers as intervals.
 *
 * @param spans disjoint, ascending, not touching
 */
record Ranges(List<Span> spans) {
  static final Ranges NONE = new Ranges(List.of());
  static final Ranges ALL = of(Long.MIN_VALUE, Long.MAX_VALUE);

  /** Both bounds included. */
  record Span(long low, long high) {}

  Ranges {
    spans = List.copyOf(spans);
  }

  static Ranges of(long low, long high) {
    return low > high ? NONE : new Ranges(List.of(new Span(low, high)));
  }

  static Ranges union(List<Span> any) {
    List<Span> sorted = new ArrayList<>(any);
    sorted.sort(Comparator.comparingLong(Span::low));
    List<Span> merged = new ArrayList<>();
    for (Span span : sorted) {
      if (span.low() > span.high()) {
        continue;
      }
      Span last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null && (last.high() == Long.MAX_VALUE || span.low() <= last.high() + 1)) {
        merged.set(merged.size() - 1, new Span(last.low(), Math.max(last.high(), span.high())));
      } else {
        merged.add(span);
      }
    }
    return new Ranges(merged);
  }

  boolean contains(long number) {
    for (Span span : spans) {
      if (number >= span.low() && number <= span.high()) {
        return true;
      }
    }
    return false;
  }

  Ranges within(long low, long high) {
    List<Span> cut = new ArrayList<>();
    for (Span span : spans) {
      cut.add(new Span(Math.max(low, span.low()), Math.min(high, span.high())));
    }
    return union(cut);
  }
}
