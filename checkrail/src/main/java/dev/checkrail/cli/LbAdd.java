package dev.checkrail.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Takes a running HAProxy over. */
@Command(
    name = "add",
    description = {
      "Takes a running HAProxy over. What it has on its disk now becomes the first approved version.",
      "Paths are those of the machine on which 'serve' runs."
    },
    footer = {
      "",
      "Example: checkrail lb add edge --master-socket /run/haproxy-master.sock \\",
      "  --policy checkrail.yaml",
      "Exit status: 0 it is owned now, 2 could not run."
    })
final class LbAdd extends Asking {
  @Parameters(paramLabel = "NAME", description = "What it is called from now on; lower case.")
  private String name = "";

  @Option(
      names = "--config",
      paramLabel = "PATH",
      description = "As in its -f, in order: a file, or a folder. Default: as it was started.")
  private List<String> configuration = new ArrayList<>();

  @Option(names = "--master-socket", paramLabel = "PATH", description = "As in its -S.")
  private @Nullable String masterSocket;

  @Option(names = "--pid", paramLabel = "PID", description = "Its master process.")
  private @Nullable Integer pid;

  @Option(
      names = "--again",
      description = "It is owned already and was set up anew: what it has now is approved.")
  private boolean again;

  @Option(
      names = "--stats-socket",
      paramLabel = "PATH",
      description = "Its stats socket, if it has no master socket.")
  private @Nullable String statsSocket;

  @Option(
      names = "--marker",
      paramLabel = "FILE",
      description = "The last -f, which we may write: by it a worker says its version.")
  private @Nullable String marker;

  @Option(
      names = "--cwd",
      paramLabel = "DIR",
      description = "Where it was started. Default: as its process says.")
  private @Nullable String workingDirectory;

  @Option(
      names = "--haproxy",
      paramLabel = "PATH",
      description = "Its program. Default: as its process says.")
  private @Nullable String haproxy;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "A variable that its configuration uses.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "The policy under which its changes are judged; approved by this. Later: 'lb policy'.")
  private @Nullable String policy;

  @Option(
      names = "--log",
      paramLabel = "SOURCE",
      description =
          "Where its log comes from: udp:127.0.0.1:5514, unix:/PATH (a socket that is made) or"
              + " file:/PATH (followed); none. Without it routes and users are not observed.")
  private @Nullable String log;

  LbAdd(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    ObjectNode body = Remote.object();
    body.put("name", name);
    ArrayNode paths = body.putArray("configuration");
    configuration.forEach(it -> paths.add(absolute(it)));
    if (pid != null) {
      body.put("master_pid", pid);
    }
    body.put("again", again);
    put(body, "master_socket", masterSocket);
    put(body, "stats_socket", statsSocket);
    put(body, "marker", marker);
    put(body, "working_directory", workingDirectory);
    put(body, "binary", haproxy);
    if (log != null) {
      body.put("log", log);
    }
    ObjectNode variables = body.putObject("environment");
    environment.forEach(variables::put);
    if (marker != null && !configuration.isEmpty() && !configuration.contains(marker)) {
      paths.add(absolute(marker));
    }
    if (policy != null) {
      body.put("policy", text(policy));
    }
    ObjectNode made = good(remote().post("/api/v1/balancers", body)).body();
    return show(
        made,
        page -> {
          page.line(
              "%s is owned now; approved version %s"
                  .formatted(of(made, "name"), brief(of(made, "approved"))));
          texts(made, "notes").forEach(it -> page.labelled(2, "note:", it));
          page.line("  what it lacks: checkrail lb doctor " + of(made, "name"));
        });
  }

  private void put(ObjectNode body, String member, @Nullable String path) {
    Optional.ofNullable(path).ifPresent(it -> body.put(member, absolute(it)));
  }

  private String absolute(String path) {
    return at.resolve(path).toAbsolutePath().normalize().toString();
  }

  private String text(String file) {
    try {
      return Files.readString(at.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw CannotRun.because(
          "policy/missing",
          file,
          "the policy " + file + " can't be read",
          "name another one with --policy, or none");
    }
  }
}
