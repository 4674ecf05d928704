package dev.checkrail.agreement;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One generated configuration.
 *
 * @param seed that made it
 * @param lines of {@code haproxy.cfg}
 * @param files maps and lists beside it
 */
record Scenario(long seed, List<String> lines, Map<String, String> files) {
  Scenario {
    lines = List.copyOf(lines);
    files = Map.copyOf(files);
  }

  String text() {
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  Scenario withLines(List<String> fewer) {
    return new Scenario(seed, fewer, files);
  }
}
