package dev.checkrail.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A configuration, and perhaps the one that is to replace it. */
final class OneOrTwoConfigs {
  @Parameters(
      index = "0",
      paramLabel = "CONFIG",
      description = "The configuration whose log it is: a file, or a folder with *.cfg files.")
  private String old = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NEW",
      description = "A candidate: then also what moves.")
  private @Nullable String candidate;

  @Option(
      names = "--root-old",
      paramLabel = "DIR",
      description = "Absolute paths in CONFIG are looked up here first.")
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

  Optional<String> candidate() {
    return Optional.ofNullable(candidate);
  }

  Optional<String> rootOld() {
    return Optional.ofNullable(rootOld).or(() -> Optional.ofNullable(root));
  }

  Optional<String> rootNew() {
    return Optional.ofNullable(rootNew).or(() -> Optional.ofNullable(root));
  }
}
