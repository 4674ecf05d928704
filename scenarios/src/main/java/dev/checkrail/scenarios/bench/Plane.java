package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Children.Child;
import dev.checkrail.scenarios.topology.CommandLine;
import dev.checkrail.scenarios.topology.Control;
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
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(120);

  private final Topology topology;
  private final Child serve;
  private final Control control;

  private Plane(Topology topology, Child serve, Control control) {
    this.topology = topology;
    this.serve = serve;
    this.control = control;
  }

  /** Starts it; returns once it owns the load balancer and has looked at it. */
  static Plane start(Path home, Topology topology, String run)
      throws IOException, InterruptedException {
    int port = topology.staging().port("serve");
    String server = "http://127.0.0.1:" + port;
    List<String> command =
        new ArrayList<>(
            List.of(
                home.resolve("bin/checkrail").toString(),
                "serve",
                "--listen",
                "127.0.0.1:" + port,
                "--data",
                topology.folder().resolve("plane-" + run).toString()));
    if (OnCallFile.isKnown(home)) {
      command.addAll(List.of("--on-call", topology.folder().resolve("on-call.yaml").toString()));
    }
    Child serve = topology.children().start("plane-" + run, command, Map.of());
    try {
      return adopted(topology, serve, server);
    } catch (IOException | InterruptedException | RuntimeException e) {
      serve.process().destroyForcibly();
      throw e;
    }
  }

  private static Plane adopted(Topology topology, Child serve, String server)
      throws IOException, InterruptedException {
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
    return new Plane(topology, serve, control);
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

  Control control() {
    return control;
  }

  /** Ends it in order, and throws away what it kept. */
  @Override
  public void close() {
    topology.children().end(serve.name());
  }
}
