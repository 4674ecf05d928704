package dev.checkrail.scenarios.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.scenarios.bench.Truth.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RowsTest {
  @TempDir Path folder;

  private final Row row = ScoreTest.stored(16, Wanted.CAUSE, List.of("database"), "database");

  @Test
  void whatIsStoredIsNotRunAgain() throws IOException {
    new Rows(folder).add(row);
    Rows again = new Rows(folder);
    assertThat(again.all()).containsExactly(row);
    assertThat(again.has("0123456789", 16, 1, 60)).isTrue();
    assertThat(again.has("0123456789", 16, 2, 60)).isFalse();
    assertThat(again.has("another", 16, 1, 60)).isFalse();
  }

  @Test
  void aVoidRunIsRunAgain() throws IOException {
    new Rows(folder)
        .add(Row.read(row.json().replace("\"remarks\":[]", "\"remarks\":[\"not restored\"]")));
    assertThat(new Rows(folder).has("0123456789", 16, 1, 60)).isFalse();
  }

  @Test
  void halfALastLineIsForgotten() throws IOException {
    Rows rows = new Rows(folder);
    rows.add(row);
    Files.writeString(rows.file(), "{\"commit\":\"01", StandardOpenOption.APPEND);
    assertThat(new Rows(folder).all()).containsExactly(row);
    assertThat(Files.readAllLines(rows.file())).hasSize(1);
  }

  @Test
  void aBrokenLineInTheMiddleIsSaidWithItsPlace() throws IOException {
    Rows rows = new Rows(folder);
    Files.writeString(rows.file(), "nonsense\n");
    rows.add(row);
    assertThatThrownBy(() -> new Rows(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("runs.jsonl:1: not a run");
  }
}
