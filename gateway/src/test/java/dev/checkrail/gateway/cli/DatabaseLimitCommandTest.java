package dev.checkrail.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DatabaseLimitCommandTest {
  @TempDir private Path folder;

  @Test
  void writesNothingThatNobodyBoughtUnlessFaultsAreAllowed() {
    StringWriter said = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(said, true), new PrintWriter(said, true));

    int status =
        new CommandLine(new DatabaseLimitCommand(terminal))
            .execute("--data", folder.resolve("gw").toString());

    assertThat(status).isEqualTo(2);
    assertThat(said.toString()).contains("payments that nobody made", "--allow-faults");
    assertThat(folder).isEmptyDirectory();
  }
}
