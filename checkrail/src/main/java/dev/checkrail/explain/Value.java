package dev.checkrail.explain;

import dev.checkrail.model.Converter;
import java.util.List;

/** A value of a sample. "No value" is the absence of a {@code Value}. */
sealed interface Value {

  /** Bytes, one char each. */
  record Text(String bytes) implements Value {}

  record Number(long value) implements Value {}

  record Address(Ip ip) implements Value {}

  record Flag(boolean set) implements Value {}

  /** Not known, and not known whether there is one at all. */
  record Unknown(String why) implements Value {}

  /**
   * A number drawn at random, then converted.
   *
   * @param draw which draw; {@link Choices} knows what it still may be
   */
  record Chance(int draw, List<Converter> then) implements Value {
    public Chance {
      then = List.copyOf(then);
    }
  }
}
