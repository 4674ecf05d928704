package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The installed HAProxy as a judge of what it reads. */
final class RealHaproxy {
  private static final Path BINARY = Path.of("/usr/sbin/haproxy");

  /** What {@code haproxy -c} said; bytes as ISO 8859-1. */
  record Answer(int status, String text) {
    /** Valid, or valid but without a listener. */
    boolean accepted() {
      return status == 0 || status == 2;
    }
  }

  private RealHaproxy() {}

  static void assumeInstalled() {
    assumeTrue(Files.isExecutable(BINARY), "HAProxy is not installed");
  }

  static Answer check(Path folder, String config, Map<String, String> environment) {
    Path file = folder.resolve("t.cfg");
    try {
      Files.write(file, config.getBytes(StandardCharsets.ISO_8859_1));
      return run(environment, "-c", "-f", file.toString());
    } catch (IOException e) {
      return fail(e);
    }
  }

  static Answer run(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of(BINARY.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return new Answer(process.waitFor(), text);
    } catch (IOException e) {
      return fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(e);
    }
  }
}
