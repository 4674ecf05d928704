package dev.checkrail.read.haproxy;

import java.util.Optional;
import java.util.OptionalInt;

/** Compares versions as the predicates of conditional blocks do (manual 2.4). */
final class Version {
  private static final int PARTS = 7;

  private Version() {}

  /**
   * Negative if {@code version} is older than {@code running}, positive if newer, 0 if the same;
   * negative too if it is no version at all, which HAProxy takes for "at least" of anything.
   */
  static int compareHaproxy(String version, String running) {
    Optional<long[]> asked = split(version);
    Optional<long[]> here = split(running);
    if (asked.isEmpty() || here.isEmpty()) {
      return -1;
    }
    return java.util.Arrays.compare(asked.get(), here.get());
  }

  /** Four numbers, the tag's kind (dev 1, rc 2, none 3), the tag's number, the commit's number. */
  private static Optional<long[]> split(String version) {
    long[] parts = new long[PARTS];
    parts[4] = 3;
    if (version.isEmpty()) {
      return Optional.empty();
    }
    Cursor cursor = new Cursor(version);
    boolean tag = false;
    for (int i = 0; i < 4 && !tag; i++) {
      parts[i] = cursor.number();
      char next = cursor.next();
      if (next == 0) {
        return Optional.of(parts);
      }
      tag = next == '-';
      if (!tag && (next != '.' || i == 3)) {
        return Optional.empty();
      }
    }
    int kind = cursor.takeTag();
    if (kind > 0) {
      parts[4] = kind;
      parts[5] = cursor.number();
      char next = cursor.next();
      if (next == 0) {
        return Optional.of(parts);
      }
      if (next != '-') {
        return Optional.empty();
      }
    }
    String rest = version.substring(Math.min(cursor.at, version.length()));
    int dash = rest.lastIndexOf('-');
    if (dash >= 0 && dash == rest.length() - 1) {
      return Optional.empty();
    }
    Cursor commit = new Cursor(rest.substring(dash + 1));
    long number = commit.number();
    parts[6] = commit.next() == 0 ? number : 0;
    return Optional.of(parts);
  }

  /** As above for OpenSSL; empty if either can't be understood. */
  static OptionalInt compareOpenssl(String version, Optional<String> library) {
    long asked = opensslNumber(version);
    String running =
        library.filter(l -> l.startsWith("OpenSSL ")).map(l -> l.split(" ", -1)[1]).orElse("");
    if (asked == 0 || running.isEmpty()) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(Long.compare(asked, runningNumber(running)));
  }

  /** The number by which OpenSSL itself codes its version: from 3 on, the third part moved. */
  private static long runningNumber(String version) {
    if (!version.startsWith("0") && !version.startsWith("1")) {
      Cursor cursor = new Cursor(version);
      long major = cursor.number();
      cursor.next();
      long minor = cursor.number();
      cursor.next();
      return major << 28 | minor << 20 | cursor.number() << 4;
    }
    return opensslNumber(version);
  }

  private static long opensslNumber(String version) {
    Cursor cursor = new Cursor(version);
    long major = cursor.number();
    if (cursor.next() != '.' || major > 0xf) {
      return 0;
    }
    long minor = cursor.number();
    if (cursor.next() != '.' || minor > 0xff) {
      return 0;
    }
    long fix = cursor.number();
    if (fix > 0xff) {
      return 0;
    }
    String rest = version.substring(Math.min(cursor.at, version.length()));
    long patch = 0;
    long status = 0;
    if (rest.isEmpty()) {
      status = 0xf;
    } else if (rest.startsWith("-")) {
      if (rest.startsWith("-beta")) {
        status = new Cursor(rest.substring(5)).number();
        if (status > 14) {
          return 0;
        }
      }
    } else {
      patch = 1;
      for (int i = 0; i < rest.length(); i++) {
        patch += (rest.charAt(i) & ~0x20) - 'A';
      }
      status = 0xf;
    }
    return (major & 0xf) << 28
        | (minor & 0xff) << 20
        | (fix & 0xff) << 12
        | (patch & 0xff) << 4
        | (status & 0xf);
  }

  private static final class Cursor {
    private final String text;
    private int at;

    Cursor(String text) {
      this.text = text;
    }

    /** The decimal number here; 0 if there is none. Large ones stay large. */
    long number() {
      long value = 0;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        value = Math.min(Integer.MAX_VALUE, value * 10 + text.charAt(at) - '0');
        at++;
      }
      return value;
    }

    /** The character here, 0 at the end, and a step beyond it. */
    char next() {
      char c = at < text.length() ? text.charAt(at) : 0;
      at++;
      return c;
    }

    int takeTag() {
      if (text.startsWith("dev", at)) {
        at += 3;
        return 1;
      }
      if (text.startsWith("rc", at)) {
        at += 2;
        return 2;
      }
      if (text.startsWith("pre", at)) {
        at += 3;
        return 2;
      }
      return 0;
    }
  }
}
