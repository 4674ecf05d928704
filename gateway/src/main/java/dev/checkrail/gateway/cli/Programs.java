package dev.checkrail.gateway.cli;

import java.nio.file.Path;

/** Where PostgreSQL's programs are unpacked, once for all data folders. */
final class Programs {
  private Programs() {}

  static Path folder() {
    String home = System.getProperty("checkrail.home");
    return home == null
        ? Path.of(System.getProperty("java.io.tmpdir"), "payment-gateway-programs")
        : Path.of(home, ".checkrail");
  }
}
