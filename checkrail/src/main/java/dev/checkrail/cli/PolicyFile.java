package dev.checkrail.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** A policy that lies here and is sent as it is. */
final class PolicyFile {
  private PolicyFile() {}

  static String text(Surroundings at, String file) {
    try {
      return Files.readString(at.resolve(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw CannotRun.because(
          "policy/missing", file, "the policy " + file + " can't be read", "name another file");
    }
  }
}
