package dev.checkrail.scenarios;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run came to, and whether that is good enough.
 *
 * @param users of the drill; the merchant with the rate limit is not among them
 * @param ledgerMinusAcquirers how many sums of the books differ
 * @param recountEqual whether a script without our code counted the same
 * @param epilogue what the epilogue came to; empty if it was not played to its end
 */
record Result(
    boolean blocked,
    double blockedSeconds,
    Clocks clocks,
    Users users,
    int lost,
    int chargedTwice,
    int ledgerMinusAcquirers,
    boolean recountEqual,
    Optional<Epilogue.Played> epilogue) {
  private static final double BLOCKED_WITHIN = 5;
  private static final double ALERT_WITHIN = 3;
  private static final double CAUSE_WITHIN = 6;
  private static final double LAST_FAILURE_WITHIN = 10;
  private static final double VERIFIED_WITHIN = 15;

  /** What became of them. */
  record Users(int all, int paid, int late, int failed, int failedButCharged, int unknown) {
    int hit() {
      return failed + failedButCharged;
    }
  }

  private Optional<Double> since(Optional<Instant> what) {
    return Clocks.seconds(clocks.misrouted(), what);
  }

  Optional<Double> alert() {
    return since(clocks.alerted());
  }

  Optional<Double> firstFailure() {
    return since(clocks.failed());
  }

  Optional<Double> cause() {
    return since(clocks.cause());
  }

  Optional<Double> ordered() {
    return since(clocks.ordered());
  }

  Optional<Double> lastMisrouted() {
    return since(clocks.lastMisrouted());
  }

  /** 0 if nobody failed. */
  Optional<Double> lastFailure() {
    return clocks.failed().isEmpty()
            && clocks.misrouted().isPresent()
            && clocks.baseline().isPresent()
        ? Optional.of(0.0)
        : since(clocks.lastFailed());
  }

  Optional<Double> verified() {
    return since(clocks.verified());
  }

  Optional<Double> alone() {
    return since(clocks.alone());
  }

  Optional<Double> baseline() {
    return since(clocks.baseline());
  }

  /** What was not as it should be; empty if all was. */
  List<String> missed() {
    List<String> missed = new ArrayList<>();
    if (!blocked) {
      missed.add("act 1: the change was not blocked");
    }
    if (blockedSeconds > BLOCKED_WITHIN) {
      missed.add(
          "act 1: blocked in %.1f s, not within %.0f s".formatted(blockedSeconds, BLOCKED_WITHIN));
    }
    within(missed, "alert", alert(), ALERT_WITHIN);
    if (clocks.failed().isPresent()
        && clocks.alerted().filter(it -> it.isBefore(clocks.failed().get())).isEmpty()) {
      missed.add("a user saw a failure before anybody was told");
    }
    within(missed, "cause", cause(), CAUSE_WITHIN);
    if (!clocks.said().equals("lb-change")) {
      missed.add(
          clocks.said().isEmpty()
              ? "no cause was said"
              : "the cause was said to be " + clocks.said());
    } else if (!clocks.kept()) {
      missed.add("the cause was not kept for 60 s");
    }
    within(missed, "last failure", lastFailure(), LAST_FAILURE_WITHIN);
    within(missed, "verified", verified(), VERIFIED_WITHIN);
    none(missed, "payments lost", lost);
    none(missed, "payments charged twice", chargedTwice);
    none(missed, "sums of the books that differ", ledgerMinusAcquirers);
    none(missed, "users of whom nobody knows", users.unknown());
    if (!recountEqual) {
      missed.add("the recount differs");
    }
    if (epilogue.isEmpty()) {
      missed.add("epilogue: not played to its end");
    } else if (!epilogue.get().blockedNow()) {
      missed.add("epilogue: the file was not blocked by the invariant that was learnt");
    }
    return missed;
  }

  private static void within(
      List<String> missed, String what, Optional<Double> seconds, double most) {
    if (seconds.isEmpty()) {
      missed.add(what + ": did not happen");
    } else if (seconds.get() > most) {
      missed.add("%s: %.1f s, not within %.0f s".formatted(what, seconds.get(), most));
    }
  }

  private static void none(List<String> missed, String what, int count) {
    if (count != 0) {
      missed.add(what + ": " + count);
    }
  }

  boolean ok() {
    return missed().isEmpty();
  }

  /** The line for machines. */
  String json() {
    ObjectNode node = JsonMapper.shared().createObjectNode();
    node.put("ok", ok());
    node.putObject("act1").put("blocked", blocked).put("seconds", rounded(blockedSeconds));
    ObjectNode act = node.putObject("act2");
    times(act.putObject("from_first_misrouted"), clocks.misrouted());
    times(act.putObject("from_first_failure"), clocks.failed());
    act.put("cause", clocks.said().isEmpty() ? null : clocks.said());
    act.put("kept_60_s", clocks.kept());
    number(act, "first_failure_s", firstFailure());
    number(act, "rollback_ordered_s", ordered());
    number(act, "last_misrouted_s", lastMisrouted());
    number(act, "baseline_s", baseline());
    node.putObject("users")
        .put("all", users.all())
        .put("paid", users.paid())
        .put("late", users.late())
        .put("failed", users.failed())
        .put("failed_but_charged", users.failedButCharged())
        .put("unknown", users.unknown());
    node.putObject("payments")
        .put("lost", lost)
        .put("charged_twice", chargedTwice)
        .put("ledger_minus_acquirers", ledgerMinusAcquirers);
    node.put("recount_equal", recountEqual);
    epilogue.ifPresent(it ->
        node.putObject("epilogue")
            .put("users", it.users())
            .put("failed", it.failed())
            .put("blocked", it.blockedNow()));
    missed().forEach(node.putArray("missed")::add);
    return JsonMapper.shared().writeValueAsString(node);
  }

  private void times(ObjectNode node, Optional<Instant> from) {
    number(node, "alert_s", Clocks.seconds(from, clocks.alerted()));
    number(node, "cause_s", Clocks.seconds(from, clocks.cause()));
    number(node, "last_failure_s", Clocks.seconds(from, clocks.lastFailed()));
    number(node, "verified_s", Clocks.seconds(from, clocks.verified()));
    number(node, "old_workers_gone_s", Clocks.seconds(from, clocks.alone()));
  }

  private static void number(ObjectNode node, String name, Optional<Double> seconds) {
    if (seconds.isPresent()) {
      node.put(name, rounded(seconds.get()));
    } else {
      node.putNull(name);
    }
  }

  private static double rounded(double seconds) {
    return Math.round(seconds * 1000) / 1000.0;
  }
}
