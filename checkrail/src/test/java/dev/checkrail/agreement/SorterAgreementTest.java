package dev.checkrail.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.explain.Explain;
import dev.checkrail.explain.ListenerChoice;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Lot;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Seen;
import dev.checkrail.prove.Sorter;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Generated configurations and requests: what replay says becomes of a request of which all is
 * known is what explain says; of a request of which a part is known it says the same, or that it
 * does not know; and what it says moves, or stays, explain sees move or stay. More of them with
 * {@code -Dsorter.configurations=N}, others with {@code -Dsorter.seed=N}.
 */
class SorterAgreementTest {
  private static final int REQUESTS = 40;

  private final int configurations = Integer.getInteger("sorter.configurations", 60);
  private final long seed = Long.getLong("sorter.seed", 20261123L);

  private int whole;
  private int wholeUndecided;
  private int part;
  private int partUndecided;
  private int moved;
  private int computed;
  private int stayed;
  private int unclear;

  @Test
  void whatIsReplayedIsWhatExplainSays() {
    for (int i = 0; i < configurations; i++) {
      Scenario scenario = GenerateConfiguration.of(seed + i);
      Configuration old = Judge.read(scenario).configuration();
      if (old.frontends().stream().allMatch(f -> f.listeners().isEmpty())) {
        continue;
      }
      Random random = new Random(seed + i);
      Scenario changed = scenario.withLines(without(scenario.lines(), random));
      Configuration now = Judge.read(changed).configuration();
      Sorter one = Prove.sorter(old, Policy.none());
      Sorter two = Prove.sorter(old, now, Policy.none());
      GenerateRequest generator = new GenerateRequest(seed + i, old);
      for (int r = 0; r < REQUESTS; r++) {
        Request request = generator.next();
        Optional<Outcome> said = explain(old, request);
        if (said.isEmpty() || said.get() instanceof Outcome.Undecided) {
          continue;
        }
        Seen seen = RegionsAgreementTest.whole(request, old);
        String what = "seed " + (seed + i) + "\n" + scenario.text() + "\n" + request;
        all(one.at(seen).orElseThrow(), said.get(), what);
        Optional<Outcome> then = explain(now, request);
        for (int k = 0; k < 3; k++) {
          Seen some = k == 0 ? seen : RegionsAgreementTest.part(seen, random);
          some(one.at(some).orElseThrow(), said.get(), what + "\nseen " + some);
          both(
              two.at(some).orElseThrow(),
              said.get(),
              then,
              what + "\nseen " + some + "\nnow\n" + changed.text());
        }
      }
    }
    System.out.printf(
        "replayed (seed %d): %d of which all is known (%d undecided), %d of which a part is (%d"
            + " undecided); of two configurations %d move (%d of them to the same by another function), %d stay,"
            + " %d unclear%n",
        seed, whole, wholeUndecided, part, partUndecided, moved, computed, stayed, unclear);
    assertThat(whole).isGreaterThan(configurations * REQUESTS / 2);
    assertThat(wholeUndecided).isLessThan(whole / 50);
    assertThat(moved).isPositive();
    assertThat(stayed).isPositive();
  }

  private void all(Lot lot, Outcome said, String what) {
    whole++;
    if (lot.undecided()) {
      wholeUndecided++;
      return;
    }
    assertThat(fits(lot.now(), said)).as("%s\n%s\n%s", what, said, lot).isTrue();
  }

  private void some(Lot lot, Outcome said, String what) {
    part++;
    if (lot.undecided()) {
      partUndecided++;
      return;
    }
    assertThat(fits(lot.now(), said)).as("%s\n%s\n%s", what, said, lot).isTrue();
  }

  private void both(Lot lot, Outcome was, Optional<Outcome> is, String what) {
    if (is.isEmpty()) {
      // Nobody listens there any more.
      assertThat(lot.move()).as(what).isEqualTo(Lot.Move.MOVES);
      return;
    }
    if (is.get() instanceof Outcome.Undecided) {
      return;
    }
    String why = what + "\nwas " + was + "\nis " + is.get() + "\n" + lot;
    switch (lot.move()) {
      case STAYS -> {
        stayed++;
        assertThat(alike(was, is.get())).as(why).isTrue();
      }
      case MOVES -> {
        moved++;
        if (alike(was, is.get())) {
          // Two different functions of a request count as different where both have a value.
          computed++;
          assertThat(lot.undecided() || lot.toString().contains(Outcome.VARIES)).as(why).isTrue();
        }
      }
      case UNCLEAR -> unclear++;
    }
    if (!(lot.now() instanceof Outcome.Undecided)) {
      assertThat(fits(lot.now(), is.get())).as(why).isTrue();
    }
    lot.before()
        .filter(before -> !(before instanceof Outcome.Undecided))
        .ifPresent(before -> assertThat(fits(before, was)).as(why).isTrue());
  }

  private static Optional<Outcome> explain(Configuration configuration, Request request) {
    return switch (Explain.listener(configuration, request, request.listener())) {
      case ListenerChoice.Unclear nobody -> Optional.empty();
      case ListenerChoice.Chosen chosen ->
          Optional.of(Explain.explain(configuration, request, chosen).outcome());
    };
  }

  /** A line less, of those that decide something. */
  private static List<String> without(List<String> lines, Random random) {
    List<Integer> candidates = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).strip().matches("(use_backend|http-request|redirect|server|acl) .*")) {
        candidates.add(i);
      }
    }
    List<String> fewer = new ArrayList<>(lines);
    if (!candidates.isEmpty()) {
      fewer.remove((int) candidates.get(random.nextInt(candidates.size())));
    }
    return fewer;
  }

  /** Whether what becomes of one request is what becomes of all that were sorted alike. */
  private static boolean fits(Outcome common, Outcome one) {
    if (one instanceof Outcome.Splits split && !(common instanceof Outcome.Splits)) {
      // Chance decides on what is sent on only.
      return split.of().stream().allMatch(part -> fits(common, part.outcome()));
    }
    return switch (common) {
      case Outcome.Reaches all ->
          one instanceof Outcome.Reaches reaches
              && all.pool().equals(reaches.pool())
              // A cookie may bind the one to a server, also to a backup.
              && (all.varies() || servers(all).equals(servers(reaches)))
              && reaches.path().stream().allMatch(path -> says(all.path(), path))
              && reaches.headers().entrySet().stream()
                  .allMatch(header ->
                      // Removed: by all, by some, or by a pattern of names.
                      header
                          .getValue()
                          .map(value ->
                              says(
                                  all.headers().getOrDefault(header.getKey(), Optional.empty()),
                                  value))
                          .orElse(true));
      case Outcome.Responds all ->
          one instanceof Outcome.Responds responds
              && all.status() == responds.status()
              && all.pool().equals(responds.pool());
      case Outcome.Redirects all ->
          one instanceof Outcome.Redirects redirects
              && all.status() == redirects.status()
              && says(Optional.of(all.location()), redirects.location());
      case Outcome.Drops all -> one instanceof Outcome.Drops;
      case Outcome.Splits all ->
          one instanceof Outcome.Splits split
              ? split.of().stream().allMatch(part -> fits(all, part.outcome()))
              : all.of().stream().anyMatch(part -> fits(part.outcome(), one));
      case Outcome.Undecided all -> true;
    };
  }

  private static boolean says(Optional<String> common, String one) {
    return common
        .filter(text ->
            text.equals(one) || text.equals(Outcome.VARIES) || text.equals(Outcome.NOT_KNOWN))
        .isPresent();
  }

  private static Map<String, Long> servers(Outcome.Reaches reaches) {
    Map<String, Long> servers = new TreeMap<>();
    reaches.servers().forEach(s -> servers.put(s.address(), Math.round(s.share() * 1e6)));
    return servers;
  }

  /** Whether somebody who sends it sees no difference: names are labels, shares may drift. */
  private static boolean alike(Outcome a, Outcome b) {
    return switch (a) {
      case Outcome.Reaches one ->
          b instanceof Outcome.Reaches other
              && close(servers(one), servers(other))
              && one.path().equals(other.path())
              && one.headers().equals(other.headers());
      case Outcome.Responds one ->
          b instanceof Outcome.Responds other
              && one.status() == other.status()
              && one.body().equals(other.body());
      case Outcome.Redirects one -> one.equals(b);
      case Outcome.Drops one -> b instanceof Outcome.Drops;
      case Outcome.Splits one ->
          b instanceof Outcome.Splits other
              && one.of().stream()
                  .allMatch(x -> other.of().stream().anyMatch(y -> alike(x.outcome(), y.outcome())));
      case Outcome.Undecided one -> true;
    };
  }

  private static boolean close(Map<String, Long> a, Map<String, Long> b) {
    return a.keySet().equals(b.keySet())
        && a.entrySet().stream()
            .allMatch(one -> {
              double x = one.getValue();
              double y = b.getOrDefault(one.getKey(), 0L);
              return Math.abs(x - y) <= 0.05 * 1e6 + 1 && Math.max(x, y) < 2 * Math.min(x, y);
            });
  }
}
