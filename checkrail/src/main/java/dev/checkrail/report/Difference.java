package dev.checkrail.report;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * How two configurations differ: what {@code diff} answers.
 *
 * @param equal whether every request has the same outcome and no setting differs
 */
public record Difference(boolean equal, List<Region> regions, List<Setting> settings) {
  public Difference {
    regions = List.copyOf(regions);
    settings = List.copyOf(settings);
  }

  /**
   * All requests of a listener that go from one outcome to another.
   *
   * @param listener key of the listener
   * @param requests which they are, in words
   * @param witness one of them
   * @param declared whether the change says that they move
   */
  public record Region(
      String listener,
      String requests,
      Outcome from,
      Outcome to,
      Request witness,
      boolean declared) {}

  /**
   * A setting that differs.
   *
   * @param what section and setting
   * @param from its value before, empty if it was not set
   * @param to its value now, empty if it is not set any more
   * @param span where it stands now, or stood
   */
  public record Setting(RuleId rule, String what, String from, String to, Span span) {}
}
