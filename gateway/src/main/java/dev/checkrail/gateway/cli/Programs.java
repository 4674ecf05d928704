package dev.checkrail.gateway.cli;

import java.nio.file.Path;

/** Where PostgreSQL's programs are unpacked, once for all data folders. */
final class Programs {
  private Programs() {}

  static Path folder() {
    String home = System.getProperty("checkrail.home");
    return Path.of(home == null ? "" : home).toAbsolutePath().resolve(".checkrail");
  }
}
