package dev.checkrail.gateway.load;

import dev.checkrail.gateway.load.User.Journey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Who comes when: Poisson arrivals, drawn before the load begins. The same crowd has the same
 * users, amounts, cards and times.
 *
 * @param perSecond how many users come on average
 * @param seconds how long users come
 * @param run begins the keys, so that two runs on one gateway are not one
 * @param awkward share of users whose card declines, is slow, or breaks the acquirer's answer
 * @param further share of users with more steps than one payment
 */
public record Crowd(
    double perSecond, double seconds, long seed, String run, double awkward, double further) {
  private static final List<String> CURRENCIES = List.of("EUR", "EUR", "EUR", "USD", "GBP", "JPY");

  /** Of the acquirers' documented numbers: declined, slow, charged but timed out, half answered. */
  private static final List<String> AWKWARD =
      List.of(
          "4000000000000002",
          "4000000000009995",
          "4000000000011009",
          "4000000000011017",
          "4000000000011025",
          "4000000000011033",
          "4000000000011041");

  private static final List<String> USUAL =
      List.of("4242424242424242", "5555555555554444", "4000056655665556");

  public Crowd {
    if (!(perSecond > 0 && perSecond <= 100_000)) {
      throw new IllegalArgumentException("users per second: above 0, at most 100000");
    }
    if (!(seconds > 0 && seconds <= 86_400)) {
      throw new IllegalArgumentException("seconds: above 0, at most 86400");
    }
    if (!(awkward >= 0 && awkward <= 1 && further >= 0 && further <= 1)) {
      throw new IllegalArgumentException("a share is a number from 0 to 1");
    }
    if (!run.matches("[A-Za-z0-9_.-]{1,60}")) {
      throw new IllegalArgumentException("a run's name: 1 to 60 of A-Z a-z 0-9 _ . -");
    }
  }

  /** In the order of their coming. */
  List<User> users() {
    Random random = new Random(seed);
    List<User> users = new ArrayList<>();
    double at = gap(random);
    while (at < seconds) {
      users.add(user(users.size() + 1, at, random));
      at += gap(random);
    }
    return List.copyOf(users);
  }

  /**
   * As many as are asked for, by whatever threads: for those who do not come by the clock but when
   * the one before is done.
   */
  Supplier<User> queue() {
    Random random = new Random(seed);
    AtomicInteger last = new AtomicInteger();
    return () -> {
      synchronized (random) {
        return user(last.incrementAndGet(), 0, random);
      }
    };
  }

  /** Between two arrivals of a Poisson process the time is exponentially distributed. */
  private double gap(Random random) {
    return -Math.log(1 - random.nextDouble()) / perSecond;
  }

  private User user(int number, double at, Random random) {
    return new User(
        number,
        Duration.ofNanos((long) (at * 1e9)),
        run + "-" + number,
        journey(random),
        100 + random.nextInt(50_000),
        CURRENCIES.get(random.nextInt(CURRENCIES.size())),
        pick(random.nextDouble() < awkward ? AWKWARD : USUAL, random),
        Duration.ofMillis(500 + random.nextInt(1001)));
  }

  private Journey journey(Random random) {
    if (random.nextDouble() >= further) {
      return Journey.BUY;
    }
    return switch (random.nextInt(3)) {
      case 0 -> Journey.SHIP;
      case 1 -> Journey.RETURN;
      default -> Journey.CANCEL;
    };
  }

  private static String pick(List<String> cards, Random random) {
    return cards.get(random.nextInt(cards.size()));
  }
}
