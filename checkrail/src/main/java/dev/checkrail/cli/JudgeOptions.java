package dev.checkrail.cli;

import dev.checkrail.report.Verdict;
import dev.checkrail.source.Severity;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options on what blocks. */
final class JudgeOptions {
  enum FailOn {
    notice,
    warning,
    error
  }

  @Option(
      names = "--fail-on",
      paramLabel = "notice|warning|error",
      description = "The severity from which a finding blocks. Default: error.")
  private FailOn failOn = FailOn.error;

  @Option(
      names = "--strict",
      description = "Findings that are live already or suppressed count as well.")
  private boolean strict;

  @Option(
      names = "--haproxy",
      paramLabel = "PATH",
      description = "The HAProxy binary to ask. Default: the one in PATH or in an sbin folder.")
  private @Nullable String haproxy;

  @Option(
      names = "--evidence",
      paramLabel = "DIR",
      description = "Writes what was found, and the digests of all files, to a new folder.")
  private @Nullable String evidence;

  Verdict.Measure measure() {
    return new Verdict.Measure(Severity.valueOf(failOn.name().toUpperCase(Locale.ROOT)), strict);
  }

  Optional<Path> haproxy(Surroundings at) {
    return Optional.ofNullable(haproxy).map(at::resolve);
  }

  Optional<String> evidence() {
    return Optional.ofNullable(evidence);
  }
}
