package dev.checkrail.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The two configurations of a change. */
final class TwoConfigs {
  @Parameters(
      index = "0",
      paramLabel = "OLD",
      description = "The approved configuration: a file, or a folder with *.cfg files.")
  private String old = "";

  @Parameters(index = "1", paramLabel = "NEW", description = "The candidate, likewise.")
  private String candidate = "";

  @Option(
      names = "--root-old",
      paramLabel = "DIR",
      description = "Absolute paths in OLD are looked up here first.")
  private @Nullable String rootOld;

  @Option(
      names = "--root-new",
      paramLabel = "DIR",
      description = "Absolute paths in NEW are looked up here first.")
  private @Nullable String rootNew;

  @Option(names = "--root", paramLabel = "DIR", description = "Both of these.")
  private @Nullable String root;

  String old() {
    return old;
  }

  String candidate() {
    return candidate;
  }

  Optional<String> rootOld() {
    return Optional.ofNullable(rootOld).or(() -> Optional.ofNullable(root));
  }

  Optional<String> rootNew() {
    return Optional.ofNullable(rootNew).or(() -> Optional.ofNullable(root));
  }
}
