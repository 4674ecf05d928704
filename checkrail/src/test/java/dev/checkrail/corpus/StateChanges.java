package dev.checkrail.corpus;

import java.util.Map;
import java.util.Optional;

/** Regression tests in which something other than the configuration decides, with the reason. */
final class StateChanges {
  private static final Map<String, String> TESTS = Map.of();

  private StateChanges() {}

  static Optional<String> of(String test) {
    return Optional.ofNullable(TESTS.get(test.substring(test.indexOf('/') + 1)));
  }
}
