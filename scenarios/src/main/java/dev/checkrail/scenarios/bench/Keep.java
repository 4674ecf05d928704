package dev.checkrail.scenarios.bench;

import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Takes logs along before a topology's folder is deleted. */
final class Keep {
  private Keep() {}

  static void raw(Topology topology, Path out) throws IOException {
    Path to = out.resolve("raw").resolve(String.valueOf(topology.folder().getFileName()));
    for (String part : List.of("raw", "log")) {
      Path from = topology.folder().resolve(part);
      Files.createDirectories(to.resolve(part));
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(
              file,
              to.resolve(part).resolve(file.getFileName()),
              StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
