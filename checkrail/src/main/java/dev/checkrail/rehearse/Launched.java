package dev.checkrail.rehearse;

/** What became of a start: a running HAProxy, or its refusal. */
public sealed interface Launched permits Running, Launched.Refused {

  /**
   * HAProxy ended before it served, or did not serve in time.
   *
   * @param exit its exit status (128 + n if signal n ended it)
   * @param timedOut whether its time was over rather than that it ended by itself
   * @param text what it wrote
   */
  record Refused(int exit, boolean timedOut, String text) implements Launched {}

  /** The running one; {@link IllegalStateException} with HAProxy's text if it refused. */
  default Running running() {
    return switch (this) {
      case Running running -> running;
      case Refused refused ->
          throw new IllegalStateException("HAProxy did not start: " + refused.text());
    };
  }
}
