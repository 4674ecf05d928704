package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules for people with a Prometheus, judged by Prometheus' own tool. */
class PrometheusRulesTest {
  private static final Path DOCS =
      Path.of(System.getProperty("basedir", ".")).resolve("../docs/prometheus");

  private static String promtool(String... arguments) throws Exception {
    Optional<Path> program =
        Stream.concat(
                Stream.of(Path.of("../.checkrail/promtool").toAbsolutePath()),
                Stream.of(System.getenv("PATH").split(":", -1)).map(it -> Path.of(it, "promtool")))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "promtool is not here");
    ProcessBuilder builder = new ProcessBuilder(arguments);
    builder.command().addFirst(program.get().toString());
    Process process = builder.directory(DOCS.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  @Test
  void promtoolFindsNothingAgainstTheRules() throws Exception {
    assertThat(promtool("check", "rules", "checkrail.rules.yml")).contains("SUCCESS");
  }

  @Test
  void theRulesFireWhenTheyShouldAndOnlyThen() throws Exception {
    assertThat(promtool("test", "rules", "checkrail.test.yml")).contains("SUCCESS");
  }
}
