package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.change.JournalEntry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An act of which the journal has the order and not yet the outcome. Written down before the order
 * is, so that whoever comes after a crash owes the journal an outcome also if no switch had begun.
 *
 * @param kind {@code apply}, {@code rollback}
 * @param actor who ordered it
 * @param digest the version that was to be live
 * @param before the version that was meant to be live when it was ordered; "" if none was
 */
record Ordered(String kind, String actor, String digest, String before) {
  private static final String NAME = "ordered";

  void write(Versions versions) throws BalancerException {
    String text = String.join("\n", kind, actor.replaceAll("\\R", " "), digest, before, "");
    Disk.putOurs(place(versions), text.getBytes(UTF_8));
  }

  static void clear(Versions versions) throws BalancerException {
    Disk.delete(place(versions));
  }

  /** One that can't be read owes nothing: what was done is told by the versions all the same. */
  static Optional<Ordered> read(Versions versions) throws BalancerException {
    return Disk.read(place(versions))
        .map(bytes -> List.of(new String(bytes, UTF_8).split("\n", -1)))
        .filter(lines -> lines.size() >= 4)
        .map(lines -> new Ordered(lines.get(0), lines.get(1), lines.get(2), lines.get(3)));
  }

  /** The outcome of one that ended with its process. */
  JournalEntry outcome(String name, Versions versions, Instant at) throws BalancerException {
    Optional<String> live = versions.live();
    boolean serves = live.filter(digest::equals).isPresent() && !digest.equals(before);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("digest", digest);
    details.put("outcome", serves ? "serves" : "interrupted");
    details.put("ordered_by", actor);
    details.put(
        "why",
        serves
            ? "Checkrail ended before this was written down: it serves"
            : "Checkrail ended before it was done; the version that is meant to be live is "
                + live.map(Versions::brief).orElse("none"));
    return new JournalEntry(
        at, "checkrail", kind + (serves ? ".serves" : ".stopped"), "lb " + name, details);
  }

  private static Path place(Versions versions) {
    return versions.folder().resolve(NAME);
  }
}
