package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.checkrail.logs.Read.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;

/** HAProxy's local times, {@code %t} and {@code %tr}; the last second is remembered. */
final class LocalTimes {
  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
  private static final int SECOND = "22/Nov/2026:17:36:03".length();

  private final ZoneId zone;
  private final byte[] lastSecond = new byte[SECOND];
  private long lastEpoch;

  LocalTimes(ZoneId zone) {
    this.zone = zone;
  }

  /** {@code 22/Nov/2026:17:36:03.122}, or without milliseconds. */
  Instant read(Cursor cursor) {
    byte[] line = cursor.line;
    int from = cursor.at;
    if (cursor.failure() != null) {
      return Instant.EPOCH;
    }
    if (cursor.end - from <= SECOND) {
      cursor.fail(Reason.TRUNCATED);
      return Instant.EPOCH;
    }
    if (!Arrays.equals(line, from, from + SECOND, lastSecond, 0, SECOND)) {
      long epoch = second(cursor, from);
      if (cursor.failure() != null) {
        return Instant.EPOCH;
      }
      lastEpoch = epoch;
      System.arraycopy(line, from, lastSecond, 0, SECOND);
    }
    cursor.at = from + SECOND;
    int millis = 0;
    if (cursor.skip('.')) {
      int digits = 0;
      while (digits < 3 && cursor.peek() >= '0' && cursor.peek() <= '9') {
        millis = millis * 10 + (cursor.peek() - '0');
        cursor.at++;
        digits++;
      }
      if (digits < 3) {
        cursor.fail(cursor.ended() ? Reason.TRUNCATED : Reason.BAD_DATE);
      }
    }
    return Instant.ofEpochMilli(lastEpoch + millis);
  }

  private long second(Cursor cursor, int from) {
    byte[] line = cursor.line;
    boolean shaped =
        line[from + 2] == '/'
            && line[from + 6] == '/'
            && line[from + 11] == ':'
            && line[from + 14] == ':'
            && line[from + 17] == ':';
    int month = MONTHS.indexOf(new String(line, from + 3, 3, ISO_8859_1)) + 1;
    int day = digits(line, from, 2);
    int year = digits(line, from + 7, 4);
    int hour = digits(line, from + 12, 2);
    int minute = digits(line, from + 15, 2);
    int second = digits(line, from + 18, 2);
    if (!shaped || month == 0 || day < 0 || year < 0 || hour < 0 || minute < 0 || second < 0) {
      cursor.fail(Reason.BAD_DATE);
      return 0;
    }
    try {
      return LocalDateTime.of(year, month, day, hour, minute, second)
          .atZone(zone)
          .toInstant()
          .toEpochMilli();
    } catch (DateTimeException e) {
      cursor.fail(Reason.BAD_DATE);
      return 0;
    }
  }

  private static int digits(byte[] line, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      if (line[i] < '0' || line[i] > '9') {
        return -1;
      }
      value = value * 10 + (line[i] - '0');
    }
    return value;
  }
}
