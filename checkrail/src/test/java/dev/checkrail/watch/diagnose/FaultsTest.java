package dev.checkrail.watch.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * All faults in the simulated fleet, one seed, both loads. The whole table is made by {@link
 * Bench#main}; see docs/diagnosis.md.
 */
class FaultsTest {
  @Test
  void causesAreNamedAndNoHarmlessChangeIsTakenBack() {
    List<Bench.Run> runs = new ArrayList<>();
    for (Faults.Fault fault : Faults.all()) {
      for (double load : Bench.LOADS) {
        // Odd seeds put a harmless change before what the load balancer has nothing to do with.
        runs.add(Bench.run(fault, load, 3));
      }
    }
    String table = Bench.table(runs);

    assertThat(runs).hasSize(90);
    assertThat(runs.stream().filter(Bench.Run::right).count()).as(table).isGreaterThanOrEqualTo(86);
    assertThat(runs.stream().filter(Bench.Run::firstTwo).count())
        .as(table)
        .isGreaterThanOrEqualTo(87);
    assertThat(runs).as(table).noneMatch(Bench.Run::wrongBack);
    assertThat(runs)
        .as(table)
        .filteredOn(run -> run.fault().wanted() == Faults.Wanted.NOTHING)
        .noneMatch(Bench.Run::page);
    assertThat(runs.stream().filter(Bench.Run::lastChangeIsRight).count()).as(table).isLessThan(45);
  }
}
