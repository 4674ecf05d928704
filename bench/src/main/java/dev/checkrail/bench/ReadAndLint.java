package dev.checkrail.bench;

import dev.checkrail.lint.Lint;
import dev.checkrail.lint.LintReport;
import dev.checkrail.policy.Policy;
import dev.checkrail.read.ReadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Reads and lints one generated configuration and ends: no command stops that early. */
final class ReadAndLint {
  private ReadAndLint() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    ReadReport read =
        Inputs.read(
            Map.of(
                BigConfiguration.FILE, Files.readString(folder.resolve(BigConfiguration.FILE)),
                BigConfiguration.MAP, Files.readString(folder.resolve(BigConfiguration.MAP))));
    LintReport lint = Lint.lint(read.tree(), read.configuration(), Policy.none());
    System.out.println(lint.findings().size() + " findings");
  }
}
