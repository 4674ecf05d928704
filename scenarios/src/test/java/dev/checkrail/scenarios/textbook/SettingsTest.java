package dev.checkrail.scenarios.textbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Targets TARGETS =
      new Targets(
          9101,
          Map.of("pay-1", 9001, "rep-1", 9002),
          List.of("pay.example.com", "pay-eu.example.com"),
          8080,
          9115);

  @TempDir Path folder;

  @Test
  void theTextbooksRulesAreThoseThatAreShipped() throws IOException {
    String shipped = MonitoringFiles.shipped("rules.yml");

    assertThat(Settings.TEXTBOOK.rules(shipped)).isEqualTo(shipped);
  }

  @Test
  void fastSettingsWaitNowhereAndLookAtFourScrapes() {
    assertThat(
            Settings.FAST.rules(
                """
                      - alert: A
                        expr: rate(a[1m]) + rate(b[2m]) > 0.05
                        for: 1m
                      - alert: B
                        expr: rate(slow[1h]) > 1
                """))
        .isEqualTo(
            """
                  - alert: A
                    expr: rate(a[20s]) + rate(b[20s]) > 0.05
                    for: 0s
                  - alert: B
                    expr: rate(slow[1h]) > 1
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"textbook", "fast"})
  void prometheusAndAlertmanagerTakeTheirFiles(String name) throws Exception {
    Settings settings = name.equals("fast") ? Settings.FAST : Settings.TEXTBOOK;
    MonitoringFiles files = new MonitoringFiles(folder);
    files.write(settings, TARGETS, 9093, "http://127.0.0.1:1/" + name);

    assertThat(judged("promtool", "check", "config", files.prometheus().toString()))
        .contains("SUCCESS: 2 rule files found", "SUCCESS: 27 rules found");
    assertThat(judged("amtool", "check-config", files.alertmanager().toString()))
        .contains("SUCCESS", "1 receivers");
  }

  @Test
  void promtoolTakesTheHistory() throws Exception {
    Optional<Path> promtool = found("promtool");
    assumeTrue(promtool.isPresent(), "promtool is not here");
    MonitoringFiles files = new MonitoringFiles(folder);
    Files.createDirectories(files.data());

    new History(Map.of("2xx", 70.0, "5xx", 0.0))
        .into(files, java.time.Instant.ofEpochSecond(1_800_000_000));

    assertThat(judged("promtool", "tsdb", "list", files.data().toString()))
        .contains("1800000000001");
  }

  /** What a program says of a file that it must like; skipped without the program. */
  private static String judged(String... command) throws IOException, InterruptedException {
    assumeTrue(found(command[0]).isPresent(), command[0] + " is not here");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static Optional<Path> found(String program) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .map(it -> Path.of(it, program))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
