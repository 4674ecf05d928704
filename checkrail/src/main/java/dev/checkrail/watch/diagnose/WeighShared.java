package dev.checkrail.watch.diagnose;

/** Weighs what all servers lean on. */
final class WeighShared {
  private final Case of;
  private final Signals signals;
  private final Asking asking;
  private final History.Usual usual;
  private final Harm harm;

  WeighShared(Case of, Signals signals, Asking asking) {
    this.of = of;
    this.signals = signals;
    this.asking = asking;
    this.usual = of.usual;
    this.harm = of.harm;
  }

  Hypothesis shared(Cause cause) {
    Hypothesis one = new Hypothesis(cause, "", -0.9);
    one.place =
        unit ->
            unit.kind() != Kind.HANDSHAKE
                && unit.kind() != Kind.REDIRECTED
                && unit.kind() != Kind.NOT_FOUND
                && unit.kind() != Kind.LIMITED
                && unit.kind() != Kind.REFUSED
                && (cause == Cause.ACQUIRER
                    || (unit.kind() != Kind.DECLINED && unit.kind() != Kind.PENDING))
                && (unit.cell().server().isEmpty() || !unit.cell().pool().isEmpty());
    one.scope(harm, harm.in(one.place), 0.9, "servers, in a way in which it would show");
    of.uniform(one);
    signals.dependency(one, cause);
    if (cause == Cause.ACQUIRER) {
      double pending = harm.of(Kind.PENDING);
      if (pending > 0.5 * harm.total) {
        one.add(
            Reason.Kind.MECHANISM,
            2.5,
            "of %.0f of %.0f harmed the outcome is not known: who is asked for it gave no answer",
            pending,
            harm.total);
      }
      double declined = harm.of(Kind.DECLINED);
      if (declined > 0.5 * harm.total) {
        double more = asking.arrivals();
        one.add(
            Reason.Kind.MECHANISM,
            more < 1.35 ? 4.5 : -0.5,
            "%.0f of %.0f harmed are declined, while arrivals are %.1f times the usual ones",
            declined,
            harm.total,
            more);
      }
    }
    return one;
  }

  Hypothesis rateLimit() {
    Hypothesis one = new Hypothesis(Cause.RATE_LIMIT, "", -1);
    if (!asking.logged()) {
      return Asking.unseen(one);
    }
    one.place = unit -> unit.kind() == Kind.LIMITED && !unit.cell().server().isEmpty();
    double limited = harm.in(one.place);
    one.scope(harm, limited, 0.3, "429 of the servers themselves");
    of.uniform(one);
    if (limited > 0) {
      double each = asking.attemptsPerClient();
      if (each > 1.5) {
        one.add(
            Reason.Kind.DOSE, -2.5, "requests of each client are %.1f times the usual ones", each);
      }
      one.add(
          Reason.Kind.MECHANISM,
          asking.busiestRisen() > 0.35 ? -3 : 1,
          "429 by the servers, and %.0f %% more of the requests than usual are of three clients",
          100 * asking.busiestRisen());
      signals.dependency(one, Cause.RATE_LIMIT);
    } else {
      one.add(Reason.Kind.MECHANISM, -2, "no 429 above the usual");
    }
    return one;
  }
}
