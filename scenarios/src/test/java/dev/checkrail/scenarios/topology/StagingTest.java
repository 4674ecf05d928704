package dev.checkrail.scenarios.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagingTest {
  @TempDir Path folder;

  @Test
  void theFirstSeedHasTheNamesOfThePostmortem() throws IOException {
    Staging staging = Staging.of(1, 60);
    assertThat(staging.secondHost()).isEqualTo("pay-eu.example.com");
    assertThat(staging.reportsPool()).isEqualTo("be_reports");
    assertThat(staging.share()).isEqualTo(0.4);
  }

  @Test
  void othersHaveOthers() throws IOException {
    Set<String> hosts = new HashSet<>();
    Set<Double> shares = new HashSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      Staging staging = Staging.of(seed, 60);
      assertThat(new HashSet<>(staging.ports().values())).hasSize(staging.ports().size());
      assertThat(staging.share()).isBetween(0.3, 0.5);
      assertThat(staging.waitMillis()).isBetween(15_000L, 25_000L);
      hosts.add(staging.secondHost());
      shares.add(staging.share());
      assertThat(Staging.of(seed, 60).secondHost()).isEqualTo(staging.secondHost());
    }
    assertThat(hosts).hasSizeGreaterThan(4);
    assertThat(shares).hasSizeGreaterThan(10);
  }

  @Test
  void nothingInTheFilesIsLeftOpen() throws IOException {
    new EdgeFiles(Staging.of(7, 60), folder, true).write();
    for (String file : new String[] {"haproxy.cfg", "checkrail.yaml"}) {
      assertThat(Files.readString(folder.resolve(file)).replace("%[", ""))
          .doesNotContainPattern("\\{[a-z][a-z0-9-]*}");
    }
  }
}
