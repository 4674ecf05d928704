package dev.checkrail.policy;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time in which nothing is rolled out. Going back, the fast lane during an incident and breaking
 * the glass are never held up by it.
 *
 * <pre>
 * 2026-12-20..2027-01-06 Europe/Vienna              days, the last one included
 * 2026-12-20T16:00..2027-01-06T08:00 Europe/Vienna  from a time until a time
 * Fri 16:00..Mon 08:00 Europe/Vienna                each week
 * daily 17:00..09:00 Europe/Vienna                  each day, over midnight too
 * </pre>
 *
 * Without a zone the times are UTC. Times are those of the clock on the wall: in the night in which
 * the clock changes a window is an hour shorter or longer.
 */
public final class FreezeWindow {
  /** How a window can be written, for messages. */
  public static final String FORMS =
      "\"2026-12-20..2027-01-06 ZONE\", \"2026-12-20T16:00..2027-01-06T08:00 ZONE\","
          + " \"Fri 16:00..Mon 08:00 ZONE\" or \"daily 17:00..09:00 ZONE\"";

  private static final String TIME = "([01][0-9]|2[0-3]):([0-5][0-9])";
  private static final String DAY = "([0-9]{4}-[0-9]{2}-[0-9]{2})";
  private static final Pattern DAYS = Pattern.compile(DAY + "\\.\\." + DAY);
  private static final Pattern MOMENTS =
      Pattern.compile(DAY + "T" + TIME + "\\.\\." + DAY + "T" + TIME);
  private static final Pattern WEEKLY =
      Pattern.compile("([A-Za-z]{3}) " + TIME + "\\.\\.([A-Za-z]{3}) " + TIME);
  private static final Pattern DAILY = Pattern.compile("daily " + TIME + "\\.\\." + TIME);
  private static final Pattern ZONED = Pattern.compile("(.*[0-9])(?: ([A-Za-z][A-Za-z0-9_/+-]*))?");

  private static final int DAY_MINUTES = 24 * 60;
  private static final int WEEK_MINUTES = 7 * DAY_MINUTES;

  /** When it holds. */
  private sealed interface When {
    /** When it ends, if it holds then. */
    Optional<Instant> until(Instant at);
  }

  private record Once(Instant from, Instant to) implements When {
    @Override
    public Optional<Instant> until(Instant at) {
      return at.isBefore(from) || !at.isBefore(to) ? Optional.empty() : Optional.of(to);
    }
  }

  /**
   * Minutes of a cycle that begins at midnight (of Monday).
   *
   * @param cycle minutes of a day or of a week
   */
  private record Again(int from, int to, int cycle, ZoneId zone) implements When {
    @Override
    public Optional<Instant> until(Instant at) {
      ZonedDateTime there = at.atZone(zone);
      int now =
          ((there.getDayOfWeek().getValue() - 1) * DAY_MINUTES
                  + there.getHour() * 60
                  + there.getMinute())
              % cycle;
      int whole = Math.floorMod(to - from, cycle);
      int since = Math.floorMod(now - from, cycle);
      if (since >= whole) {
        return Optional.empty();
      }
      LocalDateTime end =
          there.toLocalDateTime().withSecond(0).withNano(0).plusMinutes((long) whole - since);
      return Optional.of(end.atZone(zone).toInstant());
    }
  }

  private final String text;
  private final When when;

  private FreezeWindow(String text, When when) {
    this.text = text;
    this.when = when;
  }

  /** Reads one; empty if it is none of the {@link #FORMS}. */
  public static Optional<FreezeWindow> read(String text) {
    Matcher zoned = ZONED.matcher(text.strip());
    if (!zoned.matches()) {
      return Optional.empty();
    }
    try {
      ZoneId zone =
          zoned.group(2) == null ? ZoneOffset.UTC : ZoneId.of(String.valueOf(zoned.group(2)));
      return when(zoned.group(1).strip(), zone).map(it -> new FreezeWindow(text.strip(), it));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<When> when(String text, ZoneId zone) {
    Matcher days = DAYS.matcher(text);
    if (days.matches()) {
      return once(
          LocalDate.parse(days.group(1)).atStartOfDay(),
          LocalDate.parse(days.group(2)).plusDays(1).atStartOfDay(),
          zone);
    }
    Matcher moments = MOMENTS.matcher(text);
    if (moments.matches()) {
      return once(
          LocalDate.parse(moments.group(1)).atTime(time(moments, 2)),
          LocalDate.parse(moments.group(4)).atTime(time(moments, 5)),
          zone);
    }
    Matcher weekly = WEEKLY.matcher(text);
    if (weekly.matches()) {
      return day(weekly.group(1))
          .flatMap(first ->
              day(weekly.group(4))
                  .flatMap(last ->
                      again(
                          first * DAY_MINUTES + minutes(time(weekly, 2)),
                          last * DAY_MINUTES + minutes(time(weekly, 5)),
                          WEEK_MINUTES,
                          zone)));
    }
    Matcher daily = DAILY.matcher(text);
    if (daily.matches()) {
      return again(minutes(time(daily, 1)), minutes(time(daily, 3)), DAY_MINUTES, zone);
    }
    return Optional.empty();
  }

  private static Optional<When> once(LocalDateTime from, LocalDateTime to, ZoneId zone) {
    return from.isBefore(to)
        ? Optional.of(new Once(from.atZone(zone).toInstant(), to.atZone(zone).toInstant()))
        : Optional.empty();
  }

  /** From a time until the same time would be always or never: nobody can mean it. */
  private static Optional<When> again(int from, int to, int cycle, ZoneId zone) {
    return from == to ? Optional.empty() : Optional.of(new Again(from, to, cycle, zone));
  }

  private static LocalTime time(Matcher matcher, int group) {
    return LocalTime.of(
        Integer.parseInt(matcher.group(group)), Integer.parseInt(matcher.group(group + 1)));
  }

  private static int minutes(LocalTime time) {
    return time.getHour() * 60 + time.getMinute();
  }

  private static Optional<Integer> day(String word) {
    return Arrays.stream(DayOfWeek.values())
        .filter(day -> day.name().startsWith(word.toUpperCase(Locale.ROOT)))
        .map(day -> day.getValue() - 1)
        .findFirst();
  }

  /** As written. */
  public String text() {
    return text;
  }

  /** When it ends, if it holds at this time. */
  public Optional<Instant> until(Instant at) {
    return when.until(at);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FreezeWindow window && window.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
