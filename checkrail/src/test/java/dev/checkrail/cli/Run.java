package dev.checkrail.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command that was run in a folder, as on a terminal of no colours.
 *
 * @param status its exit status
 */
record Run(int status, String out, String err) {
  private static final Instant TODAY = Instant.parse("2026-11-01T12:00:00Z");

  /** A folder with files in it, to run commands in. */
  record In(Path folder) {
    In file(String name, String text) {
      return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    In file(String name, byte[] bytes) {
      try {
        Path path = folder.resolve(name);
        Files.createDirectories(path.getParent());
        Files.write(path, bytes);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Run run(String... arguments) {
      return run(Map.of(), "", arguments);
    }

    Run run(Map<String, String> environment, String input, String... arguments) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      AtomicLong nanos = new AtomicLong();
      int status =
          Main.run(
              List.of(arguments),
              new Surroundings(
                  new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                  new PrintStream(out, true, StandardCharsets.UTF_8),
                  new PrintStream(err, true, StandardCharsets.UTF_8),
                  environment,
                  folder,
                  false,
                  false,
                  true,
                  InstantSource.fixed(TODAY),
                  () -> nanos.addAndGet(1_000_000)));
      return new Run(
          status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /** All that anybody can see of it. */
  String all() {
    return out + err;
  }
}
