package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Changes;
import dev.checkrail.scenarios.topology.Children.Child;
import dev.checkrail.scenarios.topology.CommandLine;
import dev.checkrail.scenarios.topology.Control;
import dev.checkrail.scenarios.topology.Folders;
import dev.checkrail.scenarios.topology.OnCallFile;
import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * A control plane for one run, with nothing in its memory: what an earlier run has taught it would
 * not be an independent trial.
 */
final class Plane implements AutoCloseable {
  private static final Pattern FIRST = Pattern.compile("--first (\\S+)");
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(240);

  private final Topology topology;
  private final Child serve;
  private final String server;
  private final Path data;

  private Plane(Topology topology, Child serve, String server, Path data) {
    this.topology = topology;
    this.serve = serve;
    this.server = server;
    this.data = data;
  }

  /**
   * Has it start; it owns nothing yet. That takes some seconds, in which others can be got ready.
   *
   * @param observes it does nothing by itself and tells nobody
   */
  static Plane begin(Path home, Topology topology, String run, boolean observes)
      throws IOException {
    int port = topology.staging().port("serve");
    Path data = topology.folder().resolve("plane-" + run);
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/checkrail").toString(),
                "serve",
                "--listen",
                "127.0.0.1:" + port,
                "--data",
                data.toString()));
    if (OnCallFile.isKnown(home)) {
      command.addAll(List.of("--on-call", topology.folder().resolve("on-call.yaml").toString()));
    }
    if (observes) {
      command.add("--observe-only");
    }
    Child serve = topology.children().start("plane-" + run, command, Map.of());
    return new Plane(topology, serve, "http://127.0.0.1:" + port, data);
  }

  /** Returns once it owns the load balancer and has looked at it. */
  Control adopt() throws IOException, InterruptedException {
    until(serve, () -> FIRST.matcher(serve.said()).find());
    Matcher first = FIRST.matcher(serve.said());
    if (!first.find()) {
      throw new IOException("serve did not start; see " + serve.log());
    }
    CommandLine cli = topology.cli();
    good(
        cli.run(
            "login",
            "--name",
            "ada",
            "--password-file",
            topology.folder().resolve("password").toString(),
            "--first",
            first.group(1)));
    Control control =
        new Control(
            server,
            new JsonMapper()
                .readTree(
                    Files.readString(topology.folder().resolve("config/checkrail/tokens.json")))
                .path(server)
                .asString());
    Changes.team(control, topology.folder());
    good(
        cli.run(
            "lb",
            "add",
            topology.balancer(),
            "--master-socket",
            topology.master().toString(),
            "--policy",
            topology.policy().toString(),
            "--log",
            "udp:127.0.0.1:" + topology.staging().port("log")));
    String path = "/api/v1/balancers/" + topology.balancer() + "/diagnosis";
    until(serve, () -> control.get(path).status() == 200);
    return control;
  }

  private static void good(CommandLine.Answer answer) throws IOException {
    if (answer.status() != 0) {
      throw new IOException(answer.said());
    }
  }

  private interface Question {
    boolean answered() throws IOException, InterruptedException;
  }

  private static void until(Child serve, Question done) throws IOException, InterruptedException {
    long end = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (true) {
      try {
        if (done.answered()) {
          return;
        }
      } catch (IOException e) {
        // It does not listen yet.
      }
      if (!serve.process().isAlive() || System.nanoTime() > end) {
        throw new IOException("serve did not start; see " + serve.log());
      }
      Thread.sleep(100);
    }
  }

  /** Ends it in order, and throws away what it kept. */
  @Override
  public void close() {
    topology.children().end(serve.name());
    try {
      Folders.delete(data);
    } catch (IOException e) {
      System.err.println("checkrail: " + data + " is not deleted yet: " + e.getMessage());
    }
  }
}
