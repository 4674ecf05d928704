package dev.checkrail.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunsTest {
  private static final Instant T2 = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whatFailedIsInTheTableToo() {
    List<Runs.Run> all =
        List.of(
            run(1, Optional.of(2.0)),
            run(2, Optional.empty()),
            new Runs.Run(3, Optional.empty(), "no | port\nat all"));

    String table = Runs.table(all, "abc", Variant.B);

    assertThat(table).contains("Variant B at commit abc").contains("as it should be in 1 of 3");
    List<String> rows = table.lines().filter(it -> it.startsWith("| ")).toList();
    assertThat(rows).hasSize(7);
    assertThat(rows.get(2))
        .isEqualTo(
            "| 1 | 1.50 | 2.00 | never | 3.00 | 0.00 | 4.00 | 0 | 100 | 0, 0, 0 | equal | yes |");
    assertThat(rows.get(3)).contains("| never |").contains("no: alert: did not happen");
    assertThat(rows.get(4)).endsWith("no: could not be played: no \\| port |");
    assertThat(rows.get(5)).startsWith("| median | 1.50 | never | never | 3.00 |");
    assertThat(rows.get(6)).startsWith("| worst | 1.50 | never | | 3.00 |");
    // As many cells everywhere, but for what is escaped.
    assertThat(rows)
        .allSatisfy(it ->
            assertThat(it.replace("\\|", "").chars().filter(c -> c == '|').count()).isEqualTo(13));
  }

  @Test
  void machinesGetOneLineForEachAndTheirSums() {
    Runs.Run good = run(1, Optional.of(2.0));
    Runs.Run bad = new Runs.Run(2, Optional.empty(), "no port");

    assertThat(good.json().toString()).startsWith("{\"seed\":1,\"ok\":true,\"act1\":");
    assertThat(bad.json().toString())
        .isEqualTo("{\"seed\":2,\"ok\":false,\"could_not_run\":\"no port\"}");
    assertThat(Runs.summary(List.of(good, bad), "abc", Variant.A).toString())
        .startsWith("{\"commit\":\"abc\",\"variant\":\"A\",\"runs\":2,\"ok\":1,")
        .contains("\"alert_s\":2.0,\"first_failure_s\":null,\"cause_s\":3.0");
  }

  @Test
  void aRunWhoseEpilogueBrokeOffIsNotAsItShould() {
    Result whole = result(Optional.of(2.0), Optional.of(new Epilogue.Played(10, 0, true)));
    Result broken = result(Optional.of(2.0), Optional.empty());

    assertThat(whole.missed()).isEmpty();
    assertThat(broken.missed()).containsExactly("epilogue: not played to its end");
  }

  private static Runs.Run run(long seed, Optional<Double> alert) {
    return new Runs.Run(
        seed, Optional.of(result(alert, Optional.of(new Epilogue.Played(10, 0, true)))), "");
  }

  private static Result result(Optional<Double> alert, Optional<Epilogue.Played> epilogue) {
    Clocks clocks =
        new Clocks(
            T2,
            Optional.of(T2),
            Optional.empty(),
            alert.map(RunsTest::after),
            Optional.of(after(3)),
            "lb-change",
            true,
            Optional.of(after(3)),
            Optional.of(after(3)),
            Optional.of(after(4)),
            Optional.empty(),
            Optional.of(after(34)),
            Optional.of(after(5)));
    Result.Users users = new Result.Users(100, 100, 0, 0, 0, 0);
    return new Result(true, 1.5, clocks, users, 0, 0, 0, true, epilogue);
  }

  private static Instant after(double seconds) {
    return T2.plusMillis((long) (1000 * seconds));
  }
}
