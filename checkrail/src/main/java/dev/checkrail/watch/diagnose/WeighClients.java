package dev.checkrail.watch.diagnose;

import java.util.List;

/** Weighs those who ask. */
final class WeighClients {
  private final Case of;
  private final Asking asking;
  private final History.Usual usual;
  private final double began;
  private final Harm harm;
  private final List<Tick> since;

  WeighClients(Case of, Asking asking) {
    this.of = of;
    this.asking = asking;
    this.usual = of.usual;
    this.began = of.began;
    this.harm = of.harm;
    this.since = of.since;
  }

  Hypothesis surge() {
    Hypothesis one = new Hypothesis(Cause.SURGE, "", -1);
    double more = asking.arrivals();
    one.place =
        unit ->
            unit.kind().ofLoad
                || unit.kind() == Kind.TIMEOUT
                || unit.kind() == Kind.ERROR
                || unit.kind() == Kind.CONNECT;
    one.scope(harm, harm.in(one.place), 0.9, "servers, as too much load would show");
    of.uniform(one);
    double each = asking.attemptsPerClient();
    boolean first = asking.cameFirst();
    one.add(
        Reason.Kind.DOSE,
        first
            ? more >= 2 ? 3.2 : more >= 1.5 ? 1.8 : -2.5
            : more >= 1.8 ? 0.2 : more >= 1.4 ? 0 : more > 1.25 ? -1 : -2.5,
        "arrivals are %.1f times the usual ones, requests of each client %.1f times%s",
        more,
        each,
        first || more < 1.4 ? "" : "; they rose after the harm began, as when users ask again");
    double top = asking.busiestRisen();
    if (top > 0.35) {
      one.add(
          Reason.Kind.MECHANISM,
          -2.5,
          "%.0f %% more of them than usual are of three clients",
          100 * top);
    }
    return one;
  }

  Hypothesis abuse() {
    Hypothesis one = new Hypothesis(Cause.ABUSE, "", -1.2);
    if (!asking.logged()) {
      return Asking.unseen(one);
    }
    one.place = unit -> unit.kind() == Kind.DECLINED || unit.refusedByServer();
    double declined = harm.in(one.place);
    double top = asking.busiestRisen();
    boolean fewAskMore = top > 0.2;
    double more = asking.arrivals();
    boolean risen = more >= 1.35;
    if (declined > 0 && (risen || fewAskMore)) { // else the same users are refused now
      one.scope(harm, declined, 0.3, "refusals by the business");
    }
    one.add(
        Reason.Kind.DOSE,
        risen && declined > 0 ? 1.5 : -2,
        "arrivals are %.1f times the usual ones, and most of the new ones are refused",
        more);
    one.add(
        Reason.Kind.MECHANISM,
        fewAskMore ? 1.5 : -1,
        "%.0f %% more of the requests than usual come from three clients",
        100 * top);
    return one;
  }

  Hypothesis merchant() {
    Hypothesis one = new Hypothesis(Cause.MERCHANT, "", -1.2);
    if (!asking.logged()) {
      return Asking.unseen(one);
    }
    double top = asking.topRisen();
    double more = asking.arrivals();
    one.place =
        unit -> unit.kind() == Kind.LIMITED || unit.kind() == Kind.REFUSED || unit.kind().ofLoad;
    if (top > 0.25) {
      one.scope(harm, harm.in(one.place), 0.5, "what one client's loop would show");
    }
    double each = asking.attemptsPerClient();
    if (each > 1.5 && harm.of(Kind.LIMITED) > 0.5 * harm.total) {
      one.add(Reason.Kind.DOSE, 2, "requests of each client are %.1f times the usual ones", each);
    }
    one.add(
        Reason.Kind.MECHANISM,
        top > 0.4 ? 3 : top > 0.25 ? 1 : each > 1.5 ? -0.5 : -4,
        "%.0f %% more of the requests than usual are of one client",
        100 * top);
    one.add(Reason.Kind.DOSE, more >= 1.4 ? 1 : -1, "arrivals are %.1f times the usual ones", more);
    return one;
  }
}
