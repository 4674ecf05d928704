package dev.checkrail.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.World;
import dev.checkrail.gateway.payment.States;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README is run, not believed. {@code -Dreadme.write=true} writes the tables anew. */
class ReadmeTest {
  private static final Path README = Path.of("README.md");

  @TempDir Path folder;

  @Test
  void theWalkThroughDoesWhatItSays() throws Exception {
    String readme = Files.readString(README);
    String block = readme.substring(readme.indexOf("```bash\n") + 8);
    block = block.substring(0, block.indexOf("```"));
    try (World world = new World(folder)) {
      Gateway gateway = world.serve();
      StringBuilder script = new StringBuilder("set -euo pipefail\n");
      List<String> expected = new ArrayList<>();
      for (String line : block.lines().toList()) {
        if (line.startsWith("# expect ")) {
          expected.add(line.substring("# expect ".length()));
          script.append("echo; echo '----'\n");
        } else {
          script.append(line).append('\n');
        }
      }
      ProcessBuilder bash = new ProcessBuilder("bash", "-c", script.toString());
      bash.environment().put("GW", "http://127.0.0.1:" + gateway.port());
      bash.environment().put("KEY", world.key);
      bash.environment().put("ADMIN", World.ADMIN);
      Process process = bash.redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      String[] answers = output.split("----\n", -1);
      assertThat(expected).hasSizeGreaterThan(15);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(answers[i]).as("expectation " + i).contains(expected.get(i));
      }
    }
  }

  @Test
  void theTablesOfStatesAreTheOnesOfTheProgram() throws Exception {
    String readme = Files.readString(README);
    int begin = readme.indexOf("## States\n") + "## States\n\n".length();
    int end = readme.indexOf("\n## Two ways");
    String tables = States.printed();
    if (Boolean.getBoolean("readme.write")) {
      Files.writeString(README, readme.substring(0, begin) + tables + readme.substring(end));
      return;
    }
    assertThat(readme.substring(begin, end)).isEqualTo(tables);
  }
}
