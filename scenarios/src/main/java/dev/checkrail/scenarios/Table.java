package dev.checkrail.scenarios;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The end of the demo: the postmortem's numbers, ours, and those that a script counted again. */
final class Table {
  private final Result result;
  private final Map<String, Double> recounted;
  private final Teller teller;

  Table(Result result, Map<String, Double> recounted, Teller teller) {
    this.result = result;
    this.recounted = recounted;
    this.teller = teller;
  }

  /** Whether the script counted what we counted. */
  static boolean equal(Result result, Map<String, Double> recounted) {
    Result.Users users = result.users();
    return Recount.alike(result.firstFailure(), of(recounted, "first_failure_s"))
        && Recount.alike(result.alert(), of(recounted, "alert_s"))
        && Recount.alike(result.cause(), of(recounted, "cause_s"))
        && Recount.alike(result.lastMisrouted(), of(recounted, "last_misrouted_s"))
        && Recount.alike(
            Clocks.seconds(result.clocks().misrouted(), result.clocks().lastFailed()),
            of(recounted, "last_failure_s"))
        && of(recounted, "users").orElse(-1.0) == users.all()
        && of(recounted, "paid").orElse(-1.0) == users.paid()
        && of(recounted, "late").orElse(-1.0) == users.late()
        && of(recounted, "not_served").orElse(-1.0) == users.hit() + users.unknown();
  }

  private static Optional<Double> of(Map<String, Double> recounted, String name) {
    return Optional.ofNullable(recounted.get(name));
  }

  void print() throws IOException {
    Result.Users users = result.users();
    teller.say("");
    row("", "18 August 2024", "here", "recounted");
    row(
        "blocked before it was live",
        "no",
        result.blocked() ? "in " + seconds(result.blockedSeconds()) : "no",
        "");
    teller.say("  it goes live all the same; from the first misrouted payment:");
    row(
        "people are told",
        "10:15, by errors",
        text(result.alert()),
        text(of(recounted, "alert_s")));
    row(
        "first user sees a failure",
        "before that",
        text(result.firstFailure()),
        text(of(recounted, "first_failure_s")));
    row(
        "the cause is said",
        "35 min",
        text(result.cause())
            + (result.clocks().said().isEmpty()
                ? ""
                : " (" + result.clocks().said() + (result.clocks().kept() ? ", kept" : "") + ")"),
        text(of(recounted, "cause_s")));
    row("the way back is ordered", "45 min", text(result.ordered()), "");
    row(
        "last misrouted payment",
        "45 min",
        text(result.lastMisrouted()),
        text(of(recounted, "last_misrouted_s")));
    row(
        "last failure of a user",
        "55 min",
        text(result.lastFailure()),
        text(of(recounted, "last_failure_s")));
    row("verified", "55 min", text(result.verified()), "");
    row("no old worker any more", "-", text(result.alone()), "");
    row("30 s as before are over", "90 min", text(result.baseline()), "");
    teller.say("  users");
    row("came", "-", "" + users.all(), whole("users"));
    row("paid", "-", "" + users.paid(), whole("paid"));
    row("paid late (> 3 s)", "\"delays\"", "" + users.late(), whole("late"));
    row(
        "told that it failed",
        "about 40 %",
        "%d (%s %%)"
            .formatted(
                users.hit(),
                String.format(Locale.ROOT, "%.1f", 100.0 * users.hit() / Math.max(1, users.all()))),
        whole("not_served"));
    row("  of these charged all the same", "-", "" + users.failedButCharged(), "");
    row("unknown", "-", "" + users.unknown(), "");
    teller.say("  payments");
    row("lost, charged twice", "-", result.lost() + ", " + result.chargedTwice(), "");
    row(
        "sums: ledger against acquirers",
        "-",
        result.ledgerMinusAcquirers() == 0 ? "equal" : result.ledgerMinusAcquirers() + " differ",
        "");
    result
        .epilogue()
        .ifPresent(it -> {
          teller.say("  epilogue");
          row("the same with maxconn 4: gave up", "-", it.failed() + " of " + it.users(), "");
          row(
              "the file under the rule it taught",
              "-",
              it.blockedNow() ? "blocked" : "NOT BLOCKED",
              "");
        });
    teller.say("");
    List<String> missed = result.missed();
    if (missed.isEmpty()) {
      teller.say(Teller.Tone.GOOD, "All as it should be.");
    } else {
      teller.say(Teller.Tone.BAD, "NOT AS IT SHOULD BE:");
      missed.forEach(it -> teller.say(Teller.Tone.BAD, "  - " + it));
    }
  }

  private void row(String what, String then, String here, String again) {
    teller.say(("  %-34s %-18s %-26s %s".formatted(what, then, here, again)).stripTrailing());
  }

  private String whole(String name) {
    return of(recounted, name).map(it -> Long.toString(Math.round(it))).orElse("");
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private static String text(Optional<Double> seconds) {
    return seconds.map(it -> String.format(Locale.ROOT, "%.2f s", it)).orElse("did not happen");
  }
}
