package dev.checkrail.prove;

import dev.checkrail.model.Unmodelled;
import dev.checkrail.source.Span;

/** A line whose meaning is not known exactly, and why. */
record Blame(Span span, String text, String reason) {
  static Blame of(Unmodelled unmodelled) {
    return new Blame(unmodelled.span(), unmodelled.text(), unmodelled.reason());
  }
}
