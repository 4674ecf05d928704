package dev.checkrail.scenarios;

import dev.checkrail.scenarios.topology.Topology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Has {@code scenarios/recount} count all of it again from the raw files. */
final class Recount {
  private static final double ALIKE = 0.0021; // each of two times is cut to a millisecond

  private Recount() {}

  /** What the script says, by name. */
  static Map<String, Double> of(Path home, Path raw) throws IOException, InterruptedException {
    Process script =
        new ProcessBuilder(home.resolve("scenarios/recount").toString(), "--drill", raw.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = script.waitFor();
    Map<String, Double> counted = new LinkedHashMap<>();
    for (String line : said.lines().toList()) {
      String[] words = line.split(" ", -1);
      if (words.length == 2 && words[1].matches("-?[0-9.]+")) {
        counted.put(words[0], Double.parseDouble(words[1]));
      }
    }
    if (status != 0) {
      throw new IOException("scenarios/recount ended with " + status + ":\n" + said);
    }
    return counted;
  }

  /** What the script has to know: which server is the wrong one, and when the drill ended. */
  static void facts(Topology topology, Instant from, Instant until) throws IOException {
    Files.writeString(
        topology.raw().resolve("facts"),
        "wrong_server=%s%npurchase=POST /v1/payments%nfrom=%s%nuntil=%s%n"
            .formatted(topology.staging().reportsServer(), from, until));
  }

  /** Whether both say the same. */
  static boolean alike(Optional<Double> ours, Optional<Double> recounted) {
    return ours.isEmpty()
        ? recounted.isEmpty()
        : recounted.isPresent() && Math.abs(ours.get() - recounted.get()) <= ALIKE;
  }
}
