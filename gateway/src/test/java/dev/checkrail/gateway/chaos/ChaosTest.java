package dev.checkrail.gateway.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.gateway.books.Finding;
import dev.checkrail.gateway.store.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A few seconds of what {@code payment-gateway chaos} does for minutes. */
class ChaosTest {
  @TempDir Path folder;

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  void nothingIsLostAndNothingIsChargedTwice() throws Exception {
    StringWriter progress = new StringWriter();
    Chaos.Report report =
        Chaos.run(
            new Chaos.Settings(
                folder.resolve("chaos"),
                TestDatabase.PROGRAMS,
                3,
                8,
                20,
                2,
                Duration.ofMillis(700),
                Duration.ofSeconds(60),
                false,
                List.of(
                    "--lease-seconds", "6", "--acquirer-millis", "2000", "--give-up-seconds", "5")),
            new PrintWriter(progress));

    String told = progress + report.text();
    assertThat(report.failures()).as(told).isEmpty();
    assertThat(report.books().findings()).as(told).isEmpty();
    assertThat(report.books().count(Finding.Kind.LOST)).isZero();
    assertThat(report.repeated().other()).as(told).isEmpty();
    assertThat(report.passed()).as(told).isTrue();
    assertThat(report.books().acknowledged()).as(told).isGreaterThan(20);
    assertThat(report.done()).as(told).isNotEmpty();
  }
}
