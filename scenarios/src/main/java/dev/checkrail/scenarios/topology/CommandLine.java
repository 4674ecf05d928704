package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
   * @param said standard output, and behind it standard error
   * @param seconds how long it took, its own start included
   */
  public record Answer(int status, String output, String said, double seconds) {}

  /** Runs {@code bin/checkrail} with these arguments. */
  public Answer run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin/checkrail").toString());
    command.addAll(List.of(arguments));
    // Apart, or a line of one would stand within a line of the other.
    Path errors = Files.createTempFile("checkrail-", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(home.toFile()).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    long begun = System.nanoTime();
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    String said = (output.strip() + "\n" + Files.readString(errors)).strip();
    Files.delete(errors);
    return new Answer(status, output, said, (System.nanoTime() - begun) / 1e9);
  }
}
