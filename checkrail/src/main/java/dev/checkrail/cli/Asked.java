package dev.checkrail.cli;

import org.jspecify.annotations.Nullable;

/**
 * A path with what is asked of it.
 *
 * @param path encoded
 */
record Asked(String path) {
  static Asked of(String path) {
    return new Asked(path);
  }

  /** With a parameter, if it has a value. */
  Asked with(String name, @Nullable Object value) {
    return value == null
        ? this
        : new Asked(
            path
                + (path.contains("?") ? "&" : "?")
                + name
                + "="
                + Remote.encoded(String.valueOf(value)));
  }
}
