package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A file that the configuration refers to.
 *
 * @param kind what it is used as
 * @param path as written in the configuration
 * @param use the place of use, stable over changes of the path or of line numbers, e.g. {@code
 *     frontend fe / use_backend #2 / map}; files of two configurations are paired by it
 * @param digest SHA-256 of its bytes in hexadecimal; empty if it is missing or unreadable
 * @param entries entries of a map or list (comments and blank lines are none)
 * @param span where the configuration names it
 */
public record ReferencedFile(
    Kind kind, String path, String use, Optional<String> digest, OptionalInt entries, Span span) {

  /** What a file is used as. */
  public enum Kind {
    MAP,
    LIST,
    ERROR_FILE,
    CERTIFICATE,
    CERTIFICATE_LIST,
    OTHER
  }
}
