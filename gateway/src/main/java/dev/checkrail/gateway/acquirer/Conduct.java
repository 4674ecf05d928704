package dev.checkrail.gateway.acquirer;

import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * How the acquirer behaves at present: set from outside, drawn per request.
 *
 * @param mode what happens to the requests that are hit
 * @param millis how long {@link Mode#SLOW} waits and {@link Mode#TIMEOUT_BUT_CHARGED} holds
 * @param share of requests that are hit, 0 to 1
 */
record Conduct(Mode mode, long millis, double share) {
  static final Conduct NORMAL = new Conduct(Mode.NORMAL, 0, 1);

  /** What one request meets. */
  record Met(Mode mode, long millis) {
    static final Met NOTHING = new Met(Mode.NORMAL, 0);
  }

  Conduct {
    if (millis < 0 || millis > 600_000) {
      throw new BadRequest("millis", "is not within 0 and 600000");
    }
    if (!(share >= 0 && share <= 1)) {
      throw new BadRequest("share", "is not within 0 and 1");
    }
  }

  static long usualMillis(Mode mode) {
    return switch (mode) {
      case SLOW -> 3_000;
      case TIMEOUT_BUT_CHARGED -> 60_000;
      case NORMAL, DOWN, HALF_ANSWER, ERROR -> 0;
    };
  }

  Met meet(RandomGenerator random) {
    return mode == Mode.NORMAL || random.nextDouble() >= share
        ? Met.NOTHING
        : new Met(mode, millis);
  }

  static RandomGenerator random(long seed) {
    return new Random(seed);
  }
}
