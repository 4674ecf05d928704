package dev.checkrail.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * All that a command can see of the world besides its arguments and files.
 *
 * @param in standard input
 * @param out where answers go
 * @param err where progress and what went wrong go
 * @param environment our own variables; of these only {@code NO_COLOR}, {@code COLUMNS}, {@code
 *     TERM} and {@code PATH} are looked at, and by commands that ask a control plane {@code
 *     CHECKRAIL_SERVER}, {@code CHECKRAIL_TOKEN}, {@code HOME} and {@code XDG_CONFIG_HOME}; none
 *     for a configuration
 * @param folder what relative paths start at
 * @param outIsTerminal whether a person looks at {@code out}
 * @param errIsTerminal whether a person looks at {@code err}
 * @param unicode whether more than ASCII can be shown
 * @param clock the time of day
 * @param nanos elapsed time
 */
record Surroundings(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> environment,
    Path folder,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean unicode,
    InstantSource clock,
    LongSupplier nanos) {
  Surroundings {
    environment = Map.copyOf(environment);
  }

  /** A variable of ours, if it is set and not empty. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }

  Path resolve(String path) {
    return folder.resolve(path);
  }
}
