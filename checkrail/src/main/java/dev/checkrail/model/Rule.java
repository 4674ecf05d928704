package dev.checkrail.model;

import dev.checkrail.source.Span;

/**
 * One rule: if {@code when} holds, {@code then} is done.
 *
 * @param when its condition; {@link Condition.Always} if it has none
 * @param then its action
 * @param span the directive, keyword to last word
 * @param text the directive as written, on one line, secrets removed
 */
public record Rule(Condition when, Action then, Span span, String text) {}
