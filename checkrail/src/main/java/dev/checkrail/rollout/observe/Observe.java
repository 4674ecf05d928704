package dev.checkrail.rollout.observe;

import dev.checkrail.rollout.observe.Decision.Act;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides, second by second, what becomes of a step.
 *
 * <p><b>Undone</b> is a step if two things are certain enough.
 *
 * <ol>
 *   <li><i>More of the moved requests fail than before.</i> Hypothesis: each fails with a chance of
 *       at most the upper bound of what failed before, and {@code tolerated}. Bets: likelihood
 *       ratios of larger chances.
 *   <li><i>And that is not shared by the others</i>: the difference of the two differences.
 *       Hypothesis: of the failures of a second, those of moved requests are no larger a part than
 *       they were before, given how many requests of either kind there were; at most {@code n·ρ /
 *       (n·ρ + m)} of them, where {@code ρ} says how much oftener a moved one failed before than
 *       another. Whatever hits all (a slow database) cancels out, whenever it comes. Bets: {@code
 *       r^X / (1 + q(r-1))^F} for {@code X} of {@code F} failures, a mixture over {@code r}.
 * </ol>
 *
 * With no others to compare with, the first alone decides, and the reason says so. {@code ρ} is the
 * upper bound of what was seen; if too little failed before to know, 5; never below 1, because what
 * makes half of everything fail leaves no room for moved requests to fail less often than others as
 * they used to.
 *
 * <p><b>Promoted</b> is a step if it is certain enough that less than {@code margin} more of the
 * moved requests fail than did before. Hypothesis: each fails with a chance of at least the lower
 * bound of what failed before, and {@code margin}. Bets: likelihood ratios of smaller chances, over
 * requests that are old enough to have failed; one that is, and has no end, counts as failed there.
 * Thin data win no bets, so it <b>holds</b>; no time that passes makes it pass. Good probes are a
 * condition and no evidence.
 *
 * <p><b>Errors.</b> Half of each chance in {@link Terms} is spent on the bounds of what was before
 * (one look, at a stretch fixed beforehand), half on the bets ({@link Wager}: as many looks as one
 * likes). They hold if requests of a second fail independently of each other given what came
 * before; failures that come in bunches (one client that tries again and again) speak more than
 * they should. For the second hypothesis failures are taken to be rare among all requests, as
 * Poisson's. What noise does that no assumption covers is simulated in {@code
 * ObserveSimulationTest}.
 */
public final class Observe {
  private static final double[] RATIOS = {1.5, 3, 8, 40};
  private static final double[] TIMES = {1.5, 3, 8, 40};
  private static final double MOST = 0.7;
  private static final double[] PARTS = {0.75, 0.5, 0.25, 0.05};

  /** How much oftener moved requests may fail than others if nobody knows. */
  private static final double UNKNOWN_RATIO = 5;

  /** Fewer are no history. */
  private static final int HISTORY = 50;

  /** What of requests without a history may fail. */
  private static final double UNKNOWN_SHARE = 0.05;

  /** Harm that is this much likelier than not is waited for. */
  private static final double SUSPICIOUS = Math.log(3);

  private final Terms terms;
  private final Before before;
  private final double wasAtMost;
  private final double wasAtLeast;
  private final double ratio;
  private final boolean comparable;
  private final Wager more = new Wager(TIMES.length + 1, true);
  private final Wager own = new Wager(RATIOS.length, true);
  private final Wager fine = new Wager(PARTS.length, false);
  private Group moved = Group.NONE;
  private Group others = Group.NONE;
  private Group settled = Group.NONE;
  private long unended;
  private int seconds;
  private int blind;
  private Optional<Decision> undone = Optional.empty();

  /** Begins with the second after the step. */
  public Observe(Terms terms, Before before) {
    this.terms = terms;
    this.before = before;
    double half = terms.falseRollback() / 2;
    Group was = before.moved();
    Group rest = before.others();
    this.comparable = rest.requests() >= HISTORY;
    double high = Bounds.high(was.failed(), was.requests(), half);
    this.wasAtMost =
        was.requests() >= HISTORY
            ? high
            : Math.min(
                high,
                Math.max(
                    UNKNOWN_SHARE,
                    UNKNOWN_RATIO * Bounds.high(rest.failed(), rest.requests(), half)));
    this.wasAtLeast =
        was.requests() >= HISTORY
            ? Bounds.low(was.failed(), was.requests(), terms.falsePromotion() / 2)
            : 0;
    this.ratio = ratio(was, rest, half);
  }

  /** How much oftener a moved request failed before than another, at most. */
  private static double ratio(Group was, Group rest, double mistake) {
    long failed = was.failed() + rest.failed();
    if (failed < 10 || was.requests() < HISTORY || rest.requests() < HISTORY) {
      return UNKNOWN_RATIO;
    }
    double part = Bounds.high(was.failed(), failed, mistake);
    double odds = part / (1 - part) * rest.requests() / was.requests();
    return Double.isFinite(odds) ? Math.max(1, odds) : UNKNOWN_RATIO;
  }

  /** Decides by all seconds so far, in order. */
  public static Decision decide(Terms terms, Before before, List<Observed> seconds) {
    Observe observe = new Observe(terms, before);
    Decision decision = observe.hold("nothing was seen yet");
    for (Observed one : seconds) {
      decision = observe.add(one);
    }
    return decision;
  }

  /** Decides after one more second. */
  public Decision add(Observed second) {
    if (undone.isPresent()) {
      return undone.get();
    }
    seconds++;
    Decision decision = decide(second);
    if (decision.act() == Act.ROLL_BACK) {
      undone = Optional.of(decision);
    }
    return decision;
  }

  private Decision decide(Observed second) {
    if (second.harm().isPresent()) {
      return new Decision(Act.ROLL_BACK, "harm in what the change moved: " + second.harm().get());
    }
    if (second.blind().isPresent()) {
      blind++;
      return hold("requests can't be counted: " + second.blind().get());
    }
    count(second);
    double sureMore = Math.log(2 / terms.falseRollback());
    if (more.logarithm() >= sureMore && (!comparable || own.logarithm() >= sureMore)) {
      return new Decision(Act.ROLL_BACK, harm());
    }
    if (second.probes().isPresent()) {
      return hold("a probe fails: " + second.probes().get());
    }
    if (second.elsewhere().isPresent()) {
      return hold("something else harms users now: " + second.elsewhere().get());
    }
    if (more.logarithm() > SUSPICIOUS && (!comparable || own.logarithm() > SUSPICIOUS)) {
      return hold("it may do harm, which is not certain yet: " + figures());
    }
    if (fine.logarithm() < Math.log(2 / terms.falsePromotion())
        || settled.requests() < terms.least()) {
      return hold(thin());
    }
    if (seconds - blind < terms.seconds()) {
      return hold(
          "so far it does no harm, but only "
              + (seconds - blind)
              + " of "
              + terms.seconds()
              + " seconds were observed");
    }
    return new Decision(
        Act.PROMOTE,
        "less than "
            + percent(terms.margin())
            + " more of the moved requests fail than before, with a certainty of "
            + percent(1 - terms.falsePromotion())
            + ": "
            + figures());
  }

  private void count(Observed second) {
    moved = moved.and(second.moved());
    others = others.and(second.others());
    Group old = second.settled().and(new Group(second.unended(), second.unended()));
    settled = settled.and(old);
    unended += second.unended();
    more.bet(moreBets(second.moved()));
    own.bet(ownBets(second.moved(), second.others()));
    fine.bet(fineBets(old));
  }

  private double[] moreBets(Group group) {
    double given = Math.min(0.98, wasAtMost + terms.tolerated());
    double[] bets = new double[TIMES.length + 1];
    for (int i = 0; i < bets.length; i++) {
      double nearer = 1 - (1 - given) / (i + 2);
      double other = i < TIMES.length ? Math.min(given * TIMES[i], nearer) : Math.max(MOST, nearer);
      bets[i] = bernoulli(group, other, given);
    }
    return bets;
  }

  private double[] ownBets(Group here, Group there) {
    double[] bets = new double[RATIOS.length];
    long failed = here.failed() + there.failed();
    if (failed == 0) {
      return bets;
    }
    double part = ratio * here.requests() / (ratio * here.requests() + there.requests());
    for (int i = 0; i < bets.length; i++) {
      bets[i] = here.failed() * Math.log(RATIOS[i]) - failed * Math.log1p(part * (RATIOS[i] - 1));
    }
    return bets;
  }

  private double[] fineBets(Group group) {
    double given = Math.min(0.99, wasAtLeast + terms.margin());
    double[] bets = new double[PARTS.length];
    for (int i = 0; i < bets.length; i++) {
      bets[i] = bernoulli(group, given * PARTS[i], given);
    }
    return bets;
  }

  private static double bernoulli(Group group, double other, double given) {
    return group.failed() * Math.log(other / given)
        + (group.requests() - group.failed()) * Math.log((1 - other) / (1 - given));
  }

  // In words.

  private Decision hold(String why) {
    return new Decision(
        Act.HOLD,
        seconds < terms.patience()
            ? why
            : why + "; after " + seconds + " seconds a person has to decide");
  }

  private String harm() {
    return "more of what the change moved fails than before"
        + (comparable
            ? ", and the others do not share it, with a certainty of "
            : " (there is nothing left to compare with: what hits all would look the same), with a"
                + " certainty of ")
        + percent(1 - terms.falseRollback())
        + ": "
        + figures();
  }

  private String thin() {
    double wanted = Math.log(2 / terms.falsePromotion());
    double has = Math.max(0, fine.logarithm());
    long need = Math.max(terms.least(), need(wanted));
    if (settled.requests() == 0) {
      return "not enough data: no moved request has come to its end yet";
    }
    if (settled.requests() < need && settled.share() < (wasAtLeast + terms.margin()) / 2) {
      return "not enough data: "
          + settled.requests()
          + " of about "
          + need
          + " moved requests; "
          + figures();
    }
    return String.format(
        Locale.ROOT,
        "too many fail to be sure that it does no harm, too few to be sure that it does (evidence"
            + " %.1f of %.1f): %s",
        has,
        wanted,
        figures());
  }

  /** How many requests it takes if all of them are fine. */
  private long need(double wanted) {
    double given = Math.min(0.99, wasAtLeast + terms.margin());
    double each = Math.log((1 - given * PARTS[PARTS.length - 1]) / (1 - given));
    return (long) Math.ceil((wanted + Math.log(PARTS.length)) / each);
  }

  private String figures() {
    String text = "moved " + of(before.moved()) + " failed before, " + of(moved) + " since";
    if (comparable) {
      text += "; others " + of(before.others()) + " before, " + of(others) + " since";
    }
    return unended == 0 ? text : text + "; " + unended + " moved ones came and do not end";
  }

  private static String of(Group group) {
    return group.failed()
        + " of "
        + group.requests()
        + (group.requests() == 0 ? "" : " (" + percent(group.share()) + ")");
  }

  private static String percent(double share) {
    String text = String.format(Locale.ROOT, "%.2f", share * 100);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "") + " %";
  }
}
