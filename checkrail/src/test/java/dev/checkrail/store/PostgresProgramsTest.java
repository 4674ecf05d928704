package dev.checkrail.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two control planes that share a folder of programs are started for the first time at once. */
class PostgresProgramsTest {
  @TempDir private Path folder;

  @Test
  void whoIsLaterTakesWhatIsThere() throws Exception {
    try (ExecutorService both = Executors.newFixedThreadPool(2)) {
      List<Future<Path>> found = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        found.add(both.submit(() -> PostgresPrograms.in(folder)));
      }
      assertThat(found.get(0).get()).isEqualTo(found.get(1).get());
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left)
          .singleElement()
          .satisfies(home -> assertThat(home.resolve("bin/postgres")).isExecutable());
    }
  }
}
