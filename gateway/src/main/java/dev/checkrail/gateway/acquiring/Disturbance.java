package dev.checkrail.gateway.acquiring;

/**
 * What a drill does to calls of acquirers.
 *
 * @param slowMillis waits before it sends
 * @param down as if the connection was refused
 * @param halfAnswers as if the answer broke off
 * @param timedOut as if the answer came too late
 */
public record Disturbance(int slowMillis, boolean down, boolean halfAnswers, boolean timedOut) {
  /** Nothing is disturbed. */
  public static final Disturbance NONE = new Disturbance(0, false, false, false);
}
