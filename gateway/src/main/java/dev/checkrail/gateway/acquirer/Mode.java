package dev.checkrail.gateway.acquirer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How requests are treated. */
public enum Mode {
  NORMAL("answers"),
  SLOW("waits before it decides; meanwhile an inquiry says \"not known\""),
  DOWN("closes the connection, nothing done"),
  TIMEOUT_BUT_CHARGED("does it, holds the answer back, closes the connection"),
  HALF_ANSWER("does it, sends half of the answer, closes the connection"),
  ERROR("answers 500, nothing done");

  private final String description;

  Mode(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  /** As it is written in JSON and on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Mode> of(String word) {
    return Arrays.stream(values()).filter(it -> it.word().equals(word)).findFirst();
  }
}
