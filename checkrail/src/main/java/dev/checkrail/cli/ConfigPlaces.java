package dev.checkrail.cli;

import java.util.Map;
import java.util.Optional;

/** How the files of a configuration are found. */
interface ConfigPlaces {
  /** The file of the policy, or {@code none}; empty for the one beside the configuration. */
  Optional<String> policy();

  /** Variables that the configuration sees. */
  Map<String, String> environment();

  /** Where HAProxy is started; empty for the configuration's folder. */
  Optional<String> workingDirectory();
}
