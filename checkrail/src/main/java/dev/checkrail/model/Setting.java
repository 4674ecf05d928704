package dev.checkrail.model;

import dev.checkrail.source.Span;

/**
 * A named value that routing does not depend on but that people compare and rules look at, such as
 * {@code timeout server} or {@code maxconn}. Effective values: inheritance is resolved.
 *
 * @param name the dialect's keyword, e.g. {@code timeout server}, {@code option redispatch}
 * @param value normalised so that equal meaning is equal text: times in milliseconds as {@code
 *     5000ms}, others as written with single spaces; {@code off} for a {@code no} form
 * @param written the value as written, e.g. {@code 5s}
 * @param span where it is set; may lie in a {@code defaults} section
 */
public record Setting(String name, String value, String written, Span span) {}
