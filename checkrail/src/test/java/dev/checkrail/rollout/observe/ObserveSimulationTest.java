package dev.checkrail.rollout.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.rollout.observe.Decision.Act;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Simulated steps: how often a bad one is promoted and a good one undone, looked at each second.
 *
 * <p>{@code -Drollout.simulated=N}: N steps of each kind (a thousand and more of each if nothing is
 * said, together more than 10,000), {@code -Drollout.seed=N}: other ones. Rates, shares, failures
 * before, how much oftener the moved requests always failed, and when what begins, are drawn anew for
 * each step.
 */
class ObserveSimulationTest {
  private static final int SECONDS = 240;
  private static final int DELAY = 8;

  private final int each = Integer.getInteger("rollout.simulated", 1_000);
  private final long seed = Long.getLong("rollout.seed", 20261123L);
  private final Terms terms = Terms.standard();

  /**
   * A kind of step.
   *
   * @param least harm, as an additional share of moved requests that fail
   * @param most of it
   * @param slow requests a second at most
   * @param shock whether something hits all requests meanwhile
   * @param noise how much the chance to fail varies from second to second, of all requests alike
   * @param own the same of moved requests alone, which no assumption covers
   */
  private record Kind(
      String name, double least, double most, double slow, boolean shock, double noise, double own) {
    boolean bad() {
      return most > 0;
    }
  }

  private static final List<Kind> KINDS =
      List.of(
          new Kind("good, quiet", 0, 0, 200, false, 0, 0),
          new Kind("good, noise that all share", 0, 0, 200, false, 1, 0),
          new Kind("good, a database that slows all down", 0, 0, 200, true, 1, 0),
          new Kind("good, thin traffic (at most 3/s)", 0, 0, 3, false, 0, 0),
          new Kind("good, noise of the moved alone", 0, 0, 200, false, 0.5, 1),
          new Kind("bad, 2 to 5 % more fail", 0.02, 0.05, 200, false, 0, 0),
          new Kind("bad, 5 to 20 %", 0.05, 0.2, 200, false, 0.5, 0),
          new Kind("bad, 20 to 100 %", 0.2, 1, 200, false, 0.5, 0),
          new Kind("bad, 20 to 100 %, all are slowed down, too", 0.2, 1, 200, true, 0.5, 0),
          new Kind("bad, thin traffic (at most 3/s), 5 to 100 %", 0.05, 1, 3, false, 0, 0));

  private record Result(Act act, int second) {}

  @Test
  void errorsStayBelowTheirBounds() {
    long begin = System.nanoTime();
    int steps = 0;
    System.out.printf(
        "simulated steps, seed %d, %d of each kind, %d s each%n", seed, each, SECONDS);
    System.out.println("| kind | promoted | undone | still held | undone after, median (90 %) |");
    System.out.println("|---|---|---|---|---|");
    for (int k = 0; k < KINDS.size(); k++) {
      Kind kind = KINDS.get(k);
      int[] acts = new int[Act.values().length];
      List<Integer> times = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        Result result = step(kind, new SplittableRandom(seed + 1_000_003L * k + i));
        acts[result.act().ordinal()]++;
        if (result.act() == Act.ROLL_BACK) {
          times.add(result.second());
        }
        steps++;
      }
      int promoted = acts[Act.PROMOTE.ordinal()];
      int undone = acts[Act.ROLL_BACK.ordinal()];
      times.sort(null);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.2f %% | %.2f %% | %.2f %% | %s |%n",
          kind.name(),
          100.0 * promoted / each,
          100.0 * undone / each,
          100.0 * acts[Act.HOLD.ordinal()] / each,
          times.isEmpty()
              ? ""
              : times.get(times.size() / 2) + " s (" + times.get(times.size() * 9 / 10) + " s)");
      if (kind.bad()) {
        assertThat((double) promoted / each).as(kind.name()).isLessThanOrEqualTo(atMost(0.01));
      } else if (kind.own() == 0) {
        assertThat((double) undone / each).as(kind.name()).isLessThanOrEqualTo(atMost(0.01));
      }
      if (kind.least() >= 0.2 && !kind.shock()) {
        assertThat((double) undone / each).as(kind.name()).isGreaterThan(0.95);
      }
    }
    System.out.printf(
        "%d steps in %.1f s%n", steps, (System.nanoTime() - begin) / 1e9);
    assertThat(steps).isGreaterThanOrEqualTo(10_000);
  }

  /** The bound, and what chance may add to it in so many steps: four standard deviations. */
  private double atMost(double bound) {
    return bound + 4 * Math.sqrt(bound * (1 - bound) / each);
  }

  /** Runs until it is promoted or undone. */
  private Result step(Kind kind, SplittableRandom random) {
    double rate =
        kind.slow() <= 3 ? between(random, 0.3, kind.slow()) : logBetween(random, 5, kind.slow());
    double part = between(random, 0.02, 0.6);
    double base = random.nextInt(4) == 0 ? 0 : logBetween(random, 0.0005, 0.03);
    double oftener = logBetween(random, 1 / 3.0, 3);
    double harm = kind.bad() ? logBetween(random, kind.least(), kind.most()) : 0;
    int shockFrom = random.nextInt(60);
    int shockTo = shockFrom + 20 + random.nextInt(200);
    double shock = kind.shock() ? between(random, 3, 60) : 1;
    Group moved = Group.NONE;
    Group others = Group.NONE;
    for (int second = 0; second < 60; second++) {
      double common = noise(kind.noise(), random);
      double own = noise(kind.own(), random);
      moved =
          moved.and(group(10 * rate * part, base * oftener * common * own, random));
      others = others.and(group(10 * rate * (1 - part), base * common, random));
    }
    Observe observe = new Observe(terms, new Before(moved, others));
    Group[] begun = new Group[SECONDS];
    Group[] begunThere = new Group[SECONDS];
    for (int second = 0; second < SECONDS; second++) {
      double common = noise(kind.noise(), random);
      double own = noise(kind.own(), random);
      double hit = second >= shockFrom && second < shockTo ? shock : 1;
      // What all suffer: the same times for both.
      double usual = Math.min(0.5, base * oftener * common * own * hit);
      Group here = group(rate * part, usual + (1 - usual) * harm, random);
      Group there = group(rate * (1 - part), Math.min(0.5, base * common * hit), random);
      begun[second] = here;
      begunThere[second] = there;
      Decision decision = observe.add(seen(begun, begunThere, second));
      if (decision.act() != Act.HOLD) {
        return new Result(decision.act(), second + 1);
      }
    }
    return new Result(Act.HOLD, SECONDS);
  }

  /** Failures are time-outs: they end {@link #DELAY} seconds after they began. */
  private static Observed seen(Group[] here, Group[] there, int second) {
    Group settled = second >= DELAY ? here[second - DELAY] : Group.NONE;
    return Observed.of(ended(here, second), ended(there, second), settled);
  }

  private static Group ended(Group[] begun, int second) {
    long late = second >= DELAY ? begun[second - DELAY].failed() : 0;
    return new Group(begun[second].requests() - begun[second].failed() + late, late);
  }

  private static double noise(double much, SplittableRandom random) {
    return much == 0 ? 1 : Math.exp(much * random.nextGaussian() - much * much / 2);
  }

  private static double between(SplittableRandom random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  private static double logBetween(SplittableRandom random, double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  /** A Poisson number of requests, each of which fails by itself. */
  private static Group group(double rate, double fails, SplittableRandom random) {
    long requests = poisson(rate, random);
    return new Group(requests, binomial(requests, Math.min(1, fails), random));
  }

  /** How many of them: from one that fails to the next. */
  private static long binomial(long all, double share, SplittableRandom random) {
    if (share <= 0) {
      return 0;
    }
    if (share > 0.5) {
      return all - binomial(all, 1 - share, random);
    }
    double skip = Math.log1p(-share);
    long some = 0;
    for (long at = gap(skip, random); at < all; at += 1 + gap(skip, random)) {
      some++;
    }
    return some;
  }

  private static long gap(double skip, SplittableRandom random) {
    return (long) (Math.log(1 - random.nextDouble()) / skip);
  }

  private static long poisson(double mean, SplittableRandom random) {
    if (mean > 40) {
      return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double left = Math.exp(-mean);
    long number = 0;
    for (double product = random.nextDouble(); product > left; product *= random.nextDouble()) {
      number++;
    }
    return number;
  }
}
