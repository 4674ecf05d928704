package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.Processes.Seen;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is being done right now, written down before it is done, so that whoever comes after a crash
 * knows how to end it.
 *
 * @param kind {@code apply}, {@code step} (of a rollout: an apply that leads to another one),
 *     {@code rollback}
 * @param phase what may have happened
 * @param from what was on the disk, kept
 * @param to what is to be there, kept
 * @param before who ran before
 * @param visible whether the master's process can be seen by its number from here
 */
record Intent(
    String kind, String actor, Phase phase, String from, String to, Seen before, boolean visible) {

  /** How far it may be. */
  enum Phase {
    /** Files may be old, new or both; no reload was ordered. */
    SWITCHING,
    /** All files are new and accepted; a reload may have been ordered. */
    RELOADING,
    /** Files may be old, new or both: the old ones are being put back. */
    PUTTING_BACK
  }

  private static final String NAME = "intent";

  /** Before a switch. */
  static Intent of(String kind, String actor, String from, String to, Seen before) {
    boolean visible = ProcessHandle.of(before.master()).isPresent();
    return new Intent(kind, actor, Phase.SWITCHING, from, to, before, visible);
  }

  Intent in(Phase next) {
    return new Intent(kind, actor, next, from, to, before, visible);
  }

  void write(Versions versions) throws BalancerException {
    Disk.putOurs(place(versions), text().getBytes(UTF_8));
  }

  private String text() {
    return String.join(
        "\n",
        "kind=" + kind,
        "actor=" + actor.replaceAll("\\R", " "),
        "phase=" + phase.name(),
        "from=" + from,
        "to=" + to,
        "visible=" + visible,
        "before=" + before.master() + " " + before.reloads() + " " + before.worker(),
        "");
  }

  static void clear(Versions versions) throws BalancerException {
    Disk.delete(place(versions));
  }

  /** Whether one is there, readable or not. */
  static boolean isThere(Versions versions) {
    return Files.exists(place(versions));
  }

  static Optional<Intent> read(Versions versions) throws BalancerException {
    Optional<byte[]> bytes = Disk.read(place(versions));
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : new String(bytes.get(), UTF_8).lines().toList()) {
      int sign = line.indexOf('=');
      if (sign > 0) {
        fields.put(line.substring(0, sign), line.substring(sign + 1));
      }
    }
    try {
      String[] before = fields.getOrDefault("before", "").split(" ", -1);
      return Optional.of(
          new Intent(
              fields.getOrDefault("kind", "apply"),
              fields.getOrDefault("actor", "checkrail"),
              Phase.valueOf(fields.getOrDefault("phase", "")),
              fields.getOrDefault("from", ""),
              fields.getOrDefault("to", ""),
              new Seen(
                  Long.parseLong(before[0]),
                  Integer.parseInt(before[1]),
                  Long.parseLong(before[2])),
              Boolean.parseBoolean(fields.getOrDefault("visible", "false"))));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BalancerException(
          BalancerException.Kind.DAMAGED,
          "the note of an interrupted switch, " + place(versions) + ", is not readable",
          e);
    }
  }

  private static Path place(Versions versions) {
    return versions.folder().resolve(NAME);
  }
}
