package dev.checkrail.balancer;

import dev.checkrail.balancer.Processes.Master;
import dev.checkrail.balancer.Processes.Seen;
import dev.checkrail.balancer.Processes.Worker;
import java.util.List;
import java.util.Optional;

/**
 * What really serves after a reload was ordered.
 *
 * @param digest the version that was to be loaded
 * @param marked whether the serving worker itself says that it was started with this version; if
 *     not, the truth is told by the processes and by the files on the disk alone
 * @param serving the worker that takes new connections
 * @param old workers that were replaced and are not gone
 */
public record Truth(
    Stage stage, String digest, boolean marked, Optional<Worker> serving, List<Worker> old) {
  public Truth {
    old = List.copyOf(old);
  }

  /** How far it is. */
  public enum Stage {
    /** The order was given and nothing is known yet. */
    LOADING,
    /** The load balancer would not load the files; the worker of before serves. */
    REFUSED,
    /** A new worker serves, and it says that it was started with another version. */
    OTHER,
    /** The new worker serves; old ones are there and hold nothing, or did not say. */
    NEW_SERVES,
    /** The new worker serves; old ones still hold connections, decided by the old rules. */
    OLD_HOLD,
    /** Only the new one is there. */
    ONLY_NEW;

    /** Whether new connections meet the new version. */
    public boolean serves() {
      return this == NEW_SERVES || this == OLD_HOLD || this == ONLY_NEW;
    }
  }

  /**
   * Reads the truth.
   *
   * @param before who ran before the order
   * @param now who runs now
   * @param hasMarker whether workers of this load balancer say their version
   */
  public static Truth of(Seen before, Processes now, String digest, boolean hasMarker) {
    Optional<Worker> current = now.current();
    boolean counted =
        now.master()
            .map(master -> master.pid() != before.master() || master.reloads() > before.reloads())
            .orElse(true);
    boolean replaced = current.filter(worker -> worker.pid() != before.worker()).isPresent();
    boolean failed = now.master().map(Master::failed).orElse(0) > 0;
    boolean marked = current.flatMap(Worker::marker).filter(digest::equals).isPresent();
    Stage stage;
    if (counted && !replaced && failed) {
      stage = Stage.REFUSED;
    } else if (!counted || !replaced || !current.get().answers()) {
      stage = Stage.LOADING;
    } else if (hasMarker && !marked) {
      stage = Stage.OTHER;
    } else if (now.old().isEmpty()) {
      stage = Stage.ONLY_NEW;
    } else {
      stage = held(now.old()) > 0 ? Stage.OLD_HOLD : Stage.NEW_SERVES;
    }
    return new Truth(stage, digest, marked, current, now.old());
  }

  /** Connections that old workers hold, as far as they say. */
  public int held() {
    return held(old);
  }

  private static int held(List<Worker> old) {
    return old.stream().mapToInt(worker -> worker.connections().orElse(0)).sum();
  }

  /** A sentence for people. */
  public String text() {
    String who = serving.map(worker -> "worker " + worker.pid()).orElse("no worker");
    String proof = marked ? "it says so itself" : "told by processes and files: it has no marker";
    String version = Versions.brief(digest);
    return switch (stage) {
      case LOADING -> "the reload was ordered, " + who + " serves as before";
      case REFUSED -> "HAProxy would not load the files; " + who + " serves as before";
      case OTHER -> who + " serves and was started with another version than " + version;
      case NEW_SERVES -> who + " serves " + version + " (" + proof + "); old workers are ending";
      case OLD_HOLD ->
          who
              + " serves "
              + version
              + " ("
              + proof
              + "); old workers still hold "
              + held()
              + " connection(s)";
      case ONLY_NEW -> "only " + who + " is there and serves " + version + " (" + proof + ")";
    };
  }
}
