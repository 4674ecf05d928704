package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.RunningState.Admin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the current rollout told servers over the socket: made ready, at a weight. Expected as long
 * as the worker that was told serves, so neither drift nor a loss; whatever else they are told by
 * others is both. Written down before it is said, in the folder of the versions; that of a worker
 * that is gone counts for nothing.
 *
 * @param weights of servers that the files have disabled
 */
public record Raised(Map<ServerName, Integer> weights) {
  /** Nothing. */
  public static final Raised NONE = new Raised(Map.of());

  private static final String NAME = "raised";

  public Raised {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /** Whom it is about. */
  Set<ServerName> servers() {
    return weights.keySet();
  }

  /** What counts now; of a worker that serves no more nothing does. */
  static Raised in(Versions versions) throws BalancerException {
    Optional<byte[]> bytes = Disk.read(place(versions));
    if (bytes.isEmpty()) {
      return NONE;
    }
    List<String> lines = new String(bytes.get(), UTF_8).lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(whose(versions))) {
      return NONE;
    }
    Map<ServerName, Integer> weights = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int space = line.indexOf(' ');
      if (space > 0 && line.substring(0, space).matches("\\d{1,3}")) {
        weights.put(
            ServerName.of(line.substring(space + 1)), Integer.valueOf(line.substring(0, space)));
      }
    }
    return new Raised(weights);
  }

  /**
   * Tells the worker that serves: first the weight, then ready, so that none gets more. What was
   * told before and is told again gets the new weight.
   *
   * @throws BalancerException if one can't be told; those before it were
   */
  public void tell(Driver driver, Versions versions) throws BalancerException {
    Map<ServerName, Integer> all = new LinkedHashMap<>(in(versions).weights());
    all.putAll(weights);
    List<String> lines = new ArrayList<>(List.of(whose(versions)));
    all.forEach((server, weight) -> lines.add(weight + " " + server));
    Disk.putOurs(place(versions), (String.join("\n", lines) + "\n").getBytes(UTF_8));
    for (Map.Entry<ServerName, Integer> one : weights.entrySet()) {
      driver.weight(one.getKey(), one.getValue());
      driver.admin(one.getKey(), Admin.READY);
    }
  }

  /** What a worker holds that was started with files and told this. */
  RunningState over(RunningState files) {
    if (weights.isEmpty()) {
      return files;
    }
    return new RunningState(
        files.servers().stream()
            .map(one -> {
              Integer weight = weights.get(one.name());
              return weight == null
                  ? one
                  : new RunningState.Server(
                      one.name(), one.address(), Admin.READY, weight, weight, one.up());
            })
            .toList(),
        files.tables(),
        files.certificates(),
        files.closed(),
        files.values());
  }

  /** The worker that serves, and what it serves. */
  static String whose(Versions versions) throws BalancerException {
    return versions.live().orElse("")
        + " "
        + versions.seen().map(Processes.Seen::worker).orElse(0L);
  }

  private static Path place(Versions versions) {
    return versions.folder().resolve(NAME);
  }
}
