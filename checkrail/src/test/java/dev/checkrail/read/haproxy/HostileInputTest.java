package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.SourceFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Input that nobody wrote in good faith: bounded time, no stack overflow, no loss. */
class HostileInputTest {
  private static Reading within(Duration limit, Supplier<Reading> reading) {
    return org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(limit, reading::get);
  }

  @Test
  void aLineOfTenMegabytes() {
    Reading reading =
        within(
            Duration.ofSeconds(60),
            () -> Text.read("global\n log-tag " + "x".repeat(10 << 20) + "\n"));
    assertThat(reading.problems()).isEmpty();
    within(Duration.ofSeconds(60), () -> Text.read("global\n" + "a ".repeat(5 << 20) + "\n"));
    within(
        Duration.ofSeconds(60), () -> Text.read("global\n" + "\"a\\x\" ".repeat(1 << 20) + "\n"));
    within(Duration.ofSeconds(60), () -> Text.read(".if " + "(".repeat(10 << 20) + "\n"));
    within(Duration.ofSeconds(60), () -> Text.read(".if " + "1||".repeat(3 << 20) + "\n"));
  }

  @Test
  void aFileOfTwoHundredThousandLines() {
    Reading reading =
        within(
            Duration.ofSeconds(60),
            () ->
                Text.read(
                    "frontend f\n  bind :80\n"
                        + "  use_backend be if { path_beg /some/where } # comment\n"
                            .repeat(200_000)));
    assertThat(reading.problems()).isEmpty();
    assertThat(reading.tree().files().getFirst().lines()).hasSize(200_002);
  }

  @Test
  void aFileOfTwoHundredThousandUnknownKeywords() {
    StringBuilder text = new StringBuilder("frontend f\n  bind :80\n");
    for (int i = 0; i < 200_000; i++) {
      text.append("  bogus").append(i).append(" x\n");
    }
    Reading reading = within(Duration.ofSeconds(60), () -> Text.read(text.toString()));
    assertThat(reading.problems()).hasSize(200_000);
  }

  @Test
  void binaryJunk() {
    byte[] junk = new byte[1 << 20];
    new Random(1).nextBytes(junk);
    Reading reading =
        within(
            Duration.ofSeconds(60),
            () ->
                ParseHaproxy.parse(
                    List.of(SourceFile.of("junk.cfg", junk)), Target.debian12(Map.of())));
    assertThat(reading.problems()).isNotEmpty();
  }

  @Test
  void blocksNestedTooDeep() {
    Reading reading = Text.read(".if 1\n".repeat(100_000));
    assertThat(reading.problems().getFirst().message()).contains("nested more than 99 levels");
  }

  @Test
  void expansionsThatGrow() {
    StringBuilder config = new StringBuilder("global\n setenv V " + "x".repeat(1000) + "\n");
    for (int i = 0; i < 60; i++) {
      config.append(" setenv V \"$V$V\"\n");
    }
    Reading reading = within(Duration.ofSeconds(30), () -> Text.read(config.toString()));
    assertThat(reading.problems().getFirst().message()).contains("grows beyond 16 MiB");
  }
}
