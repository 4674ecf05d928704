package dev.checkrail.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The product is not built for its demo: nothing of the demo's scenarios occurs in it. */
class NamesTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");

  @Test
  void productNamesNoScenario() throws IOException {
    List<String> names;
    try (Stream<Path> candidates =
        Files.list(ROOT.resolve("examples/payment-gateway/candidates"))) {
      names =
          candidates
              .map(it -> it.getFileName().toString().replaceFirst("\\.[a-z]+$", ""))
              .filter(name -> name.contains("-") && !name.equals("checkrail"))
              .toList();
    }
    assertThat(names).contains("payments-to-reports", "good-capacity");
    try (Stream<Path> sources = Files.walk(ROOT.resolve("checkrail/src/main"))) {
      for (Path source : sources.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(source))
            .as(source.toString())
            .doesNotContain("dev.checkrail.scenarios")
            .doesNotContain("checkrail-demo")
            .doesNotContain("18 August 2024, again")
            .doesNotContain(names);
      }
    }
  }
}
