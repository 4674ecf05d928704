package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Control;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * Asks the control plane, several times a second, what it thinks; keeps every answer in which the
 * published cause is another one than before, and when a harm was known first.
 */
final class Watch implements AutoCloseable {
  private static final long EACH = 250_000_000;

  private final Control control;
  private final String path;
  private final List<Seen> seen = new ArrayList<>(); // guarded by this
  private final List<Instant> harms = new ArrayList<>(); // where each began; guarded by this
  private Instant lastHarm = Instant.EPOCH; // guarded by this
  private final List<String> raw = new ArrayList<>(); // guarded by this
  private Instant kept = Instant.EPOCH; // what was thought last; guarded by this
  private String last = ""; // guarded by this
  private final Thread thread;
  private volatile boolean ended;
  private int unanswered; // guarded by this

  /**
   * A published answer.
   *
   * @param asked when it was seen first
   * @param at when it was published, by the control plane
   */
  record Seen(Instant asked, Instant at, boolean urgent, List<Row.Named> ranking) {
    Seen {
      ranking = List.copyOf(ranking);
    }

    String cause() {
      return ranking.isEmpty() ? "" : ranking.getFirst().cause();
    }
  }

  private Watch(Control control, String balancer) {
    this.control = control;
    this.path = "/api/v1/balancers/" + balancer + "/diagnosis";
    this.thread = Thread.ofPlatform().daemon().name("watch").unstarted(this::ask);
  }

  static Watch start(Control control, String balancer) {
    Watch watch = new Watch(control, balancer);
    watch.thread.start();
    return watch;
  }

  private void ask() {
    long next = System.nanoTime();
    while (!ended) {
      try {
        Control.Answer answer = control.get(path);
        if (answer.status() == 200) {
          took(Instant.now(), answer.json(), answer.body());
        } else {
          missed();
        }
      } catch (IOException e) {
        missed();
      } catch (InterruptedException e) {
        return;
      }
      next = Math.max(next + EACH, System.nanoTime() - EACH);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private synchronized void missed() {
    unanswered++;
  }

  private synchronized void took(Instant asked, JsonNode body, String text) {
    last = text;
    if (!body.path("harmed_since").isMissingNode()) {
      if (harms.isEmpty() || lastHarm.plusSeconds(3).isBefore(asked)) {
        harms.add(asked);
      }
      lastHarm = asked;
    }
    JsonNode published = body.path("published");
    if (published.isMissingNode()) {
      if (!body.path("harmed_since").isMissingNode() && kept.plusSeconds(1).isBefore(asked)) {
        kept = asked;
        raw.add(text); // why nothing is said yet
      }
      return;
    }
    Instant at = Instant.parse(published.path("at").asString());
    List<Row.Named> ranking = ranking(published.path("ranking"));
    boolean same =
        !seen.isEmpty()
            && seen.getLast().at().equals(at)
            && !ranking.isEmpty()
            && seen.getLast().cause().equals(ranking.getFirst().cause());
    if (!same) {
      seen.add(new Seen(asked, at, published.path("urgent").asBoolean(false), ranking));
      raw.add(text);
    }
  }

  static List<Row.Named> ranking(JsonNode list) {
    List<Row.Named> ranking = new ArrayList<>();
    for (JsonNode one : list) {
      if (ranking.size() < 4) {
        ranking.add(
            new Row.Named(
                one.path("cause").asString(""),
                one.path("object").asString(""),
                Math.round(1000 * one.path("probability").asDouble(0)) / 1000.0,
                one.path("why").asString("")));
      }
    }
    return ranking;
  }

  /** The first answer that was published at this moment or later. */
  synchronized Optional<Seen> first(Instant since) {
    return seen.stream().filter(it -> !it.at().isBefore(since)).findFirst();
  }

  /** Other causes that were published after an answer. */
  synchronized List<String> others(Seen first, Instant until) {
    return seen.stream()
        .filter(it -> it.at().isAfter(first.at()) && it.asked().isBefore(until))
        .map(Seen::cause)
        .filter(it -> !it.equals(first.cause()))
        .distinct()
        .toList();
  }

  /** When a harm was known first, at this moment or later. */
  synchronized Optional<Instant> harm(Instant since) {
    return harms.stream().filter(it -> !it.isBefore(since)).findFirst();
  }

  /** How often it was asked in vain. */
  synchronized int unanswered() {
    return unanswered;
  }

  /**
   * The whole answers in which something was published anew, or was not although users failed; and
   * the last one.
   */
  synchronized List<String> raw() {
    List<String> all = new ArrayList<>(raw);
    if (!last.isEmpty() && !all.contains(last)) {
      all.add(last); // with what was noted until the end
    }
    return List.copyOf(all);
  }

  @Override
  public void close() {
    ended = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
