package dev.checkrail.watch.detect;

/**
 * On from strong evidence until it is a thousandth of that; or so many good requests came one after
 * the other that among as many bad ones as there were at the worst that would be a chance of one in
 * a thousand; or nothing more came for a minute. Confined.
 */
final class Latch {
  private static final double BACK = 1e-3;
  private static final long IDLE = 60;
  private static final double CALM = Math.log(1_000);

  private final double pageAt;
  private boolean on;
  private boolean page;
  private long since;
  private long lastData;
  private final Faded recent = new Faded(10);
  private double worst;
  private long calm;

  /** For pages and tickets by evidence. */
  Latch() {
    this(FalseAlarms.PAGE);
  }

  /**
   * @param pageAt evidence from which it may be a page; infinite: never
   */
  Latch(double pageAt) {
    this.pageAt = pageAt;
  }

  /** What the evidence is now; {@code data}: whether this second had any. */
  boolean update(long second, Evidence evidence, boolean data) {
    if (data || !on) {
      lastData = second;
    }
    double value = evidence.value();
    if (value >= FalseAlarms.TICKET) {
      if (!on) {
        since = evidence.since();
      }
      on = true;
      page |= value >= pageAt;
    } else if (on && (value < FalseAlarms.TICKET * BACK || second - lastData > IDLE)) {
      on = false;
      page = false;
      if (second - lastData > IDLE) {
        evidence.clear();
      }
    }
    return on;
  }

  /** The same, of requests of which some are bad. */
  boolean update(long second, Evidence evidence, long requests, long bad) {
    boolean before = on;
    recent.add(bad, requests);
    boolean now = update(second, evidence, requests > 0);
    if (!now) {
      return false;
    }
    worst = before ? Math.max(worst, recent.share(0)) : recent.share(0);
    calm = bad > 0 ? 0 : calm + requests;
    if (calm * worst > CALM) {
      on = false;
      page = false;
      evidence.clear();
    }
    return on;
  }

  boolean on() {
    return on;
  }

  /** Whether the evidence was enough for a page since it is on. */
  boolean page() {
    return page;
  }

  /** When what speaks for it began. */
  long since() {
    return since;
  }
}
