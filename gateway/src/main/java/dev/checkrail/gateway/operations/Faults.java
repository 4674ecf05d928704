package dev.checkrail.gateway.operations;

import dev.checkrail.gateway.acquiring.Disturbance;

/**
 * Switches for drills; all off at first, and for ever unless the instance was started with {@code
 * --allow-faults}.
 *
 * @param slowStatementMillis each payment first waits in a slow statement, holding a connection
 * @param leakedConnections taken from the pool and never given back
 * @param rateLimitPerSecond of each key instead of its own; 0 is off
 * @param workers payments at a time; 0 is off
 * @param errorShare of payments that fail with 500 before anything is done, 0 to 1
 * @param memoryLeakMb held for nothing
 */
public record Faults(
    int slowStatementMillis,
    int leakedConnections,
    int rateLimitPerSecond,
    Disturbance acquirer,
    int workers,
    double errorShare,
    int memoryLeakMb) {
  public static final Faults OFF = new Faults(0, 0, 0, Disturbance.NONE, 0, 0, 0);
}
