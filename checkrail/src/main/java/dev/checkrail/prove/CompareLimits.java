package dev.checkrail.prove;

import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits that fewer connections, requests or bytes fit into than before. A limit that is set where
 * there was none is a lower one; one that is raised or lifted is no finding.
 */
final class CompareLimits {
  /** Limits of a frontend, pool, server or bind line that mean "no limit" if absent or 0. */
  private static final List<String> OPEN =
      List.of(
          "maxconn",
          "maxqueue",
          "fullconn",
          "rate-limit sessions",
          "max-keep-alive-queue",
          "pool-max-conn");

  /** Of the process; absent or 0 leaves them to the system. */
  private static final List<String> OPEN_OF_PROCESS =
      List.of(
          "maxconn",
          "maxconnrate",
          "maxsessrate",
          "maxsslconn",
          "maxsslrate",
          "maxpipes",
          "ulimit-n",
          "tune.maxpollevents",
          "tune.h2.max-concurrent-streams");

  private static final long BUFFER = 16384;
  private static final long HEADERS = 101;
  private static final long REWRITE = 1024;

  private CompareLimits() {}

  static void of(List<Setting> old, List<Setting> now, String subject, SettingChanges changes) {
    compare(OPEN, SettingChanges.byName(old), SettingChanges.byName(now), subject, changes);
  }

  static void ofProcess(List<Setting> old, List<Setting> now, SettingChanges changes) {
    Map<String, Setting> before = SettingChanges.byName(old);
    Map<String, Setting> after = SettingChanges.byName(now);
    compare(OPEN_OF_PROCESS, before, after, "global", changes);
    long headersBefore = number(before, "tune.http.maxhdr").orElse(HEADERS);
    long headersNow = number(after, "tune.http.maxhdr").orElse(HEADERS);
    if (headersNow < headersBefore) {
      changes.add(
          RuleId.DIFF_LIMIT_LOWERED,
          "global",
          "number of header lines (tune.http.maxhdr)",
          Long.toString(headersBefore),
          Long.toString(headersNow),
          SettingChanges.span(after, "tune.http.maxhdr")
              .or(() -> SettingChanges.span(before, "tune.http.maxhdr")));
    }
    long roomBefore = headerRoom(before);
    long roomNow = headerRoom(after);
    if (roomNow < roomBefore) {
      changes.add(
          RuleId.DIFF_LIMIT_LOWERED,
          "global",
          "bytes for a request's headers (tune.bufsize less tune.maxrewrite)",
          Long.toString(roomBefore),
          Long.toString(roomNow),
          SettingChanges.span(after, "tune.bufsize")
              .or(() -> SettingChanges.span(after, "tune.maxrewrite"))
              .or(() -> SettingChanges.span(before, "tune.bufsize")));
    }
  }

  private static void compare(
      List<String> names,
      Map<String, Setting> before,
      Map<String, Setting> after,
      String subject,
      SettingChanges changes) {
    for (String name : names) {
      OptionalLong limit = number(after, name);
      OptionalLong was = number(before, name);
      if (limit.isPresent() && (was.isEmpty() || limit.getAsLong() < was.getAsLong())) {
        changes.add(
            RuleId.DIFF_LIMIT_LOWERED,
            subject,
            name,
            was.isEmpty() ? SettingChanges.NONE : Long.toString(was.getAsLong()),
            Long.toString(limit.getAsLong()),
            SettingChanges.span(after, name));
      }
    }
  }

  /** Headers fit into a buffer less the reserve for rewriting [3.2 tune.maxrewrite]. */
  private static long headerRoom(Map<String, Setting> settings) {
    long buffer = number(settings, "tune.bufsize").orElse(BUFFER);
    long reserve = number(settings, "tune.maxrewrite").orElse(REWRITE);
    return buffer - Math.min(reserve, buffer / 2);
  }

  /** The limit; empty if there is none, or it is no number. */
  private static OptionalLong number(Map<String, Setting> settings, String name) {
    String digits = Optional.ofNullable(settings.get(name)).map(Setting::value).orElse("").strip();
    if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(Character::isDigit)) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(digits);
    return number == 0 ? OptionalLong.empty() : OptionalLong.of(number);
  }
}
