package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.store.Database;
import dev.checkrail.store.EmbeddedPostgres;
import dev.checkrail.store.IncidentTable;
import dev.checkrail.watch.diagnose.Act;
import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Incident;
import dev.checkrail.watch.incident.Prevention;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Incidents are kept, also when the database is not there for a while. */
class IncidentBookTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir private Path folder;

  private static Recorded recorded(
      String id, String balancer, Incident.State state, String... notes) {
    return new Recorded(
        new Chronicle.Memory(
            new Incident(
                id,
                balancer,
                NOON,
                NOON.plusSeconds(1),
                state,
                Optional.empty(),
                Optional.empty(),
                new Incident.Impact(10, 1000, 30, 0.5, 3, 7, 0.25, OptionalLong.empty()),
                List.of(notes).stream()
                    .map(text -> new Incident.Entry(NOON, Incident.What.NOTE, "ada", text))
                    .toList(),
                Optional.of(NOON),
                Optional.empty(),
                0),
            0.001,
            Set.of(Cause.DATABASE),
            false),
        Optional.of(new Prevention("rules:\n", List.of("because"), "")),
        Optional.of(
            new Recorded.Going(
                NOON,
                new Decision.GoBack(
                    new Act(NOON, Act.Kind.BYPASS, "one", Optional.empty(), "", "a reload"),
                    "abc",
                    "nobody approved it"))));
  }

  private static Database open(EmbeddedPostgres server) throws Exception {
    return Database.open(server.asService(), 4, Duration.ofSeconds(1), new SimpleMeterRegistry());
  }

  @Test
  void whatIsKeptIsReadAsItWasWritten() {
    Recorded one = recorded("edge-1", "edge", Incident.State.OPEN, "a", "b");
    assertThat(Recorded.read(one.write())).isEqualTo(one);
  }

  @Test
  void theNextProcessGoesOnWithWhatWasOpenAlsoIfTheDatabaseWasDownMeanwhile() throws Exception {
    Path data = folder.resolve("postgres");
    Path programs = Path.of("target/postgres");
    EmbeddedPostgres server = EmbeddedPostgres.start(data, programs, System::nanoTime);
    try {
      Database.migrate(server.asOwner());
      try (Database database = open(server);
          IncidentBook book = new IncidentBook(new IncidentTable(database), System::nanoTime)) {
        book.put(recorded("edge-1", "edge", Incident.State.OPEN, "first"));
        RunningHaproxy.eventually("it is kept", () -> book.stored("edge-1"));
        server.close();
        Recorded more = recorded("edge-1", "edge", Incident.State.OPEN, "first", "second");
        book.put(more);
        book.put(recorded("west-1", "west", Incident.State.CLOSED));
        assertThat(book.stored("edge-1")).isFalse();
        assertThat(book.find("edge-1")).contains(more);
        assertThat(book.open("edge")).contains(more);
        assertThat(book.latest(Optional.empty(), Optional.empty(), 10)).hasSize(2);

        server = EmbeddedPostgres.start(data, programs, System::nanoTime);
        RunningHaproxy.eventually(
            "all of it is kept", () -> book.stored("edge-1") && book.stored("west-1"));
      }
      try (Database database = open(server);
          IncidentBook book = new IncidentBook(new IncidentTable(database), System::nanoTime)) {
        assertThat(book.open("edge"))
            .contains(recorded("edge-1", "edge", Incident.State.OPEN, "first", "second"));
        assertThat(book.open("west")).isEmpty();
        assertThat(book.latest(Optional.of("west"), Optional.of("closed"), 10)).hasSize(1);
        assertThat(book.latest(Optional.of("west"), Optional.of("open"), 10)).isEmpty();
        assertThat(book.find("none")).isEmpty();
      }
    } finally {
      server.close();
    }
  }
}
