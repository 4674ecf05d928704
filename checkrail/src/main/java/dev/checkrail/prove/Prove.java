package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The stage that proves. */
public final class Prove {
  private Prove() {}

  /** Asks all questions about one configuration. */
  public static ProveReport prove(Configuration configuration, Policy policy) {
    try {
      Work work = new Work(List.of(configuration), policy);
      Answers answers = new Answers(work);
      Work.Side side = work.sides.getFirst();
      new Questions(work, side, answers).all();
      new Traps(work, side, answers).all();
      new Demands(work, side, answers).all();
      return new ProveReport(answers.findings, answers.undecided, Reaching.of(work, side));
    } catch (BudgetExceeded tooLarge) {
      return new ProveReport(List.of(), List.of(tooLarge(configuration, tooLarge)), List.of());
    }
  }

  /** What a finding of a configuration answers: does this happen to that object? */
  public record Question(RuleId rule, String subject) {}

  /**
   * The findings of {@code route} and {@code retry} that are about requests, all of which the same
   * finding of the old configuration was about. None if the rules are too large to be proved.
   */
  public static Set<Question> contained(Configuration old, Configuration now, Policy policy) {
    try {
      return Contained.of(old, now, policy);
    } catch (BudgetExceeded tooLarge) {
      return Set.of();
    }
  }

  /**
   * Compares two configurations.
   *
   * @param moves services whose requests may move; {@code all} for every request
   */
  public static DiffReport diff(
      Configuration old, Configuration candidate, Policy policy, Set<String> moves) {
    try {
      return Diff.diff(old, candidate, policy, moves);
    } catch (BudgetExceeded tooLarge) {
      return new DiffReport(
          false, List.of(), List.of(), List.of(), List.of(tooLarge(candidate, tooLarge)));
    }
  }

  /**
   * Requests that together take every way through the rules: one for each listener, deciding rule
   * and outcome, and one for each way of every "or". None if the rules are too large to be proved.
   */
  public static List<CoverRequest> cover(Configuration configuration) {
    try {
      return Cover.of(configuration);
    } catch (BudgetExceeded tooLarge) {
      return List.of();
    }
  }

  /** The diagrams of a configuration, for concrete requests. */
  public static Router router(Configuration configuration) {
    try {
      Work work = new Work(List.of(configuration), Policy.none());
      return new Router(work.space, work.sides.getFirst().dispatches());
    } catch (BudgetExceeded tooLarge) {
      return Router.tooLarge(String.valueOf(tooLarge.getMessage()));
    }
  }

  /** Where a configuration sends requests of which only a part is known, as of those in a log. */
  public static Regions regions(Configuration configuration, Policy policy) {
    try {
      return Regions.of(new Work(List.of(configuration), policy));
    } catch (BudgetExceeded tooLarge) {
      return Regions.tooLarge(String.valueOf(tooLarge.getMessage()));
    }
  }

  /** Sorts requests of which only a part is known by what becomes of them. */
  public static Sorter sorter(Configuration configuration, Policy policy) {
    try {
      return Sorter.of(configuration, policy);
    } catch (BudgetExceeded tooLarge) {
      return Sorter.tooLarge(String.valueOf(tooLarge.getMessage()), false);
    }
  }

  /**
   * Sorts requests that come to the old configuration by what becomes of them in both, and whether
   * that differs.
   */
  public static Sorter sorter(Configuration old, Configuration candidate, Policy policy) {
    try {
      return Sorter.of(old, candidate, policy);
    } catch (BudgetExceeded tooLarge) {
      return Sorter.tooLarge(String.valueOf(tooLarge.getMessage()), true);
    }
  }

  private static Undecided tooLarge(Configuration configuration, BudgetExceeded tooLarge) {
    Span place =
        configuration.frontends().isEmpty()
            ? Span.startOf("configuration")
            : configuration.frontends().getFirst().span();
    return new Undecided(
        RuleId.ROUTE_NO_DEFAULT,
        "configuration",
        "the rules together are too large to be proved: " + tooLarge.getMessage(),
        List.of(place),
        Optional.empty());
  }
}
