package dev.checkrail.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options on how configurations and the policy are found. */
final class ConfigOptions implements ConfigPlaces {
  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "What people want: services, contract, invariants ('none' for none). Default:"
              + " checkrail.yaml beside the configuration (of two: beside OLD, never NEW).")
  private @Nullable String policy;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description =
          "A variable that the configuration sees; nothing is taken from our own environment.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--cwd",
      paramLabel = "DIR",
      description =
          "Where HAProxy is started; relative paths may start there. Default: the folder of the"
              + " configuration.")
  private @Nullable String workingDirectory;

  @Override
  public Optional<String> policy() {
    return Optional.ofNullable(policy);
  }

  @Override
  public Map<String, String> environment() {
    return environment;
  }

  @Override
  public Optional<String> workingDirectory() {
    return Optional.ofNullable(workingDirectory);
  }
}
