package dev.checkrail.watch.diagnose;

import dev.checkrail.prove.DiffReport;
import dev.checkrail.prove.SettingChange;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.RuleId;
import dev.checkrail.watch.diagnose.Scope.Part;
import dev.checkrail.watch.diagnose.Scope.Touch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes the scope of a change of its semantic diff. */
public final class Scopes {
  private static final int MOST = 1_000;

  private Scopes() {}

  /**
   * What a change did to requests, for a diagnosis. Bounded: beyond a thousand parts it is not
   * whole.
   */
  public static Scope of(DiffReport diff) {
    Set<Part> parts = new LinkedHashSet<>();
    for (DiffReport.Region region : diff.regions()) {
      for (Outcome from : each(region.from())) {
        for (Outcome to : each(region.to())) {
          region(from, to, parts);
        }
      }
    }
    for (SettingChange change : diff.settings()) {
      setting(change, parts);
    }
    List<Part> all = new ArrayList<>(parts);
    boolean whole = diff.undecided().isEmpty() && all.size() <= MOST;
    return new Scope(all.size() <= MOST ? all : all.subList(0, MOST), whole);
  }

  private static List<Outcome> each(Outcome outcome) {
    return outcome instanceof Outcome.Splits splits
        ? splits.of().stream().map(Outcome.Part::outcome).toList()
        : List.of(outcome);
  }

  private static void region(Outcome from, Outcome to, Set<Part> parts) {
    String before = where(from);
    switch (to) {
      case Outcome.Reaches now -> {
        if (from instanceof Outcome.Reaches was && was.pool().equals(now.pool())) {
          servers(was, now, parts);
        } else {
          parts.add(new Part(Touch.ROUTE, "", now.pool(), "", before, now.pool()));
        }
      }
      case Outcome.Responds now ->
          parts.add(new Part(Touch.ANSWER, "", "", "", before, "" + now.status()));
      case Outcome.Redirects now ->
          parts.add(new Part(Touch.ANSWER, "", "", "", before, "" + now.status()));
      case Outcome.Drops now ->
          parts.add(new Part(Touch.ANSWER, "", "", "", before, "a closed connection"));
      case Outcome.Splits now -> each(now).forEach(one -> region(from, one, parts));
      case Outcome.Undecided now -> parts.add(new Part(Touch.OTHER, "", "", "", before, "?"));
    }
  }

  private static String where(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Reaches it -> it.pool();
      case Outcome.Responds it -> "(answer " + it.status() + ")";
      case Outcome.Redirects it -> "(answer " + it.status() + ")";
      case Outcome.Drops it -> "(closed)";
      case Outcome.Splits it -> "(chance)";
      case Outcome.Undecided it -> "?";
    };
  }

  private static void servers(Outcome.Reaches was, Outcome.Reaches now, Set<Part> parts) {
    Map<String, Outcome.Share> before = byName(was);
    Map<String, Outcome.Share> after = byName(now);
    String pool = now.pool();
    boolean other = false;
    for (Outcome.Share share : after.values()) {
      Outcome.Share old = before.get(share.name());
      if (old == null) {
        parts.add(new Part(Touch.SERVER_ADDED, "", pool, share.name(), "", percent(share.share())));
        other = true;
      } else if (!old.address().equals(share.address())) {
        parts.add(new Part(Touch.ADDRESS, "", pool, share.name(), old.address(), share.address()));
        other = true;
      }
    }
    for (Outcome.Share share : before.values()) {
      if (!after.containsKey(share.name())) {
        parts.add(
            new Part(Touch.SERVER_REMOVED, "", pool, share.name(), percent(share.share()), ""));
        other = true;
      }
    }
    if (!other) {
      boolean weights = false;
      for (Outcome.Share share : after.values()) {
        Outcome.Share old = before.get(share.name());
        if (old != null && Math.abs(old.share() - share.share()) > 1e-6) {
          weights = true;
          parts.add(
              new Part(
                  Touch.WEIGHT,
                  "",
                  pool,
                  share.name(),
                  percent(old.share()),
                  percent(share.share())));
        }
      }
      if (!weights) {
        // The same servers, and something else of what they get: path, headers.
        parts.add(new Part(Touch.OTHER, "", pool, "", "", "what servers get"));
      }
    }
  }

  private static Map<String, Outcome.Share> byName(Outcome.Reaches reaches) {
    Map<String, Outcome.Share> all = new LinkedHashMap<>();
    reaches.servers().forEach(share -> all.put(share.name(), share));
    return all;
  }

  private static String percent(double share) {
    return Math.round(1000 * share) / 10.0 + " %";
  }

  private static void setting(SettingChange change, Set<Part> parts) {
    String pool =
        named(change.subject(), "backend ").or(() -> named(change.subject(), "listen ")).orElse("");
    String server = after(change.subject(), " / server ");
    touch(change.rule(), change.what())
        .ifPresent(
            touch -> parts.add(new Part(touch, "", pool, server, change.from(), change.to())));
  }

  private static Optional<String> named(String subject, String kind) {
    if (!subject.startsWith(kind)) {
      return Optional.empty();
    }
    String rest = subject.substring(kind.length());
    int end = rest.indexOf(" / ");
    return Optional.of(end < 0 ? rest : rest.substring(0, end));
  }

  private static String after(String subject, String mark) {
    int at = subject.indexOf(mark);
    return at < 0 ? "" : subject.substring(at + mark.length());
  }

  /** Empty for what cannot harm a request. */
  private static Optional<Touch> touch(RuleId rule, String what) {
    return switch (rule.id()) {
      case "diff/timeout-changed" ->
          Optional.of(
              what.startsWith("timeout server")
                  ? Touch.TIMEOUT_SERVER
                  : what.startsWith("timeout queue")
                      ? Touch.TIMEOUT_QUEUE
                      : what.startsWith("timeout connect")
                          ? Touch.TIMEOUT_CONNECT
                          : Touch.TIMEOUT_OTHER);
      case "diff/limit-lowered" ->
          Optional.of(
              what.contains("refused by a count") || what.contains("counted by")
                  ? Touch.RATE
                  : Touch.LIMIT);
      case "diff/balance-changed", "diff/persistence-changed" -> Optional.of(Touch.BALANCE);
      case "diff/backup-changed" -> Optional.of(Touch.BALANCE);
      case "diff/retry-added" -> Optional.of(Touch.RETRY);
      case "diff/check-dropped", "diff/check-changed" -> Optional.of(Touch.CHECK);
      case "diff/tls-changed" -> Optional.of(Touch.TLS);
      case "diff/pool-renamed", "diff/name-at-start" -> Optional.empty();
      case String other -> Optional.of(Touch.OTHER);
    };
  }
}
