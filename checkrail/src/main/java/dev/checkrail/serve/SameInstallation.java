package dev.checkrail.serve;

import dev.checkrail.balancer.haproxy.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether two names stand for the same running HAProxy, or for two that share a file. */
final class SameInstallation {
  private SameInstallation() {}

  /** What both have, as an end of a sentence; links are followed. */
  static Optional<String> of(Installation one, Installation other) {
    return shared(paths(one.masterSocket()), paths(other.masterSocket()))
        .map(it -> "its master socket is " + it)
        .or(() -> shared(files(one), files(other)).map(it -> "it loads " + it))
        .or(() ->
            shared(paths(one.statsSocket()), paths(other.statsSocket()))
                .map(it -> "its stats socket is " + it));
  }

  private static List<Path> paths(Optional<Path> path) {
    return path.map(SameInstallation::real).stream().toList();
  }

  private static List<Path> files(Installation at) {
    return at.configuration().stream().map(SameInstallation::real).toList();
  }

  /** Equal, or one lies in the other: HAProxy loads all files of a folder. */
  private static Optional<Path> shared(List<Path> some, List<Path> others) {
    return some.stream()
        .filter(one ->
            others.stream().anyMatch(other -> one.startsWith(other) || other.startsWith(one)))
        .findFirst();
  }

  /** Of what is not there, its folder's real path: a socket may be gone for a moment. */
  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      Path folder = path.getParent();
      Path name = path.getFileName();
      if (folder == null || name == null || Files.notExists(folder)) {
        return path.normalize();
      }
      try {
        return folder.toRealPath().resolve(name);
      } catch (IOException again) {
        return path.normalize();
      }
    }
  }
}
