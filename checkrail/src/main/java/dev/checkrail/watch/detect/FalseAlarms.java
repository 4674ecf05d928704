package dev.checkrail.watch.detect;

/**
 * How often the detectors may be wrong, for a fleet: {@value #BALANCERS} load balancers with
 * {@value #UNITS} units (servers, routes) each, looked at each second, day and night.
 *
 * <p>The figures are bounds for what the tests assume (see each test). They say nothing about days
 * on which that does not hold; what the noise of real payments does is simulated in {@code
 * CleanFleetTest}.
 */
final class FalseAlarms {
  static final int BALANCERS = 20;
  static final int UNITS = 64;
  private static final double YEAR = 365.25 * 86_400;

  /** A page: at most one false one per detector, for the whole fleet, in five years. */
  static final double PAGE = BALANCERS * UNITS * YEAR * 5;

  /** A ticket: at most one false one per detector, for the whole fleet, in a year. */
  static final double TICKET = BALANCERS * UNITS * YEAR;

  /** Evidence does not grow beyond this, so that it is gone soon after what caused it. */
  static final double CAP = PAGE * 10;

  private FalseAlarms() {}
}
