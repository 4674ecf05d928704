package dev.checkrail.gateway.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Two simulated acquirers as processes of their own, for demonstrations. */
final class Acquirers implements AutoCloseable {
  private final List<Process> processes = new ArrayList<>();

  /** Starts acq-a and acq-b with their books below this folder; their addresses by name. */
  Map<String, URI> start(Path folder) throws IOException {
    Map<String, URI> addresses = new LinkedHashMap<>();
    for (String name : List.of("acq-a", "acq-b")) {
      Path data = Files.createDirectories(folder.resolve(name));
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-Xmx128m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Main.class.getName(),
                  "acquirer",
                  "--name",
                  name,
                  "--data",
                  data.toString())
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(data.resolve("acquirer.log").toFile()))
              .start();
      processes.add(process);
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      String line = out.readLine();
      if (line == null || !line.contains("http://")) {
        throw new IOException(name + " did not start; see " + data.resolve("acquirer.log"));
      }
      addresses.put(name, URI.create(line.substring(line.indexOf("http://")).strip()));
    }
    return addresses;
  }

  @Override
  public void close() {
    processes.forEach(Process::destroy);
  }
}
