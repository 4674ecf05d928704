package dev.checkrail.cli;

import dev.checkrail.path.Subject;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The one configuration that a command is about. */
final class OneConfig {
  @Parameters(
      index = "0",
      paramLabel = "CONFIG",
      description = "A configuration file, or a folder: its *.cfg in the order of their names.")
  private String config = "";

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "Absolute paths in the configuration are looked up here first.")
  private @Nullable String root;

  /** As the user gave it. */
  String name() {
    return config;
  }

  Subject subject(Inputs inputs) {
    return inputs.subject(config, Optional.ofNullable(root));
  }
}
