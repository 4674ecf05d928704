package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.watch.traffic.Band;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * How long it takes until something is told, and the table of {@code docs/detection.md}: {@code
 * -Dcheckrail.seeds=100} for its figures, as a rule a few.
 */
class DelayTest {
  private static final int SEEDS = Integer.getInteger("checkrail.seeds", 5);
  private static final int QUIET = 900;
  private static final int MOST = 900;

  /** They may come with any of these faults and tell nothing of it. */
  private static final Set<Detection> BESIDES =
      Set.of(Detection.BLIND, Detection.SERVER_SHARE, Detection.RETRIES);

  private record Fault(String name, double within, Consumer<Town> begins) {}

  private static Town.Stream payments(Town town) {
    return town.streams.getFirst();
  }

  private static List<Fault> faults(double rate) {
    return List.of(
        new Fault("2 % of a route fail", 60, town -> payments(town).ends(Band.ERROR, 0.02)),
        new Fault("5 % of a route fail", 20, town -> payments(town).ends(Band.ERROR, 0.05)),
        new Fault("40 % of a route fail", 5, town -> payments(town).ends(Band.ERROR, 0.4)),
        new Fault(
            "5 % at one of three servers fail",
            60, town -> town.server("be_pay/pay-2").spoilt = 0.05),
        new Fault(
            "5 % of a route are redirected",
            60, town -> payments(town).ends(Band.REDIRECTED, 0.05)),
        new Fault(
            "6 % of clients cannot agree on TLS",
            60,
            town -> {
              payments(town).rate = rate * 0.94;
              for (int i = 0; i < 60; i++) {
                town.brokenConnections += town.random.nextDouble() < rate * 0.06 / 60 ? 1 : 0;
              }
            }),
        new Fault("a route dries up", 5, town -> payments(town).rate = 0));
  }

  @Test
  void leaksAreToldWithinTheirTime() {
    for (double rate : new double[] {60, 8}) {
      for (Fault fault : faults(rate)) {
        List<Double> delays = new ArrayList<>();
        for (int seed = 1; seed <= SEEDS; seed++) {
          delays.add(delay(Town.ordinary(seed, rate), fault));
        }
        print(fault.name() + " at " + Math.round(rate) + "/s", delays);
        if (rate == 60) {
          assertThat(delays).allMatch(it -> it <= fault.within(), fault.name());
        }
      }
    }
  }

  private static double delay(Town town, Fault fault) {
    Detect detect = new Detect(Expectations.NONE);
    for (int i = 0; i < QUIET; i++) {
      detect.next(town.next());
    }
    for (int i = 1; i <= MOST; i++) {
      fault.begins().accept(town);
      for (Sign sign : detect.next(town.next())) {
        if (!BESIDES.contains(sign.detection())) {
          return i + 0.4;
        }
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  @Test
  void theIncidentIsToldBeforeItIsFelt() {
    for (boolean logged : new boolean[] {true, false}) {
      List<Double> pages = new ArrayList<>();
      List<Double> failures = new ArrayList<>();
      for (int seed = 1; seed <= SEEDS; seed++) {
        Town town = Town.ordinary(seed, 60);
        town.logged = logged;
        Detect detect = new Detect(Expectations.NONE);
        for (int i = 0; i < QUIET; i++) {
          detect.next(town.next());
        }
        town.streams.forEach(stream -> stream.ends(Band.ERROR, 0).ends(Band.TIMED_OUT, 0));
        detect.next(town.next());
        town.firstFailure = Double.POSITIVE_INFINITY;
        payments(town).elsewhere = 0.4;
        payments(town).other = town.server("be_reports/rep-1");
        double page = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 20; i++) {
          Moment moment = town.next();
          boolean now =
              detect.next(moment).stream().anyMatch(sign -> sign.level() == Detection.Level.PAGE);
          if (now) {
            page = Math.min(page, moment.at().toEpochMilli() / 1e3 - town.firstMisrouted);
          }
        }
        pages.add(page);
        failures.add(town.firstFailure - town.firstMisrouted);
      }
      print("18 August: page, " + (logged ? "with a log" : "without a log"), pages);
      print("18 August: a user sees the first failure", failures);
      assertThat(pages).allMatch(it -> it <= (logged ? 3 : 8));
    }
  }

  private static void print(String what, List<Double> delays) {
    Collections.sort(delays);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f |%n",
        what,
        delays.get(delays.size() / 2),
        delays.get((int) (delays.size() * 0.9)),
        delays.getLast());
  }
}
