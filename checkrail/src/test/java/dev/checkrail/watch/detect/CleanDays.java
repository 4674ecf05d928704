package dev.checkrail.watch.detect;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Fit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Days of a load balancer at which nothing is wrong, with all the noise of real payments: night and
 * day; decline rates that wander, and issuers that decline more for a while; a merchant whose
 * integration is broken; card testing; a surge; a merchant that works off a batch; a rolling deploy
 * of the servers; a change of ours with its old worker; an acquirer that is slower for a while;
 * scanners; looks at the socket that come too late; a second now and then in which several requests
 * fail. Nobody is to be woken up by any of it.
 */
final class CleanDays {
  private static final int DAY = 86_400;

  /** Requests by second of the fleet's load balancers at noon. */
  static final double[] RATES = {
    60, 40, 30, 25, 20, 15, 12, 10, 8, 8, 6, 5, 4, 3, 2, 2, 1, 1, 0.5, 0.2
  };

  final Town town;
  final Detect detect;
  final Alerts alerts = new Alerts(Alerts.State.EMPTY);
  final Expectations expectations;
  final Map<String, Integer> told = new TreeMap<>();
  final List<Notice> pages = new ArrayList<>();

  private final SplittableRandom random;
  private final double rate;
  private final Town.Stream payments;
  private final Town.Stream catalogue;
  private final Town.Stream broken;
  private final Town.Stream testing;
  private final Town.Stream batch;
  private final Town.Stream asking;
  private final List<Story> stories = new ArrayList<>();
  private double declines = 0.09;

  /** Usual share of outcomes that are not known at once. */
  private static final double PENDING = 0.002;

  /** Something that goes on for some seconds. */
  private interface Story {
    /** What it does in its n-th second; false: it is over. */
    boolean second(int n);
  }

  /** A story that begins at a second now and then. */
  private record Habitual(double perDay, Runnable begins) {}

  private final List<Habitual> habits;

  CleanDays(long seed, double rate) {
    this.random = new SplittableRandom(seed);
    this.rate = rate;
    this.town = Town.ordinary(seed, rate);
    this.payments = town.streams.get(0);
    this.catalogue = town.streams.get(1);
    this.broken = noise(0);
    this.testing = noise(0).ends(Band.DECLINED, 0.95);
    this.batch = noise(0).ends(Band.DECLINED, 0.05);
    this.asking = noise(0).ends(Band.PENDING, 1);
    asking.oneClient = true;
    payments.ends(Band.PENDING, PENDING);
    broken.oneClient = true;
    batch.oneClient = true;
    Map<ServerName, List<String>> serves = new LinkedHashMap<>();
    payments.to.forEach(server -> serves.put(server.name, List.of("payments")));
    this.expectations =
        new Expectations(
            Map.of("be_pay", "payments-team", "lb", "platform"),
            serves,
            List.of(new Expectations.Floor("payments", 2, Set.copyOf(serves.keySet()))),
            true);
    this.detect = new Detect(expectations);
    this.habits =
        List.of(
            new Habitual(2, this::brokenMerchant),
            new Habitual(0.5, this::cardTesting),
            new Habitual(0.7, this::surge),
            new Habitual(1, this::batch),
            new Habitual(1, this::deploy),
            new Habitual(0.7, this::change),
            new Habitual(1, this::slowAcquirer),
            new Habitual(10, this::stuckPayment),
            new Habitual(0.5, this::issuer),
            new Habitual(20, this::scanner),
            new Habitual(6, this::lateLook),
            new Habitual(6, this::hiccup));
  }

  private Town.Stream noise(double rate) {
    return town.stream("payments", rate, 100).to("be_pay/pay-1", "be_pay/pay-2", "be_pay/pay-3");
  }

  /** Lives through so many days; whoever is woken up is in {@link #pages}. */
  void live(double days) {
    long end = (long) (days * DAY);
    for (long i = 0; i < end; i++) {
      if (i % 60 == 0) {
        double hour = (i % DAY) / 3_600.0;
        double now = rate * (0.15 + 0.85 * Math.pow(Math.sin(Math.PI * hour / 24), 2));
        double wander = Math.exp(0.05 * gaussian());
        payments.rate = now * wander * surging;
        catalogue.rate = now / 3 * wander * surging;
        declines = Math.clamp(declines + 0.002 * gaussian(), 0.05, 0.16);
        payments.ends(Band.DECLINED, Math.min(0.5, declines * declining));
      }
      for (Habitual one : habits) {
        if (i > 900 && random.nextDouble() < one.perDay() / DAY) {
          one.begins().run();
        }
      }
      steps();
      Moment moment = town.next();
      List<Sign> signs = detect.next(moment);
      for (Notice notice : alerts.next(Alerts.Look.of(moment, signs, expectations))) {
        if (notice.kind() != Notice.Kind.RESOLVED) {
          told.merge(
              notice.alert().level() + " " + notice.alert().detection().id(), 1, Integer::sum);
          if (notice.alert().level() == Detection.Level.PAGE) {
            pages.add(notice);
          }
        }
      }
    }
  }

  private double surging = 1;
  private double declining = 1;

  private void steps() {
    for (int i = stories.size() - 1; i >= 0; i--) {
      if (!stories.get(i).second(steps.merge(stories.get(i), 1, Integer::sum))) {
        steps.remove(stories.get(i));
        stories.remove(i);
      }
    }
  }

  private final Map<Story, Integer> steps = new IdentityHashMap<>();

  private double gaussian() {
    return random.nextGaussian();
  }

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  // --- stories

  /** One client repeats the same mistake: 401, 422, 429 or 404, up to a multiple of all others. */
  private void brokenMerchant() {
    int lasts = between(600, 3_600);
    double extra = between(3, 30);
    Band kind =
        List.of(Band.UNAUTHENTICATED, Band.UNPROCESSABLE, Band.LIMITED, Band.NOT_FOUND)
            .get(random.nextInt(4));
    stories.add(n -> {
      broken
          .ends(Band.UNAUTHENTICATED, 0)
          .ends(Band.UNPROCESSABLE, 0)
          .ends(Band.LIMITED, 0)
          .ends(Band.NOT_FOUND, 0)
          .ends(kind, 1);
      broken.rate = n < lasts ? extra : 0;
      return n < lasts;
    });
  }

  private void cardTesting() {
    int lasts = between(300, 1_200);
    stories.add(n -> {
      testing.rate = n < lasts ? 40 : 0;
      return n < lasts;
    });
  }

  /** Six times as many within 5 s, which servers can take; it fades within ten minutes. */
  private void surge() {
    stories.add(n -> {
      double now = 5 * Math.min(1, n / 5.0) * (n < 180 ? 1 : Math.exp(-(n - 180) / 150.0));
      double change = (1 + now) / surging;
      surging = 1 + now;
      payments.rate *= change;
      catalogue.rate *= change;
      for (Town.Server server : payments.to) {
        server.slower = n < 400 ? 1 + 0.1 * now : 1;
      }
      return n < 1_200;
    });
  }

  private void batch() {
    int lasts = between(1_200, 5_400);
    stories.add(n -> {
      batch.rate = n < lasts ? 2 * rate : 0;
      return n < lasts;
    });
  }

  private boolean deploying;

  /** One server after the other: drained, stopped, started; never two deploys at a time. */
  private void deploy() {
    if (deploying) {
      return;
    }
    deploying = true;
    town.event(Moment.Event.What.TOLD, "gateway deployed");
    stories.add(n -> {
      int which = n / 60;
      if (which >= payments.to.size()) {
        deploying = false;
        return false;
      }
      Town.Server server = payments.to.get(which);
      switch (n % 60) {
        case 1 -> server.state(Snapshot.State.DRAIN);
        case 15 -> server.state(Snapshot.State.MAINT);
        case 30 -> server.state(Snapshot.State.UP);
        default -> server.slower = n % 60 > 30 && n % 60 < 45 ? 1.5 : 1;
      }
      return true;
    });
  }

  /** A change of ours that moves some requests: its old worker goes by the old rules. */
  private void change() {
    Town.Server elsewhere = town.server("be_web/web-1");
    int lasts = between(5, 30);
    stories.add(n -> {
      if (n == 1) {
        town.event(Moment.Event.What.APPLY_BEGAN, "apply.began");
        return true;
      }
      if (n == 3) {
        town.event(Moment.Event.What.APPLY_ENDED, "apply.serves");
        town.approved = Long.toHexString(random.nextLong() | 1L << 63).repeat(4);
        town.replaced = OptionalLong.of(99);
        town.oldWorker =
            new Snapshot.Worker(
                99,
                true,
                true,
                Duration.ofHours(1),
                OptionalInt.of(1),
                Optional.empty(),
                OptionalInt.of(5),
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of());
      }
      catalogue.other = elsewhere;
      catalogue.otherFit = Fit.MISROUTED;
      catalogue.otherUnserved = false;
      catalogue.elsewhere = n < lasts ? 0.3 : 0;
      if (n > lasts + 1) {
        town.oldWorker = null;
      }
      return n <= lasts + 1;
    });
  }

  private void slowAcquirer() {
    int lasts = between(60, 600);
    double slower = 1.5 + 1.5 * random.nextDouble();
    double unanswered = 0.04 * random.nextDouble();
    stories.add(n -> {
      payments.to.forEach(server -> server.slower = n < lasts ? slower : 1);
      payments.ends(Band.PENDING, n < lasts ? unanswered : PENDING);
      return n < lasts;
    });
  }

  /** The outcome of one payment is not known for a while, and its page asks twice a second. */
  private void stuckPayment() {
    int lasts = between(2, 16);
    stories.add(n -> {
      asking.rate = n < lasts ? 2 : 0;
      return n < lasts;
    });
  }

  private void issuer() {
    int lasts = between(600, 3_600);
    stories.add(n -> {
      declining = n < lasts ? 3 : 1;
      payments.ends(Band.DECLINED, Math.min(0.5, declines * declining));
      return n < lasts;
    });
  }

  private void scanner() {
    int lasts = between(1, 20);
    stories.add(n -> {
      town.brokenConnections += between(1, 30);
      return n < lasts;
    });
  }

  private void lateLook() {
    stories.add(n -> {
      town.blindSocket = n == 1;
      return n == 1;
    });
  }

  /** Up to three requests fail in a second, or a server stands still for almost a second. */
  private void hiccup() {
    Town.@Nullable Server server = payments.to.get(random.nextInt(payments.to.size()));
    double usual = payments.ends(Band.ERROR);
    stories.add(n -> {
      if (payments.rate > 3) {
        payments.ends(Band.ERROR, n == 1 ? Math.min(0.3, 2 / payments.rate) : 0.0006);
        server.slower = n == 1 ? 3 : 1;
      }
      return n == 1 && usual >= 0;
    });
  }
}
