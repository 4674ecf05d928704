package dev.checkrail.watch.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** A cause that is being weighed. Confined. */
final class Hypothesis {
  static final double CAP = 6;

  final Cause cause;
  final String object;
  final List<Reason> reasons = new ArrayList<>();
  Optional<Act> act = Optional.empty();
  Predicate<Harm.Unit> place = unit -> false;
  double explained;

  /** If it explains what another one leaves over: how likely it is among those that might. */
  OptionalDouble beside = OptionalDouble.empty();

  boolean observed = true;
  String missing = "";

  Hypothesis(Cause cause, String object, double prior) {
    this.cause = cause;
    this.object = object;
    reasons.add(
        new Reason(Reason.Kind.PRIOR, "how often that is the cause, before looking", prior));
  }

  void add(Reason.Kind kind, double log10, String text, Object... values) {
    double held = Math.max(-CAP, Math.min(CAP, log10));
    reasons.add(new Reason(kind, String.format(Locale.ROOT, text, values), held));
  }

  double sum() {
    double sum = 0;
    for (Reason reason : reasons) {
      sum += reason.log10();
    }
    return sum;
  }

  /**
   * Where the harm is, against where it would be by chance: among requests, a part {@code share} of
   * which goes there.
   */
  void scope(Harm harm, double inside, double share, String where) {
    scope(harm, inside, share, where, CAP);
  }

  /**
   * The same.
   *
   * @param most it may speak for the cause by no more: where other causes would put the harm as
   *     well, that it is there says little
   */
  void scope(Harm harm, double inside, double share, String where, double most) {
    double total = harm.total;
    explained = total <= 0 ? 0 : Math.min(1, inside / total);
    if (total <= 0) {
      return;
    }
    // Neighbouring requests fail together: more than thirty are no more than thirty witnesses.
    double witnesses = Math.min(30, total);
    double in = explained * witnesses;
    double out = witnesses - in;
    double q = Math.max(0.002, Math.min(0.97, share));
    double exact = in * log(0.97 / q) + out * log(0.03 / (1 - q));
    double part = Math.max(0.002, Math.min(0.97, explained));
    // What it leaves over needs another cause at the same time, and that is rare.
    double partly =
        part > q ? Math.min(5, in * log(part / q) + out * log((1 - part) / (1 - q))) - 2.3 : -9;
    double[] interval = wilson(in, witnesses);
    add(
        Reason.Kind.SCOPE,
        Math.min(most, Math.max(exact, partly)),
        "%.0f of %.0f harmed are at %s: %.0f %% (95 %%: %.0f-%.0f), while %.0f %% of all requests"
            + " go there",
        inside,
        total,
        where,
        100 * explained,
        100 * interval[0],
        100 * interval[1],
        100 * share);
  }

  static double log(double ratio) {
    return Math.log10(ratio);
  }

  /** Wilson's interval of 95 %. */
  static double[] wilson(double hits, double all) {
    if (all <= 0) {
      return new double[] {0, 1};
    }
    double z = 1.96;
    double p = hits / all;
    double middle = (p + z * z / (2 * all)) / (1 + z * z / all);
    double half = z * Math.sqrt(p * (1 - p) / all + z * z / (4 * all * all)) / (1 + z * z / all);
    return new double[] {Math.max(0, middle - half), Math.min(1, middle + half)};
  }
}
