package dev.checkrail.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkingFolderTest {
  private static final int THREADS = 8;

  @TempDir private Path temporary;

  /** A control plane was killed; the next one looks at its ways back and gates a change. */
  @Test
  void manyAtOnceSweepWhatTheDeadLeftAndEachGetsItsOwn() throws Exception {
    Path all = Files.createDirectories(temporary.resolve("checkrail-" + WorkingFolder.user()));
    for (int i = 0; i < 200; i++) {
      Files.createFile(all.resolve("999999999-" + i + ".lock"));
      Files.createDirectories(all.resolve("999999999-" + i + "/agent"));
    }
    CyclicBarrier together = new CyclicBarrier(THREADS);
    List<WorkingFolder> made = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<WorkingFolder>> making = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        making.add(
            threads.submit(() -> {
              together.await();
              return WorkingFolder.make(temporary);
            }));
      }
      for (Future<WorkingFolder> one : making) {
        made.add(one.get());
      }
    }
    assertThat(made)
        .extracting(WorkingFolder::path)
        .doesNotHaveDuplicates()
        .allMatch(Files::exists);
    for (WorkingFolder one : made) {
      one.close();
    }
    assertThat(all).isEmptyDirectory();
  }
}
