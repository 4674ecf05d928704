package dev.checkrail.scenarios.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which version of the product is tried. */
public final class Commit {
  private Commit() {}

  /**
   * Its commit, with a plus sign if files of it were changed; {@code unknown} without git. A copy
   * that is no clone says it in a file {@code COMMIT}.
   */
  public static String of(Path home) throws InterruptedException {
    try {
      Path said = home.resolve("COMMIT");
      if (Files.isRegularFile(said)) {
        return Files.readString(said).strip();
      }
      String head = git(home, "rev-parse", "--short=10", "HEAD");
      String changed =
          git(home, "status", "--porcelain", "--", "checkrail/src/main", "gateway/src/main", "bin");
      return head.isEmpty() ? "unknown" : changed.isEmpty() ? head : head + "+";
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String git(Path home, String... arguments)
      throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return process.waitFor() == 0 ? said : "";
  }
}
