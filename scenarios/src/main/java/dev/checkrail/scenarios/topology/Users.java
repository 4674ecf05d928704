package dev.checkrail.scenarios.topology;

import dev.checkrail.scenarios.topology.Children.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * People who buy: the gateway's own {@code load} in a process of its own, an open loop. One user is
 * one purchase with one key, has 8 s of patience and tries once more.
 */
public final class Users {
  private static final JsonMapper JSON = new JsonMapper();

  private final Child load;
  private final Path log;

  private Users(Child load, Path log) {
    this.load = load;
    this.log = log;
  }

  static Users come(
      Topology topology,
      Path home,
      String run,
      double perSecond,
      long seconds,
      long seed,
      String key)
      throws IOException {
    Staging staging = topology.staging();
    Path log = topology.raw().resolve(run + ".client.jsonl");
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/payment-gateway").toString(),
                "load",
                "--url",
                "http://127.0.0.1:" + staging.port("http"),
                "--users-per-second",
                String.format(Locale.ROOT, "%.3f", perSecond),
                "--seconds",
                "" + seconds,
                "--seed",
                "" + seed,
                "--run",
                run,
                "--key-file",
                topology.folder().resolve(key + ".key").toString(),
                "--host-header",
                staging.host(),
                "--second-host",
                String.format(Locale.ROOT, "%s=%.4f", staging.secondHost(), staging.share()),
                "--client-log",
                log.toString(),
                "--settle",
                "90",
                "--format",
                "json"));
    Child load = topology.children().start("users-" + run, command, Map.of());
    return new Users(load, log);
  }

  /** What they met, one JSON line for each purchase, as it ends. */
  public Path log() {
    return log;
  }

  /** Nobody comes any more; those who are there get their answers. */
  public void stopComing() {
    load.process().destroy();
  }

  /** Nobody comes any more; returns once the last one has his answer, and has looked it up. */
  public JsonNode stop() throws IOException, InterruptedException {
    stopComing();
    return await(Duration.ofSeconds(150));
  }

  /** Waits until the last one has his answer. */
  public JsonNode await(Duration atMost) throws IOException, InterruptedException {
    if (!load.process().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("users do not end; see " + load.log());
    }
    for (String line : load.said().lines().toList().reversed()) {
      if (line.startsWith("{")) {
        return JSON.readTree(line);
      }
    }
    throw new IOException("users ended without a report; see " + load.log());
  }
}
