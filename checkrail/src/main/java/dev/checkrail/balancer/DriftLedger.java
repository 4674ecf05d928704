package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.change.ConfigurationSet;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What was written into the journal about things that are so for a while, and what has to be: that
 * one began, became another one, ended. Survives a restart, so that nothing is said twice.
 *
 * <p>Never floods. A thing that comes and goes may be written about four times at once; then the
 * pause before the next time doubles, from a minute up to an hour, until it was quiet for an hour.
 * All things together have sixty entries and one more each minute, twenty in one go; what waits is
 * counted in an entry of its own, once an hour. What came and went while it had to wait is not
 * written at all.
 */
final class DriftLedger {
  private static final int AT_ONCE = 4;
  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final double FULL = 60;
  private static final int IN_ONE_GO = 20;
  private static final String NAME = "drift-told";

  private final Path place;
  private final Map<String, Line> lines = new LinkedHashMap<>();
  private double left = FULL;
  private long filled;
  private long lastMore;
  private boolean moreTold;
  private boolean changed;

  /**
   * A thing that is so.
   *
   * @param key by which it is known again
   * @param begins kind of the journal's entry when it begins; {@code ends} when it ends
   * @param details what is written down
   * @param text all that is known; another text is another thing of the same key
   */
  record Thing(String key, String begins, String ends, Map<String, String> details, String text) {
    Thing {
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /** What has to be written. */
  record Said(String kind, Map<String, String> details) {
    Said {
      details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }
  }

  /** What is known of one key. */
  private static final class Line {
    private Thing last;
    private Instant since;
    private boolean there = true;

    /** Digest of the text that was seen last. */
    private String now;

    /** Digest of the text that the journal has as begun; empty if the journal has it as ended. */
    private String told = "";

    private int entries;
    private long wrote;

    Line(Thing last, String now, Instant since) {
      this.last = last;
      this.now = now;
      this.since = since;
    }
  }

  private DriftLedger(Path place) {
    this.place = place;
  }

  /** The ledger that is kept beside the versions; one that can't be read begins anew. */
  static DriftLedger of(Versions versions, long nanos) {
    DriftLedger ledger = new DriftLedger(versions.folder().resolve(NAME));
    ledger.filled = nanos;
    try {
      Disk.read(ledger.place)
          .ifPresent(bytes -> new String(bytes, UTF_8).lines().forEach(ledger::line));
    } catch (BalancerException e) {
      // Then what drifts is written down once more.
    }
    return ledger;
  }

  /**
   * Takes what is so now, and writes what the journal lacks.
   *
   * @param covered keys that were looked at; things of other keys are taken to be as they were
   * @param writer writes an entry; if it throws, the entry is tried again the next time
   */
  void settle(
      List<Thing> now, Predicate<String> covered, Instant at, long nanos, Consumer<Said> writer) {
    Map<String, Thing> there = new LinkedHashMap<>();
    now.forEach(thing -> there.put(thing.key(), thing));
    there.forEach((key, thing) -> {
      String digest = digest(thing);
      Line line = lines.computeIfAbsent(key, it -> new Line(thing, digest, at));
      if (!line.there) {
        line.since = at;
      }
      line.last = thing;
      line.now = digest;
    });
    lines.forEach(
        (key, line) -> line.there = there.containsKey(key) || (line.there && !covered.test(key)));
    left = Math.min(FULL, left + (nanos - filled) / 60e9);
    filled = nanos;
    try {
      write(at, nanos, writer);
    } finally {
      keep();
    }
  }

  private void write(Instant at, long nanos, Consumer<Said> writer) {
    int written = 0;
    int waiting = 0;
    for (Iterator<Line> each = lines.values().iterator(); each.hasNext(); ) {
      Line line = each.next();
      String wanted = line.there ? line.now : "";
      if (wanted.equals(line.told)) {
        if (line.entries > 0 && nanos - line.wrote > LONGEST.toNanos()) {
          line.entries = 0;
        }
        if (!line.there && line.entries == 0) {
          each.remove();
          changed = true;
        }
        continue;
      }
      if (!rested(line, nanos)) {
        continue;
      }
      if (left < 1 || written >= IN_ONE_GO) {
        waiting++;
        continue;
      }
      Map<String, String> details = new LinkedHashMap<>(line.last.details());
      if (!line.there) {
        details.put("since", line.since.toString());
      }
      writer.accept(new Said(line.there ? line.last.begins() : line.last.ends(), details));
      written++;
      left--;
      line.told = wanted;
      line.entries++;
      line.wrote = nanos;
      changed = true;
    }
    if (waiting > 0 && left < 1 && (!moreTold || nanos - lastMore > LONGEST.toNanos())) {
      writer.accept(
          new Said(
              "drift.found",
              Map.of("text", waiting + " more things began or ended: see 'lb drift'")));
      moreTold = true;
      lastMore = nanos;
    }
  }

  private static boolean rested(Line line, long nanos) {
    if (line.entries < AT_ONCE) {
      return true;
    }
    long pause = SHORTEST.toNanos() << Math.min(10, line.entries - AT_ONCE);
    return nanos - line.wrote >= Math.min(LONGEST.toNanos(), pause);
  }

  /** Since when something is so. */
  Instant since(String key, Instant otherwise) {
    Line line = lines.get(key);
    return line == null ? otherwise : line.since;
  }

  private static String digest(Thing thing) {
    return ConfigurationSet.sha256(thing.text().getBytes(UTF_8)).substring(0, 16);
  }

  // --- over a restart

  /** What the journal has as begun; if it can't be kept it is written once more after a restart. */
  private void keep() {
    if (!changed) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (Line line : lines.values()) {
      if (!line.told.isEmpty()) {
        List<String> words = new ArrayList<>();
        words.add(line.told);
        words.add(line.since.toString());
        words.add(line.last.key());
        words.add(line.last.begins());
        words.add(line.last.ends());
        line.last
            .details()
            .forEach((name, value) -> {
              words.add(name);
              words.add(value);
            });
        text.append(String.join(" ", words.stream().map(DriftLedger::coded).toList())).append('\n');
      }
    }
    try {
      Disk.putOurs(place, text.toString().getBytes(UTF_8));
      changed = false;
    } catch (BalancerException e) {
      // The disk is full, say; the next look tries again.
    }
  }

  private void line(String text) {
    try {
      List<String> words = new ArrayList<>();
      for (String word : text.split(" ", -1)) {
        words.add(new String(Base64.getDecoder().decode(word), UTF_8));
      }
      Map<String, String> details = new LinkedHashMap<>();
      for (int i = 5; i + 1 < words.size(); i += 2) {
        details.put(words.get(i), words.get(i + 1));
      }
      Line line =
          new Line(
              new Thing(words.get(2), words.get(3), words.get(4), details, ""),
              words.get(0),
              Instant.parse(words.get(1)));
      line.told = words.get(0);
      lines.put(words.get(2), line);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
      // A line that can't be read: what it was about is written down once more.
    }
  }

  private static String coded(String word) {
    return Base64.getEncoder().encodeToString(word.getBytes(UTF_8));
  }
}
