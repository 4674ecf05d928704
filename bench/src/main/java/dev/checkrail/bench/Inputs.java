package dev.checkrail.bench;

import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.source.Files;
import dev.checkrail.source.Severity;
import java.util.List;
import java.util.Map;

/** Generated configurations, held in memory. */
final class Inputs {
  private Inputs() {}

  static ReadReport read(int rules, boolean candidate) {
    return read(BigConfiguration.texts(rules, candidate));
  }

  /** Stops if a configuration that HAProxy accepts is not read without error. */
  static ReadReport read(Map<String, String> texts) {
    ReadReport report =
        Read.haproxy(
            Files.of(texts), List.of(BigConfiguration.FILE), HaproxyTarget.debian12(Map.of()));
    report.problems().stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .findFirst()
        .ifPresent(problem -> {
          throw new IllegalStateException(problem.toString());
        });
    return report;
  }
}
