package dev.checkrail.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RecommendedFormatTest {
  private static final Path PAGE =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/logs.md");

  @Test
  void thePageHasTheLinesThatArePasted() throws IOException {
    assertThat(Files.readAllLines(PAGE))
        .contains("    " + RecommendedFormat.UNIQUE_ID)
        .containsAll(RecommendedFormat.REQUEST_LINES.stream().map(line -> "    " + line).toList())
        .contains("    log-format \"" + RecommendedFormat.LOG_FORMAT + "\"");
  }

  @Test
  void thePageNamesEveryReason() throws IOException {
    String page = Files.readString(PAGE);
    for (Read.Reason reason : Read.Reason.values()) {
      assertThat(page).contains("`" + reason + "`");
    }
  }
}
