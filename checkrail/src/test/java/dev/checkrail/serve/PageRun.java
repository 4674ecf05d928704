package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs a page: each command of its consoles, in one shell, and what it answers. */
abstract class PageRun {
  private static final Path ROOT =
      Path.of(System.getProperty("basedir", ".")).resolve("..").toAbsolutePath().normalize();
  private static final String END = "@@end@@";
  private static final Duration TOO_LONG = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private Process shell;
  private List<Path> links = List.of();

  /** A command of the page. */
  private record Step(String command, String output, int status) {}

  @AfterEach
  void end() throws Exception {
    if (shell != null) {
      shell.destroy();
      shell.waitFor(5, TimeUnit.SECONDS);
    }
    // What the page started and a failure left behind: all of it works in this folder.
    List<ProcessHandle> left;
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      left = all.filter(it -> worksBelow(it, folder)).toList();
    }
    left.forEach(ProcessHandle::destroy);
    for (ProcessHandle one : left) {
      one.onExit().completeOnTimeout(one, 20, TimeUnit.SECONDS).get();
    }
    for (Path link : links) {
      Files.deleteIfExists(link);
    }
  }

  private static boolean worksBelow(ProcessHandle process, Path folder) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd"))
          .startsWith(folder.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  final void isTrue(String page) throws Exception {
    isTrue(page, "state");
  }

  /**
   * @param data folder of the control plane: PostgreSQL is not unpacked anew
   */
  final void isTrue(String page, String data) throws Exception {
    Path programs = ROOT.resolve("checkrail/target/postgres");
    Files.createDirectories(programs);
    Files.createDirectories(folder.resolve(data));
    links = List.of(folder.resolve(data).resolve("programs"), folder.resolve("examples"));
    Files.createSymbolicLink(links.getFirst(), programs);
    Files.createSymbolicLink(links.getLast(), ROOT.resolve("examples"));
    Path launcher = Files.createDirectory(folder.resolve("bin")).resolve("checkrail");
    Files.writeString(
        launcher,
        """
        #!/bin/bash
        main=dev.checkrail.cli.Main
        if [[ $1 == serve && ! ($2 == backup && " $*" != *" --data"*) ]]; then shift; main=dev.checkrail.serve.Main; fi
        exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' $main "$@"
        """
            .formatted(System.getProperty("java.home"), System.getProperty("java.class.path")));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));

    ProcessBuilder builder = new ProcessBuilder("bash", "--norc", "--noprofile");
    builder.directory(folder.toFile()).redirectErrorStream(true);
    for (String name :
        List.of(
            "SERVE_PORT",
            "HTTP_PORT",
            "HTTPS_PORT",
            "STATS_PORT",
            "PAY1_PORT",
            "PAY2_PORT",
            "PAY3_PORT",
            "PAY4_PORT",
            "REP1_PORT",
            "CAT1_PORT",
            "CAT2_PORT",
            "LOG_PORT")) {
      builder.environment().put(name, Integer.toString(RunningHaproxy.freePort()));
    }
    builder.environment().put("STATS_SOCKET", folder.resolve("stats.sock").toString());
    builder.environment().put("XDG_CONFIG_HOME", folder.resolve("config").toString());
    builder.environment().remove("CHECKRAIL_TOKEN");
    shell = builder.start();
    try (Writer in = shell.outputWriter(StandardCharsets.UTF_8);
        BufferedReader out = shell.inputReader(StandardCharsets.UTF_8)) {
      in.write("set -m\n"); // so that %1 is a job
      for (Step step : steps(Files.readString(ROOT.resolve(page)))) {
        in.write(step.command() + "\necho \"" + END + "$?\"\n");
        in.flush();
        CompletableFuture<Void> tooLong = endsAfter(shell, TOO_LONG);
        List<String> lines = new ArrayList<>();
        int status = -1;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          int at = line.indexOf(END);
          if (at >= 0) {
            if (at > 0) {
              lines.add(line.substring(0, at));
            }
            status = Integer.parseInt(line.substring(at + END.length()));
            break;
          }
          lines.add(line);
        }
        tooLong.cancel(false);
        // One line on standard error beside the answer; the page shows answers.
        String said =
            lines.stream()
                .filter(line ->
                    !step.command().startsWith("bin/checkrail lb")
                            && !step.command().startsWith("bin/checkrail change propose")
                            && !step.command().startsWith("bin/checkrail change verify")
                        || !line.startsWith("checkrail: "))
                .collect(Collectors.joining("\n"));
        String what = step.command() + "\n" + said + "\n" + log();
        assertThat(status).as(what).isEqualTo(step.status());
        if (!step.output().isEmpty()) {
          assertThat(said).as(what).matches(pattern(step.output()));
        }
      }
    }
  }

  /** A step that waits for ever fails, with what it said. */
  private static CompletableFuture<Void> endsAfter(Process shell, Duration time) {
    return CompletableFuture.runAsync(
        () -> {
          shell.descendants().forEach(ProcessHandle::destroyForcibly);
          shell.destroyForcibly();
        },
        CompletableFuture.delayedExecutor(time.toSeconds(), TimeUnit.SECONDS));
  }

  private String log() throws IOException {
    for (Path log : List.of(folder.resolve("serve.log"), folder.resolve("walk/serve.log"))) {
      if (Files.exists(log)) {
        return Files.readString(log);
      }
    }
    return "";
  }

  /** What the page shows; an ellipsis is anything, and what is not shown at the end is, too. */
  private static Pattern pattern(String shown) {
    return Pattern.compile(
        Stream.of(shown.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*"))
            + ".*",
        Pattern.DOTALL);
  }

  private static List<Step> steps(String page) {
    List<Step> steps = new ArrayList<>();
    boolean inside = false;
    String command = "";
    StringBuilder output = new StringBuilder();
    int status = 0;
    for (String line : page.lines().toList()) {
      boolean fence = line.startsWith("```");
      if (inside && (fence || line.startsWith("$ ")) && !command.isEmpty()) {
        steps.add(new Step(command, output.toString().strip(), status));
        command = "";
      }
      if (fence) {
        inside = line.equals("```console");
      } else if (inside && line.startsWith("$ ")) {
        command = line.substring(2);
        output.setLength(0);
        status = 0;
      } else if (inside && line.matches("\\[exit [0-9]]")) {
        status = Integer.parseInt(line.substring(6, 7));
      } else if (inside) {
        output.append(line).append('\n');
      }
    }
    return steps;
  }
}
