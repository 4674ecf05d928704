package dev.checkrail.model;

import dev.checkrail.source.Span;

/**
 * Something of the configuration whose meaning Checkrail does not know. A verdict that could depend
 * on it is <i>undecided</i>, never <i>safe</i>.
 *
 * @param span where it stands
 * @param text the directive as written, secrets removed
 * @param reason one clause: why it is not modelled
 */
public record Unmodelled(Span span, String text, String reason) {}
