package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.serve.Yard.Answering;
import dev.checkrail.serve.Yard.Behaviour;
import dev.checkrail.serve.Yard.Edge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The figures of {@code docs/rollout.md}, at real load balancers with what is shipped as default:
 * {@code -Dcheckrail.harms=10} and {@code -Dcheckrail.rollouts=20}. They are printed; nothing is
 * asserted about time.
 */
class RolloutFiguresTest {
  private static final Duration CALM = Duration.ofSeconds(20);
  private static final Duration BEFORE = Duration.ofSeconds(60);

  /** Long after the longest time-out of a request: all that failed is known to have. */
  private static final Duration ENDED = Duration.ofSeconds(8);

  /** By then a rollout of 2 requests/s has been promoted, taken back, or is a person's matter. */
  private static final Duration LONGEST = Duration.ofMinutes(14);

  private static final String TO_REPORTS =
      Yard.CONFIG.replace("{ path_beg /reports }", "{ path_beg /reports /pay/eu }");

  @TempDir private Path folder;

  private static int hang() throws InterruptedException {
    var unused = new CountDownLatch(1).await(3, TimeUnit.SECONDS);
    return 200;
  }

  private static Behaviour half() {
    AtomicInteger turn = new AtomicInteger();
    return path -> turn.incrementAndGet() % 2 == 0 ? 200 : 500;
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }

  // --- harm to verified rollback

  /** One time that harm was done, in seconds until the change was rolled back. */
  private record Harm(String how, double sinceSent, double sinceSeen) {}

  @Test
  @EnabledIfSystemProperty(named = "checkrail.harms", matches = "\\d+")
  void harmIsTakenBackAndVerified() throws Exception {
    List<Harm> all = new ArrayList<>();
    try (Yard yard =
        new Yard(folder.resolve("data"), Optional.empty(), ControlPlane.Settings.OBSERVE)) {
      Answering reports = yard.server("REPORTS", path -> 200);
      Edge edge = yard.owned("edge", folder.resolve("edge"));
      LongAccumulator sent = new LongAccumulator(Math::min, Long.MAX_VALUE);
      LongAccumulator seen = new LongAccumulator(Math::min, Long.MAX_VALUE);
      Random chance = new Random(7);
      yard.each(60, () -> user(yard, edge, chance.nextDouble(), sent, seen));
      for (int run = 1; run <= Integer.getInteger("checkrail.harms", 0); run++) {
        boolean hangs = run % 2 == 1;
        reports.behaviour = path -> path.startsWith("/reports") ? 200 : hangs ? hang() : 500;
        Yard.beBusyFor(CALM);
        String base = yard.live(edge);
        String change = yard.proposed(edge, TO_REPORTS);
        sent.reset();
        seen.reset();
        yard.brokenGlass(change);
        yard.becomes(change, "rolled back");
        long verified = System.nanoTime();
        Yard.beBusyFor(ENDED);
        assertThat(yard.live(edge)).isEqualTo(base);
        yard.isAsApproved(edge);
        assertThat(sent.get()).as("somebody failed").isLessThan(Long.MAX_VALUE);
        Harm harm =
            new Harm(
                hangs ? "hangs" : "fails at once",
                seconds(verified - sent.get()),
                seconds(verified - seen.get()));
        all.add(harm);
        System.out.printf(
            Locale.ROOT,
            "harm %d, what was moved %s: rolled back %.1f s after the first request that failed was"
                + " sent, %.1f s after its user saw it; %s%n",
            run,
            harm.how(),
            harm.sinceSent(),
            harm.sinceSeen(),
            yard.because(change));
      }
      assertThat(yard.isIntact()).isTrue();
    }
    said("sent", all.stream().map(Harm::sinceSent).toList());
    said("seen", all.stream().map(Harm::sinceSeen).toList());
  }

  private static void user(
      Yard yard, Edge edge, double which, LongAccumulator sent, LongAccumulator seen) {
    String path = which < 0.05 ? "/reports/1" : which < 0.4 ? "/pay/eu" : "/pay/us";
    long began = System.nanoTime();
    var unused =
        yard.ask(edge, path)
            .thenAccept(status -> {
              if (status != 200 && path.equals("/pay/eu")) {
                sent.accumulate(began);
                seen.accumulate(System.nanoTime());
              }
            });
  }

  private static void said(String since, List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    System.out.printf(
        Locale.ROOT,
        "harm (%s) to verified rollback, %d runs: median %.1f s, worst %.1f s%n",
        since,
        sorted.size(),
        median,
        sorted.getLast());
  }

  // --- real ones at 2 requests/s

  private record Kind(String name, boolean harmful, String candidate) {}

  private record Begun(Kind kind, String change) {}

  private static String withServer(String word, int weight) {
    return Yard.CONFIG + "    server pay-3 127.0.0.1:@%s@ weight %d\n".formatted(word, weight);
  }

  private static String euTo(String word) {
    return Yard.CONFIG.replace(
            "default_backend be_pay",
            "use_backend be_eu if { path_beg /pay/eu }\n    default_backend be_pay")
        + "backend be_eu\n    server eu-1 127.0.0.1:@%s@\n".formatted(word);
  }

  /** Twenty: a harmless one and a harmful one in turn. */
  private static List<Kind> kinds() {
    List<Kind> good =
        List.of(
            new Kind("one more server", false, withServer("PAY3", 10)),
            new Kind("one more server, half the weight", false, withServer("PAY3", 5)),
            new Kind(
                "another weight",
                false,
                Yard.CONFIG.replace("@PAY2@ weight 10", "@PAY2@ weight 20")),
            new Kind("a part goes to a pool of its own", false, euTo("PAY3")),
            new Kind(
                "another time-out",
                false,
                Yard.CONFIG.replace("timeout client 30s", "timeout client 31s")));
    List<Kind> bad =
        List.of(
            new Kind("one more server, fails", true, withServer("FAILS", 10)),
            new Kind("one more server, half of it fails", true, withServer("HALF", 10)),
            new Kind("one more server, too slow", true, withServer("SLOW", 10)),
            new Kind("a part goes where all of it fails", true, TO_REPORTS),
            new Kind("a part goes where half of it fails", true, euTo("HALF")));
    List<Kind> all = new ArrayList<>();
    for (int i = 0; i < good.size(); i++) {
      all.add(good.get(i));
      all.add(bad.get(i));
    }
    return all;
  }

  @Test
  @EnabledIfSystemProperty(named = "checkrail.rollouts", matches = "\\d+")
  void noneThatDoesHarmIsPromotedAtTwoRequestsASecond() throws Exception {
    List<Kind> kinds = kinds();
    Map<String, Map<String, Integer>> table = new LinkedHashMap<>();
    kinds.stream()
        .sorted(Comparator.comparing(Kind::harmful))
        .forEach(kind -> table.put(kind.name(), new LinkedHashMap<>()));
    List<String> passed = new ArrayList<>();
    int takenBack = 0;
    try (Yard yard =
        new Yard(folder.resolve("data"), Optional.empty(), ControlPlane.Settings.OBSERVE)) {
      yard.server("PAY3", path -> 200);
      yard.server("FAILS", path -> 500);
      yard.server("HALF", half());
      yard.server("SLOW", path -> hang());
      List<Begun> all = new ArrayList<>();
      Random chance = new Random(7);
      for (int i = 0; i < Integer.getInteger("checkrail.rollouts", 0); i++) {
        Kind kind = kinds.get(i % kinds.size());
        Edge edge = yard.owned("edge-" + i, folder.resolve("edge-" + i));
        yard.each(
            2,
            () -> {
              var unused = yard.ask(edge, chance.nextDouble() < 0.4 ? "/pay/eu" : "/pay/us");
            });
        all.add(new Begun(kind, yard.proposed(edge, kind.candidate())));
      }
      Yard.beBusyFor(BEFORE);
      for (Begun one : all) {
        yard.rolledOut(one.change(), Optional.empty());
      }
      long end = System.nanoTime() + LONGEST.toNanos();
      while (System.nanoTime() < end
          && all.stream().anyMatch(one -> yard.state(one.change()).equals("rolling out"))) {
        Yard.beBusyFor(Duration.ofSeconds(2));
      }
      for (Begun one : all) {
        String became = became(yard, one.change());
        table.get(one.kind().name()).merge(became, 1, Integer::sum);
        String text = "%s: %s; %s".formatted(one.kind().name(), became, why(yard, one.change()));
        System.out.println(text);
        if (one.kind().harmful() && yard.state(one.change()).equals("live")) {
          passed.add(text);
        }
        takenBack += became.equals("taken back") && !one.kind().harmful() ? 1 : 0;
      }
    }
    table.forEach((kind, ends) -> System.out.println(kind + ": " + ends));
    assertThat(passed).as("harmful ones that were promoted").isEmpty();
    assertThat(takenBack)
        .as("harmless ones taken back: each with a chance of at most 1 %, so two are no chance")
        .isLessThan(2);
  }

  private static String why(Yard yard, String change) {
    return yard.state(change).equals("rolling out")
        ? yard.rollout(change).get("why").asString()
        : yard.because(change);
  }

  private static String became(Yard yard, String change) {
    return switch (yard.state(change)) {
      case "live" ->
          yard.because(change).contains("which proves little")
              ? "live, which proves little"
              : "promoted";
      case "rolled back" -> "taken back";
      default -> "held in step " + yard.rollout(change).get("step").asInt();
    };
  }
}
