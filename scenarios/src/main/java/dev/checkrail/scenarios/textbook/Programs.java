package dev.checkrail.scenarios.textbook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The programs of a textbook set-up, and the Debian packages that bring them. */
final class Programs {
  /** Package by program. */
  static final Map<String, String> WANTED =
      Map.of(
          "prometheus", "prometheus",
          "promtool", "prometheus",
          "prometheus-alertmanager", "prometheus-alertmanager",
          "prometheus-blackbox-exporter", "prometheus-blackbox-exporter");

  private Programs() {}

  /** What each says of its version. */
  static Map<String, String> versions() throws IOException, InterruptedException {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("haproxy", first("haproxy", "-v"));
    for (String program :
        List.of("prometheus", "prometheus-alertmanager", "prometheus-blackbox-exporter")) {
      versions.put(program, first(program, "--version"));
    }
    return versions;
  }

  private static String first(String program, String question)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program, question).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.lines().findFirst().orElse("");
  }
}
