package dev.checkrail.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options on how the files of a configuration are found here; what the policy is for differs. */
abstract class PlacesHere implements ConfigPlaces {
  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description =
          "A variable that the configuration sees here; nothing is taken from our own environment.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--cwd",
      paramLabel = "DIR",
      description =
          "Where HAProxy is started; relative paths may start there. Default: the folder of the"
              + " configuration.")
  private @Nullable String workingDirectory;

  @Override
  public final Map<String, String> environment() {
    return environment;
  }

  @Override
  public final Optional<String> workingDirectory() {
    return Optional.ofNullable(workingDirectory);
  }
}
