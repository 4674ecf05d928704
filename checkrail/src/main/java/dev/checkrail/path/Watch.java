package dev.checkrail.path;

import dev.checkrail.report.Stage;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The time, and who wants to know what is being done.
 *
 * @param clock the time of day
 * @param nanos elapsed time, for how long each stage took
 * @param told how far the walk is
 */
public record Watch(InstantSource clock, LongSupplier nanos, Told told) {
  /** Who wants to know how far a walk is; called on its thread. */
  @FunctionalInterface
  public interface Told {
    /** A stage begins. */
    void begun(Stage stage);

    /**
     * It is blocked already, and the stages that take longer are still to come.
     *
     * @param by ids of the rules, each once
     */
    default void blocked(List<String> by) {}
  }
}
