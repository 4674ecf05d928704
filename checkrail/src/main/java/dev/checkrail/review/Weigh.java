package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.Change.Risk;
import dev.checkrail.change.Traffic;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * How much can go wrong with a change: by the share of recorded traffic that it moves, the services
 * that it touches, and what was found. The rules, each of which can only raise it:
 *
 * <table>
 * <caption>What raises the risk</caption>
 * <tr><td>5 % of the recorded requests may move, 25 % do</td><td>medium, high</td></tr>
 * <tr><td>of 5 % the log does not tell whether they move</td><td>medium</td></tr>
 * <tr><td>requests move, and no traffic or too little was recorded</td><td>medium</td></tr>
 * <tr><td>a new warning; two or more services touched; not rehearsed</td><td>medium</td></tr>
 * <tr><td>blocked, or undecided</td><td>high</td></tr>
 * <tr><td>the version that is live would not work again</td><td>high</td></tr>
 * </table>
 *
 * {@link Traffic} says how requests are counted. What nobody knows is never low.
 */
public final class Weigh {
  private static final double SOME = 0.05;
  private static final double MUCH = 0.25;

  private Weigh() {}

  /** What recorded traffic says. */
  public sealed interface Recorded {
    /** This. */
    record Seen(Traffic traffic) implements Recorded {}

    /** Nothing, for a reason: {@code no traffic was recorded}. */
    record Nothing(String why) implements Recorded {}
  }

  /**
   * What a change is weighed by.
   *
   * @param traffic what it moves of what was recorded, or why that is not known
   * @param services what servers are there for, by address
   * @param rehearsed whether the real binary has run it
   * @param wayBack empty if the live version would work again, else why not
   */
  public record Found(
      Verdict verdict,
      Difference difference,
      Recorded traffic,
      Map<String, List<String>> services,
      boolean rehearsed,
      Optional<String> wayBack) {
    public Found {
      services = Map.copyOf(services);
    }
  }

  /** Weighs it. */
  public static Change.Weight weigh(Found found) {
    List<String> because = new ArrayList<>();
    Risk risk = Risk.LOW;
    Optional<Traffic> traffic = Optional.empty();
    if (found.difference().regions().isEmpty()) {
      because.add("no request moves");
    } else {
      switch (found.traffic()) {
        case Recorded.Nothing(String why) -> {
          because.add("requests move, and how many is not known: " + why);
          risk = Risk.MEDIUM;
        }
        case Recorded.Seen(Traffic seen) -> {
          traffic = Optional.of(seen);
          because.add(seen.thin() ? "requests move, and " + seen.text() : seen.text());
          risk = risk(seen);
        }
      }
      traffic
          .filter(it -> !it.thin() && it.unclear() >= SOME)
          .ifPresent(it ->
              because.add(
                  "of %s of them the log does not tell whether they move"
                      .formatted(Traffic.percent(it.unclear()))));
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

  private static Risk risk(Traffic traffic) {
    if (traffic.thin()) {
      return Risk.MEDIUM;
    }
    return traffic.share() >= MUCH
        ? Risk.HIGH
        : traffic.atMost() >= SOME || traffic.unclear() >= SOME ? Risk.MEDIUM : Risk.LOW;
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
}
