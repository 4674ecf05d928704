package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The product's commands, run as people run them. */
public final class CommandLine {
  private final Path home;
  private final Map<String, String> environment;

  /**
   * Run in a folder, with variables that name a control plane and who asks it.
   *
   * @param home of the product: the folder with {@code bin/checkrail}
   */
  public CommandLine(Path home, Map<String, String> environment) {
    this.home = home;
    this.environment = Map.copyOf(environment);
  }

  /**
   * What a command said.
   *
   * @param output standard output
   * @param remarks standard error
   * @param seconds how long it took, its own start included
   */
  public record Answer(int status, String output, List<Remark> remarks, double seconds) {
    /** Copies the list. */
    public Answer {
      remarks = List.copyOf(remarks);
    }

    /** All of it: standard output, and behind it standard error. */
    public String said() {
      return (output.strip()
              + "\n"
              + remarks.stream().map(Remark::text).collect(Collectors.joining("\n")))
          .strip();
    }
  }

  /**
   * A line of standard error.
   *
   * @param seconds after the command's start
   */
  public record Remark(double seconds, String text) {}

  /** Runs {@code bin/checkrail} with these arguments. */
  public Answer run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/checkrail").toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
    builder.environment().putAll(environment);
    long begun = System.nanoTime();
    Process process = builder.start();
    process.getOutputStream().close();
    // Apart, or a line of one would stand within a line of the other.
    List<Remark> remarks = Collections.synchronizedList(new ArrayList<>());
    Thread reading =
        Thread.ofVirtual()
            .start(() ->
                process
                    .errorReader(StandardCharsets.UTF_8)
                    .lines()
                    .forEach(it -> remarks.add(remark(begun, it))));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    reading.join();
    return new Answer(status, output, remarks, since(begun));
  }

  private static Remark remark(long begun, String text) {
    return new Remark(since(begun), text);
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
