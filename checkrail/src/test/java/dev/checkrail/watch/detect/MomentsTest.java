package dev.checkrail.watch.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drifting;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.JournalEntry;
import dev.checkrail.logs.Counts;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.collect.Snapshot;
import dev.checkrail.watch.traffic.Approved;
import dev.checkrail.watch.traffic.Band;
import dev.checkrail.watch.traffic.Limits;
import dev.checkrail.watch.traffic.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A moment is what was collected, told once. */
class MomentsTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [payments] }
        - { name: pay-2, address: "127.0.0.1:9102", serves: [payments] }
        - { name: rep-1, address: "127.0.0.1:9201", serves: [] }
      floors:
        payments: { servers: 1 }
      """;
  private static final String CONFIGURATION =
      """
      defaults
        mode http
      frontend fe
        bind 127.0.0.1:8080
        use_backend be_pay if { path_beg /v1/payments }
        default_backend be_reports
      backend be_pay
        server pay-1 127.0.0.1:9101
        server pay-2 127.0.0.1:9102
      backend be_reports
        server rep-1 127.0.0.1:9201
      """;

  private Instant now = NOON;
  private final Policy policy =
      PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
  private final Configuration configuration = configuration();
  private final Traffic traffic = new Traffic(() -> now, Limits.standard());
  private Moments moments = new Moments();
  private Moments.Ours ours = Moments.Ours.UNKNOWN;

  private static Configuration configuration() {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", CONFIGURATION)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static LogRecord record(Instant end, String pool, String server, int status) {
    return new LogRecord(
        end.minusMillis(30),
        Optional.of("192.0.2.7"),
        "fe",
        false,
        pool,
        Optional.of(server),
        new LogRecord.Times(0, 0, 1, 20, 30),
        status,
        100,
        "----",
        new LogRecord.Load(1, 1, 1, 1, 0, false, 0, 0),
        List.of(),
        List.of(),
        Optional.of("POST"),
        Optional.of("/v1/payments/1"),
        Optional.of("HTTP/1.1"),
        Optional.of("pay.example.com"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Counts counts(long parsed, long broken) {
    return new Counts(
        parsed + broken,
        100,
        parsed,
        0,
        Map.of(Reason.CONNECTION_ERROR, broken),
        0,
        OptionalLong.of(0),
        0,
        "");
  }

  private Snapshot blind(Instant since) {
    return new Snapshot.Blind(
        "edge", now, since, Optional.empty(), Snapshot.Reason.GONE, "nobody listens");
  }

  private Snapshot seen(long worker) {
    return new Snapshot.Seen(
        "edge",
        now,
        now.getEpochSecond() - 1,
        Optional.of(Duration.ofSeconds(1)),
        Duration.ofMillis(3),
        OptionalLong.empty(),
        Optional.empty(),
        List.of(
            new Snapshot.Worker(
                worker,
                false,
                true,
                Duration.ofHours(1),
                OptionalInt.of(1),
                Optional.empty(),
                OptionalInt.of(3),
                OptionalLong.of(5),
                OptionalLong.of(0),
                List.of())),
        List.of(),
        List.of());
  }

  private Moment next(Snapshot snapshot, Counts counts, JournalEntry... journal) {
    return moments.next(
        new Moments.Sources(
            now,
            Optional.of("a"),
            snapshot,
            Optional.of(traffic),
            Optional.of(counts),
            "",
            List.of(),
            Drifting.UNKNOWN,
            List.of(journal),
            Map.of(),
            ours));
  }

  @Test
  void theLogIsToldOnceAndWhole() {
    traffic.judgeBy(new Approved(Prove.regions(configuration, policy), configuration, policy));
    now = NOON.plusMillis(1_400);
    next(blind(now), counts(0, 0));
    for (int second = 1; second <= 5; second++) {
      now = NOON.plusSeconds(second).plusMillis(500);
      traffic.add(record(now, "be_pay", "pay-1", 201));
      traffic.add(record(now, "be_reports", "rep-1", 503));
    }
    now = NOON.plusSeconds(4).plusMillis(400);
    Moment first = next(blind(now), counts(8, 2));
    now = NOON.plusSeconds(6).plusMillis(400);
    Moment second = next(blind(now), counts(10, 2));

    assertThat(first.log())
        .hasValueSatisfying(log -> {
          assertThat(log.second()).isEqualTo(NOON.getEpochSecond() + 1);
          assertThat(log.seconds()).isEqualTo(3);
          assertThat(log.requests()).isEqualTo(6);
        });
    assertThat(second.log())
        .hasValueSatisfying(log -> {
          assertThat(log.second()).isEqualTo(NOON.getEpochSecond() + 4);
          assertThat(log.requests()).isEqualTo(4);
        });
    Moment.Flow wrong =
        first.flows().stream()
            .filter(flow -> flow.server().equals("rep-1"))
            .findFirst()
            .orElseThrow();
    assertThat(wrong.unserved()).isTrue();
    assertThat(wrong.fit().wrong()).isTrue();
    assertThat(wrong.ended().of(Band.ERROR)).isEqualTo(3);
    assertThat(wrong.ended().failures()).isEqualTo(3);
    assertThat(first.intake().orElseThrow().parsed()).isEqualTo(8);
    assertThat(first.intake().orElseThrow().broken()).isEqualTo(2);
    assertThat(second.intake().orElseThrow().broken()).isZero();
  }

  @Test
  void whatIsNotSeenIsNotThere() {
    Moment moment = next(blind(NOON.minusSeconds(3)), counts(0, 0));
    assertThat(moment.stats()).isEmpty();
    assertThat(moment.blind())
        .containsExactly(
            new Moment.Blind(Moment.Blind.Part.STATS, NOON.minusSeconds(3), "nobody listens"));
  }

  @Test
  void aReloadIsOthersUnlessOneOfOurActsExplainsIt() {
    JournalEntry ours =
        new JournalEntry(NOON, "ada", "apply.began", "lb edge", Map.of("digest", "b"));
    next(seen(1), counts(0, 0));
    Moment others = next(seen(2), counts(0, 0));
    assertThat(others.events())
        .extracting(Moment.Event::what)
        .containsExactly(Moment.Event.What.RELOADED_BY_OTHERS);
    Moment began = next(seen(2), counts(0, 0), ours);
    assertThat(began.events())
        .extracting(Moment.Event::what)
        .containsExactly(Moment.Event.What.APPLY_BEGAN);
    assertThat(next(seen(3), counts(0, 0)).events()).isEmpty();
    now = NOON.plusSeconds(120);
    assertThat(next(seen(4), counts(0, 0)).events()).hasSize(1);
  }

  @Test
  void whatOthersTellIsAboutWhatTheyNamedAndWhoNamesAllNamesNothing() {
    JournalEntry some =
        new JournalEntry(NOON, "ci", "event", "pay-1, pay-2", Map.of("text", "B deployed"));
    JournalEntry all = new JournalEntry(NOON, "ci", "event", "*", Map.of("text", "a sale"));
    assertThat(next(seen(1), counts(0, 0), some, all).events())
        .extracting(Moment.Event::about)
        .containsExactly("pay-1, pay-2", "");
  }

  @Test
  void whatACrashInterruptedAndTheStartEndedIsTheEndOfWhatItWas() {
    JournalEntry back =
        new JournalEntry(
            NOON,
            "checkrail",
            "recover.serves",
            "lb edge",
            Map.of("why", "an interrupted rollback was ended: worker 7 serves"));
    JournalEntry forth =
        new JournalEntry(
            NOON,
            "checkrail",
            "recover.stopped",
            "lb edge",
            Map.of("why", "an interrupted apply was ended: the files of before are back"));
    assertThat(next(seen(1), counts(0, 0), back, forth).events())
        .extracting(Moment.Event::what)
        .containsExactly(Moment.Event.What.ROLLBACK_ENDED, Moment.Event.What.APPLY_ENDED);
  }

  /** Who knows which worker its last act left needs no minute to tell others' reloads. */
  @Test
  void aWorkerThatNoActOfOursLeftIsOthersAtOnceAndAlsoAfterAStart() {
    ours = new Moments.Ours(false, OptionalLong.of(1));
    assertThat(next(seen(1), counts(0, 0)).events()).isEmpty();
    ours = new Moments.Ours(true, OptionalLong.of(1));
    assertThat(next(seen(2), counts(0, 0)).events()).isEmpty();
    ours = new Moments.Ours(false, OptionalLong.of(2));
    assertThat(next(seen(2), counts(0, 0)).events()).isEmpty();
    assertThat(next(seen(3), counts(0, 0)).events())
        .extracting(Moment.Event::what)
        .containsExactly(Moment.Event.What.RELOADED_BY_OTHERS);
    assertThat(next(seen(3), counts(0, 0)).events()).isEmpty();

    moments = new Moments();
    assertThat(next(seen(3), counts(0, 0)).events())
        .singleElement()
        .satisfies(event -> assertThat(event.at()).isEqualTo(NOON.minus(Duration.ofHours(1))));
  }

  @Test
  void expectationsAreThoseOfThePolicy() {
    Expectations expectations = Expectations.of(policy, configuration);
    assertThat(expectations.inventory()).isTrue();
    assertThat(expectations.serves().get(ServerName.of("be_pay/pay-1")))
        .containsExactly("payments");
    assertThat(expectations.floors())
        .singleElement()
        .satisfies(floor -> {
          assertThat(floor.least()).isEqualTo(1);
          assertThat(floor.servers())
              .containsExactlyInAnyOrder(
                  ServerName.of("be_pay/pay-1"), ServerName.of("be_pay/pay-2"));
        });
  }
}
