package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.Pulse;
import dev.checkrail.balancer.RunningState.Statistics;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.watch.Series;
import dev.checkrail.watch.collect.Snapshot.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountingTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.100Z");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final ServerName S1 = new ServerName("be", "s1");

  private final Counting counting = new Counting("edge");
  private Instant now = NOON;

  private Snapshot.Seen look(Pulse pulse) {
    now = now.plus(SECOND);
    return counting.next(pulse, now, SECOND, Duration.ofMillis(3));
  }

  private static Pulse pulse(Pulse.Worker... workers) {
    return new Pulse(Optional.of(new Processes.Master(1, 0, 0)), List.of(workers));
  }

  private static Pulse.Worker worker(long pid, boolean old, String... cells) {
    List<Statistics> rows = new ArrayList<>();
    Map<String, String> server = new HashMap<>(Map.of("type", "2", "mode", "http", "status", "UP"));
    for (String cell : cells) {
      String[] sides = cell.split("=", -1);
      server.put(sides[0], sides[1]);
    }
    rows.add(new Statistics("fe", "FRONTEND", Map.of("type", "0", "status", "OPEN", "stot", "7")));
    rows.add(new Statistics("be", "s1", server));
    rows.add(new Statistics("be", "BACKEND", Map.of("type", "1", "status", "UP", "qcur", "4")));
    return new Pulse.Worker(
        pid,
        old,
        true,
        Duration.ofSeconds(9),
        OptionalInt.of(0),
        Optional.empty(),
        OptionalInt.of(3),
        OptionalLong.of(100),
        OptionalLong.of(0),
        rows,
        List.of());
  }

  private static Snapshot.Server server(Snapshot.Seen seen) {
    return seen.servers().findFirst().orElseThrow();
  }

  @Test
  void atTheFirstLookNothingIsKnownOfWhatCame() {
    Snapshot.Seen first = look(pulse(worker(10, false, "stot=1000000", "hrsp_5xx=3000")));
    assertThat(first.over()).isEmpty();
    assertThat(server(first).came()).isEmpty();
    assertThat(server(first).completed()).isEmpty();
    assertThat(server(first).total().of(Counter.RESPONSES_5XX)).isEqualTo(3000);
  }

  @Test
  void whatCameIsTheDifferenceAndBelongsToTheSecondThatEnded() {
    look(pulse(worker(10, false, "stot=50", "scur=2", "hrsp_2xx=40", "eresp=1")));
    Snapshot.Seen seen =
        look(pulse(worker(10, false, "stot=60", "scur=5", "hrsp_2xx=46", "hrsp_5xx=1", "eresp=1")));
    assertThat(seen.second()).isEqualTo(NOON.plusSeconds(1).getEpochSecond());
    Snapshot.Came came = server(seen).came().orElseThrow();
    assertThat(came.counts()).hasToString("{new-sessions 10, responses-2xx 6, responses-5xx 1}");
    assertThat(came.ended()).isEqualTo(7);
    assertThat(server(seen).completed()).hasValue(7);
    assertThat(seen.pools().getFirst().queue()).isEqualTo(4);
  }

  @Test
  void sessionsWithoutCompletionsAreSeenWhileErrorsStayAtNought() {
    look(pulse(worker(10, false, "stot=50", "scur=0", "hrsp_2xx=50")));
    Snapshot.Seen seen = look(pulse(worker(10, false, "stot=74", "scur=24", "hrsp_2xx=50")));
    assertThat(server(seen).sessions()).isEqualTo(24);
    assertThat(server(seen).completed()).hasValue(0);
    assertThat(server(seen).came().orElseThrow().counts()).hasToString("{new-sessions 24}");
  }

  @Test
  void aNewWorkerBeganAtNoughtAndTheOldOneIsToldApart() {
    look(pulse(worker(10, false, "stot=900000", "scur=8", "hrsp_2xx=899000")));
    Snapshot.Seen seen =
        look(
            pulse(
                worker(11, false, "stot=5", "scur=1", "hrsp_2xx=4"),
                worker(10, true, "stot=900002", "scur=6", "hrsp_2xx=899004")));
    assertThat(seen.replaced()).hasValue(10);
    assertThat(server(seen).came().orElseThrow().counts())
        .hasToString("{new-sessions 5, responses-2xx 4}");
    Snapshot.Held held = seen.workers().get(1).held().getFirst();
    assertThat(held.server()).isEqualTo(S1);
    assertThat(held.sessions()).isEqualTo(6);
    assertThat(held.came().orElseThrow().counts()).hasToString("{new-sessions 2, responses-2xx 4}");
    assertThat(held.came().orElseThrow().ended()).isEqualTo(4);

    Snapshot.Seen next = look(pulse(worker(11, false, "stot=9", "scur=1", "hrsp_2xx=8")));
    assertThat(next.replaced()).isEmpty();
    assertThat(next.workers()).hasSize(1);
    assertThat(server(next).completed()).hasValue(4);
  }

  @Test
  void countersThatWereClearedGiveNoNegativeNumber() {
    look(pulse(worker(10, false, "stot=500", "econ=3")));
    Snapshot.Seen seen = look(pulse(worker(10, false, "stot=2", "econ=3")));
    assertThat(server(seen).came().orElseThrow().counts()).hasToString("{new-sessions 2}");
  }

  @Test
  void aWorkerThatDoesNotAnswerIsComparedWithWhatItSaidLast() {
    look(pulse(worker(11, false), worker(10, true, "stot=5", "scur=2")));
    Pulse.Worker silent =
        new Pulse.Worker(
            10,
            true,
            false,
            SECOND,
            OptionalInt.of(1),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            List.of(),
            List.of());
    assertThat(look(pulse(worker(11, false), silent)).workers().get(1).held()).isEmpty();
    Snapshot.Seen seen = look(pulse(worker(11, false), worker(10, true, "stot=7", "scur=2")));
    assertThat(seen.workers().get(1).held().getFirst().came().orElseThrow().counts())
        .hasToString("{new-sessions 2}");
  }

  @Test
  void anOldWorkerThatWasNotAskedForAWhileIsComparedWithWhatItSaidLast() {
    look(pulse(worker(11, false), worker(10, true, "stot=900", "scur=2"), unasked(9)));
    look(pulse(worker(11, false), unasked(10), unasked(9)));
    Snapshot.Seen seen =
        look(
            pulse(
                worker(11, false),
                worker(10, true, "stot=903", "scur=2"),
                worker(9, true, "stot=800", "scur=1")));
    assertThat(seen.workers().get(1).held().getFirst().came().orElseThrow().counts())
        .hasToString("{new-sessions 3}");
    assertThat(seen.workers().get(2).held().getFirst().came()).isEmpty();
  }

  /** One that answers, and of which no counters were asked. */
  private static Pulse.Worker unasked(long pid) {
    Pulse.Worker asked = worker(pid, true);
    return new Pulse.Worker(
        pid,
        true,
        true,
        asked.age(),
        asked.reloads(),
        asked.marker(),
        asked.connections(),
        asked.requests(),
        asked.droppedLogs(),
        List.of(),
        List.of());
  }

  @Test
  void totalsGoOnOverAReloadAndHoldWhatTheOldWorkerStillDid() {
    Totals totals = new Totals();
    totals.add(look(pulse(worker(10, false, "stot=100", "hrsp_2xx=100"))));
    totals.add(look(pulse(worker(10, false, "stot=110", "hrsp_2xx=109"))));
    totals.add(
        look(
            pulse(
                worker(11, false, "stot=3", "hrsp_2xx=3"),
                worker(10, true, "stot=110", "hrsp_2xx=110"))));
    assertThat(totals.server(S1)).hasToString("{new-sessions 13, responses-2xx 13}");
    assertThat(totals.replaced()).isEqualTo(1);
  }

  @Test
  void whatCameInAGapIsNoSecondsCount() {
    Series series = new Series("edge");
    Recording recording = new Recording(series);
    recording.snapshot(look(pulse(worker(10, false, "stot=100", "scur=1"))));
    recording.snapshot(look(pulse(worker(10, false, "stot=110", "scur=2"))));
    now = now.plusSeconds(20);
    Snapshot.Seen late =
        counting.next(
            pulse(worker(10, false, "stot=400", "scur=9")), now, Duration.ofSeconds(20), SECOND);
    assertThat(late.afterGap()).isTrue();
    assertThat(server(late).came().orElseThrow().counts().of(Counter.SESSIONS)).isEqualTo(290);
    recording.snapshot(late);
    long second = late.second();
    assertThat(series.read("server be/s1 sessions", second, second + 1)).containsExactly(9);
    assertThat(series.read("server be/s1 new-sessions", second, second + 1))
        .containsExactly(Double.NaN);
    assertThat(series.read("server be/s1 completed", second, second + 1))
        .containsExactly(Double.NaN);
    assertThat(series.read("server be/s1 completed", second - 20, second - 19)).containsExactly(0);
  }

  @ParameterizedTest
  @CsvSource({
    "UP,UP",
    "UP 1/3,GOING_DOWN",
    "DOWN,DOWN",
    "DOWN 1/2,GOING_UP",
    "DOWN (agent),DOWN",
    "no check,UNCHECKED",
    "DRAIN,DRAIN",
    "DRAIN 1/3,DRAIN",
    "NOLB,DRAIN",
    "MAINT,MAINT",
    "MAINT (via be/other),MAINT",
    "MAINT (resolution),MAINT",
    "something new,UNKNOWN"
  })
  void wordsOfHaproxyBecomeStates(String status, State state) {
    assertThat(server(look(pulse(worker(10, false, "status=" + status)))).state()).isEqualTo(state);
  }

  @Test
  void aServerCalledLikeAPoolIsNoPool() {
    Statistics odd =
        new Statistics("be", "BACKEND", Map.of("type", "2", "status", "UP", "stot", "5"));
    Statistics pool =
        new Statistics("be", "BACKEND", Map.of("type", "1", "status", "UP", "stot", "9"));
    Pulse.Worker worker = worker(10, false);
    List<Statistics> rows = List.of(odd, pool);
    Snapshot.Seen seen =
        look(
            pulse(
                new Pulse.Worker(
                    10,
                    false,
                    true,
                    SECOND,
                    worker.reloads(),
                    worker.marker(),
                    worker.connections(),
                    worker.requests(),
                    worker.droppedLogs(),
                    rows,
                    List.of())));
    assertThat(server(seen).total().of(Counter.SESSIONS)).isEqualTo(5);
    assertThat(seen.pools().getFirst().total().of(Counter.SESSIONS)).isEqualTo(9);
  }
}
