package dev.checkrail.gateway.operations;

/** Whether this process can serve: what {@code /ready} says. Knows nothing that instances share. */
public final class Lifecycle {
  private volatile boolean started;
  private volatile boolean draining;

  /** The listener is open and the tables are there. */
  public void started() {
    started = true;
  }

  /** Not ready from now on. */
  public void drain() {
    draining = true;
  }

  public boolean isStarted() {
    return started;
  }

  public boolean isDraining() {
    return draining;
  }
}
