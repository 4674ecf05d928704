package dev.checkrail.path;

import dev.checkrail.report.Stage;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The time, and who wants to know what is being done.
 *
 * @param clock the time of day
 * @param nanos elapsed time, for how long each stage took
 * @param begun told when a stage begins
 */
public record Watch(InstantSource clock, LongSupplier nanos, Consumer<Stage> begun) {}
