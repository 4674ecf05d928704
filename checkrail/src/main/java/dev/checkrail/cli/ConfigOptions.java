package dev.checkrail.cli;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options on how configurations and the policy that judges them are found. */
final class ConfigOptions extends PlacesHere {
  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "What people want: services, contract, invariants ('none' for none). Default:"
              + " checkrail.yaml beside the configuration (of two: beside OLD, never NEW).")
  private @Nullable String policy;

  @Override
  public Optional<String> policy() {
    return Optional.ofNullable(policy);
  }
}
