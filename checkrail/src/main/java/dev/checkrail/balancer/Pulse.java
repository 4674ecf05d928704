package dev.checkrail.balancer;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a load balancer shows at one moment, as much as may be asked each second.
 *
 * @param master the process that reloads; empty if it can't be asked
 * @param workers those that serve; exactly one of them is not old, and it comes first
 */
public record Pulse(Optional<Processes.Master> master, List<Worker> workers) {
  public Pulse {
    workers = List.copyOf(workers);
  }

  /** The worker that takes new connections. */
  public Worker current() {
    return workers.getFirst();
  }

  /**
   * A worker.
   *
   * @param old whether it was replaced and only finishes what it holds
   * @param answers whether it answered when it was asked; all below is empty if it did not
   * @param age since it was started
   * @param reloads reloads that it has seen, failed ones included; empty without a master
   * @param marker the version that it was started with, as its marker says; empty if it has none
   * @param connections client connections that it holds
   * @param requests requests that it took since it was started, those over its socket included
   * @param droppedLogs log lines that it could not send since it was started
   * @param statistics counters of listeners, servers and pools, beginning at 0 with each worker;
   *     empty for an old worker beyond the fourth
   * @param servers their states; only of the current worker
   */
  public record Worker(
      long pid,
      boolean old,
      boolean answers,
      Duration age,
      OptionalInt reloads,
      Optional<String> marker,
      OptionalInt connections,
      OptionalLong requests,
      OptionalLong droppedLogs,
      List<RunningState.Statistics> statistics,
      List<RunningState.Server> servers) {
    public Worker {
      statistics = List.copyOf(statistics);
      servers = List.copyOf(servers);
    }
  }
}
