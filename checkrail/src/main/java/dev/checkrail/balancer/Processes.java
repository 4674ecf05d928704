package dev.checkrail.balancer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The processes of a load balancer at one moment.
 *
 * @param master the process that reloads; empty if it can't be asked
 * @param workers those that serve, the current one first
 */
public record Processes(Optional<Master> master, List<Worker> workers) {
  public Processes {
    workers = List.copyOf(workers);
  }

  /**
   * The master.
   *
   * @param reloads how often it was told to reload, failures included
   * @param failed how many of the latest reloads failed in a row; 0 as soon as one succeeds
   */
  public record Master(long pid, int reloads, int failed) {}

  /**
   * A worker.
   *
   * @param old whether it was replaced and only finishes what it holds
   * @param answers whether it answered when it was asked
   * @param marker the version that it was started with, as its marker says; empty if it has none
   * @param connections client connections that it holds; empty if it did not say
   */
  public record Worker(
      long pid, boolean old, boolean answers, Optional<String> marker, OptionalInt connections) {}

  /** The worker that takes new connections. */
  public Optional<Worker> current() {
    return workers.stream().filter(worker -> !worker.old()).findFirst();
  }

  /** Workers that were replaced and are not gone yet. */
  public List<Worker> old() {
    return workers.stream().filter(Worker::old).toList();
  }

  /** What is remembered of them, to notice that somebody else reloaded. */
  public Seen seen() {
    return new Seen(
        master.map(Master::pid).orElse(0L),
        master.map(Master::reloads).orElse(0),
        current().map(Worker::pid).orElse(0L));
  }

  /** Who ran: 0 stands for nobody. */
  public record Seen(long master, int reloads, long worker) {}
}
