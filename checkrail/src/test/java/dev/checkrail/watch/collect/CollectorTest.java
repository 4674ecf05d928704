package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Setting;
import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.watch.collect.Snapshot.Blind;
import dev.checkrail.watch.collect.Snapshot.Reason;
import dev.checkrail.watch.collect.Snapshot.Seen;
import dev.checkrail.watch.collect.Snapshot.State;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real HAProxy. */
class CollectorTest {
  private static final ServerName A1 = new ServerName("be_a", "a1");
  private static final ServerName A2 = new ServerName("be_a", "a2");
  private static final ServerName S1 = new ServerName("be_stuck", "s1");

  @TempDir private Path folder;
  private Setting setting;
  private Collector collector;
  private final CopyOnWriteArrayList<Snapshot> all = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() throws Exception {
    setting = new Setting(folder);
    Files.writeString(setting.haproxy.map, "/a be_a\n/b be_b\n/stuck be_stuck\n");
    setting.haproxy.restart("admin");
    collector =
        new Collector(
            "edge",
            () -> new HaproxyDriver(setting.haproxy.installation(), Duration.ofSeconds(2)),
            InstantSource.system(),
            System::nanoTime,
            all::add);
    collector.start();
  }

  @AfterEach
  void stop() throws Exception {
    collector.close();
    setting.close();
  }

  private Stream<Seen> seen() {
    return all.stream().filter(Seen.class::isInstance).map(Seen.class::cast);
  }

  private Seen seen(String what, Predicate<Seen> such) throws Exception {
    RunningHaproxy.eventually(what, () -> collector.latest() instanceof Seen now && such.test(now));
    return seen().filter(such).reduce((before, after) -> after).orElseThrow();
  }

  private Blind blind(Reason reason) throws Exception {
    RunningHaproxy.eventually(
        "blind: " + reason,
        () -> collector.latest() instanceof Blind now && now.reason() == reason);
    return (Blind) collector.latest();
  }

  private static Snapshot.Server server(Seen seen, ServerName name) {
    return seen.servers().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  private long came(ServerName name, Counter counter) {
    return seen()
        .map(now -> server(now, name))
        .mapToLong(one -> one.came().map(it -> it.counts().of(counter)).orElse(0L))
        .sum();
  }

  @Test
  void whatComesIsCountedSecondBySecondAndAddsUp() throws Exception {
    seen("a first look", now -> true);
    for (int i = 0; i < 30; i++) {
      assertThat(setting.get("/a/x")).isEqualTo("200 a");
    }
    RunningHaproxy.eventually(
        "all is counted",
        () -> came(A1, Counter.RESPONSES_2XX) + came(A2, Counter.RESPONSES_2XX) == 30);
    Seen last = (Seen) all.getLast();
    assertThat(server(last, A1).state()).isEqualTo(State.UNCHECKED);
    assertThat(server(last, A1).weight()).isEqualTo(100);
    assertThat(server(last, A1).address()).isEqualTo("127.0.0.1:" + setting.a.port());
    assertThat(last.frontends()).extracting(Snapshot.Frontend::name).contains("fe");
    assertThat(last.took()).isPositive();
    List<Long> seconds = seen().map(Seen::second).toList();
    assertThat(seconds).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void sessionsWithoutCompletionsAreSeenBeforeAnyErrorCounterMoves() throws Exception {
    seen("a first look", now -> true);
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        Socket client = new Socket("127.0.0.1", setting.haproxy.port);
        client
            .getOutputStream()
            .write("GET /stuck/1 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        clients.add(client);
      }
      Seen now = seen("eight sessions", it -> server(it, S1).sessions() == 8);
      Counts total = server(now, S1).total();
      assertThat(total.of(Counter.SESSIONS)).isEqualTo(8);
      assertThat(total.responses()).isZero();
      assertThat(total.of(Counter.RESPONSE_ERRORS)).isZero();
      assertThat(total.of(Counter.CONNECT_ERRORS)).isZero();
      // The server's time-out of 5 s: only now an error, and still no answer of the server's.
      Seen later = seen("time-outs", it -> server(it, S1).sessions() == 0);
      assertThat(server(later, S1).total().of(Counter.RESPONSE_ERRORS)).isEqualTo(8);
      assertThat(server(later, S1).total().of(Counter.RESPONSES_5XX)).isZero();
      assertThat(seen().map(it -> server(it, S1).completed()).mapToLong(it -> it.orElse(0)).sum())
          .isZero();
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void aReloadGivesNeitherNegativeNumbersNorJumpsAndTheOldWorkerIsSeenUntilItIsGone()
      throws Exception {
    long first = seen("a first look", now -> true).current().pid();
    for (int i = 0; i < 50; i++) {
      assertThat(setting.get("/a/x")).isEqualTo("200 a");
    }
    RunningHaproxy.eventually(
        "counted", () -> came(A1, Counter.SESSIONS) + came(A2, Counter.SESSIONS) == 50);
    try (Socket held = new Socket("127.0.0.1", setting.haproxy.port)) {
      held.getOutputStream()
          .write("GET /stuck/1 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      seen("it is held", it -> server(it, S1).sessions() == 1);
      setting.driver.reload();
      Seen two = seen("two workers", it -> it.workers().size() == 2);
      assertThat(two.current().pid()).isNotEqualTo(first);
      Snapshot.Worker old = two.workers().get(1);
      assertThat(old.old()).isTrue();
      assertThat(old.pid()).isEqualTo(first);
      assertThat(old.held()).extracting(Snapshot.Held::server).containsExactly(S1);
      assertThat(old.held().getFirst().sessions()).isEqualTo(1);
      for (int i = 0; i < 10; i++) {
        assertThat(setting.get("/a/x")).isEqualTo("200 a");
      }
      seen("one worker again", it -> it.workers().size() == 1);
    }
    assertThat(came(A1, Counter.SESSIONS) + came(A2, Counter.SESSIONS)).isEqualTo(60);
    assertThat(seen().filter(it -> it.replaced().isPresent()))
        .singleElement()
        .satisfies(it -> assertThat(it.replaced()).hasValue(first));
  }

  @Test
  void aKilledHaproxyMakesBlindAndOneThatIsBackIsSeenAgain() throws Exception {
    seen("a first look", now -> true);
    ProcessHandle master = ProcessHandle.of(setting.haproxy.pid()).orElseThrow();
    List<ProcessHandle> workers = master.descendants().toList();
    master.destroyForcibly();
    workers.forEach(ProcessHandle::destroyForcibly);
    Blind blind = blind(Reason.GONE);
    assertThat(blind.lastSeen()).isPresent();
    assertThat(blind.since()).isAfter(blind.lastSeen().orElseThrow());
    assertThat(blind.why()).contains("nobody listens on it: HAProxy does not run");
    int before = all.size();
    RunningHaproxy.eventually("each second is blind", () -> all.size() >= before + 2);
    assertThat(((Blind) all.getLast()).since()).isEqualTo(blind.since());

    setting.haproxy.restart("admin");
    Seen back = seen("it is back", now -> true);
    assertThat(back.afterGap()).isTrue();
    assertThat(back.replaced()).isPresent();
    assertThat(server(back, A1).total().of(Counter.SESSIONS)).isZero();
  }

  @Test
  void aWorkerThatIsStuckMakesBlindInTimeAndIsSeenAgainWhenItGoesOn() throws Exception {
    long worker = seen("a first look", now -> true).current().pid();
    signal("STOP", worker);
    try {
      assertThat(blind(Reason.TIMEOUT).why()).contains("within 2000 ms");
    } finally {
      signal("CONT", worker);
    }
    Seen back = seen("it goes on", now -> true);
    assertThat(back.replaced()).isEmpty();
    assertThat(seen().filter(Seen::afterGap)).isNotEmpty();
    assertThat(collector.tally().blind()).isPositive();
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  /** A connection that is open stays; only a new one needs the socket's name. */
  @Test
  void aSocketThatIsRemovedMakesBlindOnlyThoseWhoHaveToConnectAnew() throws Exception {
    seen("a first look", now -> true);
    Path moved = setting.haproxy.masterSocket.resolveSibling("moved.sock");
    Files.move(setting.haproxy.masterSocket, moved);
    CopyOnWriteArrayList<Snapshot> told = new CopyOnWriteArrayList<>();
    try (Collector other =
        new Collector(
            "edge",
            () -> new HaproxyDriver(setting.haproxy.installation(), Duration.ofSeconds(2)),
            InstantSource.system(),
            System::nanoTime,
            told::add)) {
      other.start();
      RunningHaproxy.eventually("blind", () -> !told.isEmpty());
      assertThat(told.getFirst())
          .isInstanceOfSatisfying(
              Blind.class,
              blind -> {
                assertThat(blind.reason()).isEqualTo(Reason.GONE);
                assertThat(blind.lastSeen()).isEmpty();
                assertThat(blind.why()).contains("there is no such socket");
              });
      assertThat(collector.latest()).isInstanceOf(Seen.class);
      Files.move(moved, setting.haproxy.masterSocket);
      RunningHaproxy.eventually("seen", () -> other.latest() instanceof Seen);
    }
  }

  @Test
  void whatAPersonToldAServerIsShown() throws Exception {
    seen("a first look", now -> true);
    setting.driver.admin(A1, Admin.MAINT);
    setting.driver.weight(A2, 7);
    Seen now = seen("maint", it -> server(it, A1).admin() == Admin.MAINT);
    assertThat(server(now, A1).state()).isEqualTo(State.MAINT);
    assertThat(server(now, A1).initialWeight()).isEqualTo(100);
    seen("a weight", it -> server(it, A2).weight() == 7 && server(it, A2).initialWeight() == 50);
    setting.driver.admin(A1, Admin.DRAIN);
    assertThat(server(seen("drain", it -> server(it, A1).admin() == Admin.DRAIN), A1).state())
        .isEqualTo(State.DRAIN);
    setting.driver.admin(A1, Admin.READY);
    seen("ready", it -> server(it, A1).admin() == Admin.READY);
  }

  @Test
  void afterItsEndItSaysThatItDoesNotLookAnyMore() throws Exception {
    seen("a first look", now -> true);
    collector.close();
    assertThat(collector.latest())
        .isInstanceOfSatisfying(
            Blind.class, it -> assertThat(it.reason()).isEqualTo(Reason.CLOSED));
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("collect edge")))
        .isEmpty();
  }

  @Test
  void aListenerThatThrowsStopsNothing() throws Exception {
    CopyOnWriteArrayList<Snapshot> told = new CopyOnWriteArrayList<>();
    try (Collector other =
        new Collector(
            "edge",
            () -> new HaproxyDriver(setting.haproxy.installation(), Duration.ofSeconds(2)),
            InstantSource.system(),
            System::nanoTime,
            snapshot -> {
              told.add(snapshot);
              throw new IllegalStateException("a test");
            })) {
      other.start();
      RunningHaproxy.eventually("three looks", () -> told.size() >= 3);
      assertThat(other.tally().looks()).isGreaterThanOrEqualTo(3);
    }
  }
}
