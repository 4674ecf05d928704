package dev.checkrail.gateway.chaos;

import dev.checkrail.gateway.acquirer.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** What is done to the stack, and when. */
sealed interface Mischief {
  /** After the start of the load. */
  Duration at();

  /** For the log. */
  String words();

  /** kill -9, and a new start a while later. */
  record KillInstance(Duration at, int instance, Duration downFor) implements Mischief {
    @Override
    public String words() {
      return "kill -9 of instance %d, back after %d ms".formatted(instance + 1, downFor.toMillis());
    }
  }

  /** kill -9, and a new start a while later. */
  record KillAcquirer(Duration at, int acquirer, Duration downFor) implements Mischief {
    @Override
    public String words() {
      return "kill -9 of acquirer %d, back after %d ms".formatted(acquirer + 1, downFor.toMillis());
    }
  }

  /** An acquirer misbehaves for a while. */
  record Misbehave(Duration at, int acquirer, Mode mode, long millis, double share, Duration lasts)
      implements Mischief {
    @Override
    public String words() {
      return String.format(
          Locale.ROOT,
          "acquirer %d: %s for %.0f %% of its requests, for %d ms",
          acquirer + 1,
          mode.word(),
          share * 100,
          lasts.toMillis());
    }
  }

  /** The database is stopped in order, or killed with -9, and started again. */
  record RestartDatabase(Duration at, boolean kill) implements Mischief {
    @Override
    public String words() {
      return kill ? "kill -9 of the database, and a new start" : "restart of the database";
    }
  }

  /**
   * All of a run, in order. The same seed does the same; several things may go on at once.
   *
   * @param every how long it is quiet on average
   */
  static List<Mischief> plan(
      long seed, Duration length, Duration every, int instances, int acquirers) {
    Random random = new Random(seed);
    List<Mischief> plan = new ArrayList<>();
    double databaseAgainAt = 0;
    double at = 2;
    while (at < length.toSeconds()) {
      Duration when = Duration.ofMillis((long) (at * 1000));
      int lot = random.nextInt(100);
      if (lot < 35) {
        plan.add(new KillInstance(when, random.nextInt(instances), millis(random, 100, 1500)));
      } else if (lot < 50) {
        plan.add(new KillAcquirer(when, random.nextInt(acquirers), millis(random, 100, 2000)));
      } else if (lot < 85 || at < databaseAgainAt) {
        plan.add(misbehave(when, random, acquirers));
      } else {
        plan.add(new RestartDatabase(when, random.nextBoolean()));
        databaseAgainAt = at + 20;
      }
      at += -Math.log(1 - random.nextDouble()) * every.toMillis() / 1000.0;
    }
    return List.copyOf(plan);
  }

  private static Mischief misbehave(Duration when, Random random, int acquirers) {
    Mode[] modes = {Mode.SLOW, Mode.DOWN, Mode.TIMEOUT_BUT_CHARGED, Mode.HALF_ANSWER, Mode.ERROR};
    Mode mode = modes[random.nextInt(modes.length)];
    long millis = mode == Mode.SLOW ? 500 + random.nextInt(12_000) : 15_000;
    double share = random.nextBoolean() ? 1 : 0.2 + 0.6 * random.nextDouble();
    return new Misbehave(
        when, random.nextInt(acquirers), mode, millis, share, millis(random, 1000, 8000));
  }

  private static Duration millis(Random random, int least, int most) {
    return Duration.ofMillis(least + random.nextInt(most - least));
  }
}
