package dev.checkrail.balancer.haproxy;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where one HAProxy lives: all that has to be known to speak to it, and nothing that a reload
 * changes.
 *
 * @param binary the program
 * @param configuration the {@code -f} arguments in order, absolute: files, or folders whose {@code
 *     *.cfg} are loaded by name; the marker, if it is an argument of its own, included
 * @param marker the file by which a worker says its version: the last {@code -f}, or a file in the
 *     last folder; empty if HAProxy was not started with one
 * @param workingDirectory where relative paths start
 * @param masterSocket {@code -S}
 * @param statsSocket {@code stats socket} of the configuration, for when there is no master socket
 * @param environment the variables that the configuration uses, and no others
 */
public record Installation(
    Path binary,
    List<Path> configuration,
    Optional<Path> marker,
    Path workingDirectory,
    Optional<Path> masterSocket,
    Optional<Path> statsSocket,
    Map<String, String> environment) {
  public Installation {
    configuration = List.copyOf(configuration);
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
  }
}
