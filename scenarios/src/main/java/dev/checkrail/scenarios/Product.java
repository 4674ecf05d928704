package dev.checkrail.scenarios;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checkrail as people use it: its commands, with what they print shown as it comes. */
final class Product {
  private final Path home;
  private final PrintStream out;

  Product(Path home, PrintStream out) {
    this.home = home;
    this.out = out;
  }

  /**
   * What a command answered.
   *
   * @param status its exit status
   * @param seconds how long it took, start-up included
   * @param rules the rules of the findings that count
   */
  record Answer(int status, double seconds, List<String> rules) {
    Answer {
      rules = List.copyOf(rules);
    }
  }

  /** Gates a change of the example. */
  Answer gate(String old, String candidate, String... more)
      throws IOException, InterruptedException {
    Path evidence = Files.createTempDirectory("checkrail-demo-");
    try {
      Path example = Path.of("examples/payment-gateway");
      List<String> command = new ArrayList<>(List.of("bin/checkrail", "gate"));
      command.add(example.resolve(old).toString());
      command.add(example.resolve(candidate).toString());
      command.addAll(List.of(more));
      out.println();
      out.println("$ " + String.join(" ", command));
      out.flush();
      command.addAll(List.of("--evidence", evidence.resolve("gate").toString()));
      long start = System.nanoTime();
      int status =
          new ProcessBuilder(command).directory(home.toFile()).inheritIO().start().waitFor();
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Answer(status, seconds, rules(evidence.resolve("gate/verdict.json")));
    } finally {
      delete(evidence);
    }
  }

  private static List<String> rules(Path verdict) {
    if (!Files.isRegularFile(verdict)) {
      return List.of();
    }
    List<String> rules = new ArrayList<>();
    for (JsonNode finding : JsonMapper.shared().readTree(verdict.toFile()).path("findings")) {
      if (!finding.has("live") && !finding.has("suppressed")) {
        rules.add(finding.path("rule").asString());
      }
    }
    return rules;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }
}
