package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.Change.Risk;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * How much can go wrong with a change: by the share of recorded traffic that it moves, the services
 * that it touches, and what was found. The rules, each of which can only raise it:
 *
 * <table>
 * <caption>What raises the risk</caption>
 * <tr><td>5 % of the recorded requests move, 25 %</td><td>medium, high</td></tr>
 * <tr><td>requests move, and no traffic was recorded</td><td>medium</td></tr>
 * <tr><td>a new warning; two or more services touched; not rehearsed</td><td>medium</td></tr>
 * <tr><td>blocked, or undecided</td><td>high</td></tr>
 * <tr><td>the version that is live would not work again</td><td>high</td></tr>
 * </table>
 *
 * A request moves by the part of it that other servers get: a fourth server beside three moves a
 * quarter of their requests, whatever the set of them is called.
 */
public final class Weigh {
  private static final double SOME = 0.05;
  private static final double MUCH = 0.25;

  private Weigh() {}

  /**
   * Recorded requests that a change moves.
   *
   * @param share their part of all recorded requests
   */
  public record Moving(Outcome from, Outcome to, double share) {}

  /**
   * What a change is weighed by.
   *
   * @param moving empty if no traffic was recorded
   * @param services what servers are there for, by address
   * @param rehearsed whether the real binary has run it
   * @param wayBack empty if the live version would work again, else why not
   */
  public record Found(
      Verdict verdict,
      Difference difference,
      Optional<List<Moving>> moving,
      Map<String, List<String>> services,
      boolean rehearsed,
      Optional<String> wayBack) {
    public Found {
      moving = moving.map(List::copyOf);
      services = Map.copyOf(services);
    }
  }

  /** Weighs it. */
  public static Change.Weight weigh(Found found) {
    List<String> because = new ArrayList<>();
    Risk risk = Risk.LOW;
    OptionalDouble traffic = OptionalDouble.empty();
    if (found.moving().isPresent()) {
      double share =
          found.moving().get().stream()
              .mapToDouble(it -> it.share() * distance(it.from(), it.to()))
              .sum();
      traffic = OptionalDouble.of(Math.min(1, share));
      because.add("%s of the recorded requests move".formatted(percent(share)));
      risk = share >= MUCH ? Risk.HIGH : share >= SOME ? Risk.MEDIUM : Risk.LOW;
    } else if (found.difference().regions().isEmpty()) {
      because.add("no request moves");
    } else {
      because.add("requests move, and how many is not known: no traffic was recorded");
      risk = Risk.MEDIUM;
    }
    Set<String> services = services(found);
    if (services.size() > 1) {
      because.add("it touches " + String.join(", ", services));
      risk = higher(risk, Risk.MEDIUM);
    }
    List<Finding> counting = found.verdict().findings().stream().filter(Finding::counts).toList();
    List<String> warned = rules(counting, Severity.WARNING);
    if (!warned.isEmpty()) {
      because.add("new warnings: " + String.join(" ", warned));
      risk = higher(risk, Risk.MEDIUM);
    }
    switch (found.verdict().kind()) {
      case PASS -> {}
      case UNDECIDED -> {
        because.add("a question is undecided");
        risk = Risk.HIGH;
      }
      case BLOCKED, ERROR -> {
        because.add("blocked: " + String.join(" ", rules(counting, Severity.ERROR)));
        risk = Risk.HIGH;
      }
    }
    if (!found.rehearsed()) {
      because.add("the real binary did not run it");
      risk = higher(risk, Risk.MEDIUM);
    }
    if (found.wayBack().isPresent()) {
      because.add("the way back is not sure: " + found.wayBack().get());
      risk = Risk.HIGH;
    }
    return new Change.Weight(risk, traffic, List.copyOf(services), because);
  }

  /** 0: every request is served as before; 1: all of them are by others, or otherwise. */
  static double distance(Outcome from, Outcome to) {
    Map<String, Double> balance = new LinkedHashMap<>();
    parts(from, 1, balance);
    parts(to, -1, balance);
    return balance.values().stream().mapToDouble(Math::abs).sum() / 2;
  }

  private static void parts(Outcome outcome, double share, Map<String, Double> into) {
    switch (outcome) {
      case Outcome.Reaches reaches -> {
        String sent = "|" + reaches.path() + "|" + reaches.headers();
        reaches
            .servers()
            .forEach(it -> into.merge(it.address() + sent, share * it.share(), Double::sum));
      }
      case Outcome.Splits splits ->
          splits.of().forEach(it -> parts(it.outcome(), share * it.share(), into));
      case Outcome.Responds responds -> into.merge(responds.toString(), share, Double::sum);
      case Outcome.Redirects redirects -> into.merge(redirects.toString(), share, Double::sum);
      case Outcome.Drops drops -> into.merge(drops.toString(), share, Double::sum);
      case Outcome.Undecided undecided -> into.merge(undecided.toString(), share, Double::sum);
    }
  }

  /** What the servers are there for whose requests change; a pool where nobody says. */
  private static Set<String> services(Found found) {
    Set<String> all = new TreeSet<>();
    for (Difference.Region region : found.difference().regions()) {
      services(region.from(), found, all);
      services(region.to(), found, all);
    }
    return all;
  }

  private static void services(Outcome outcome, Found found, Set<String> into) {
    switch (outcome) {
      case Outcome.Reaches reaches ->
          reaches
              .servers()
              .forEach(it ->
                  into.addAll(
                      found
                          .services()
                          .getOrDefault(it.address(), List.of("pool " + reaches.pool()))));
      case Outcome.Splits splits -> splits.of().forEach(it -> services(it.outcome(), found, into));
      case Outcome.Responds responds -> {}
      case Outcome.Redirects redirects -> {}
      case Outcome.Drops drops -> {}
      case Outcome.Undecided undecided -> {}
    }
  }

  private static List<String> rules(List<Finding> findings, Severity severity) {
    return findings.stream()
        .filter(it -> it.severity() == severity)
        .map(it -> it.rule().id())
        .distinct()
        .limit(10)
        .toList();
  }

  private static Risk higher(Risk one, Risk other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static String percent(double share) {
    return share > 0 && share < 0.001
        ? "less than 0.1 %"
        : String.format(Locale.ROOT, "%.1f %%", share * 100);
  }
}
