package dev.checkrail.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.checkrail.Schemas;
import dev.checkrail.explain.Explain;
import dev.checkrail.explain.ListenerChoice;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LineReader;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.logs.Read.Parsed;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Json;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Replayed;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is counted of a log, in one configuration and in two. */
class ReplayTest {
  private static final String OLD =
      """
      defaults
        mode http
        timeout connect 1s
        timeout client 5s
        timeout server 5s
      frontend fe
        bind 127.0.0.1:8080
        use_backend be_pay if { hdr(host) -i pay.example.com } { path_beg /v1/payments }
        default_backend be_web
      frontend fe_tcp
        mode tcp
        bind 127.0.0.1:8081
        default_backend be_tcp
      backend be_pay
        server pay-1 127.0.0.1:9101
        server pay-2 127.0.0.1:9102
      backend be_web
        server web-1 127.0.0.1:9103
      backend be_tcp
        mode tcp
        server tcp-1 127.0.0.1:9104
      """;
  private static final String NEW =
      OLD.replace("use_backend be_pay if { hdr(host)", "use_backend be_web if { hdr(host)");
  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
      """;
  private static final String TCP =
      "192.0.2.9:4711 [22/Nov/2026:10:00:00.000] fe_tcp be_tcp/tcp-1 1/0/9 212 -- 1/1/1/1/0 0/0";

  @Test
  void eachLineIsARequestOrRejectedForAReason() {
    Replay replay = new Replay(Prove.sorter(read(OLD), Policy.none()), Captures.of(read(OLD)));

    ReplayReport report =
        count(
            replay,
            line("fe", "pay.example.com", "POST /v1/payments HTTP/1.1"),
            line("fe", "pay.example.com", "GET /v1/payments/7 HTTP/1.1"),
            line("fe", "shop.example.com", "GET /basket HTTP/1.1"),
            TCP,
            "Server be_pay/pay-1 is DOWN, reason: Layer4 timeout, check duration: 1000ms",
            "a line of something else, password=hunter2",
            "",
            line("fe_gone", "shop.example.com", "GET / HTTP/1.1"),
            line("fe", "-", "<BADREQ>"));

    Replayed replayed = report.replayed();
    assertThat(replayed.lines()).isEqualTo(9);
    assertThat(replayed.routed()).isEqualTo(4);
    assertThat(replayed.undecided()).isZero();
    assertThat(replayed.rejected().stream().mapToLong(Replayed.Rejected::lines).sum()).isEqualTo(5);
    assertThat(replayed.rejected())
        .extracting(Replayed.Rejected::reason)
        .containsExactlyInAnyOrder(
            "something that HAProxy says of itself",
            "not a format that is known",
            "an empty line",
            "the configuration has no frontend fe_gone",
            "no request came, or none that HAProxy could read");
    assertThat(replayed.rejected().toString()).doesNotContain("hunter2");
    assertThat(replayed.by()).extracting(by -> pool(by.outcome())).startsWith("be_pay");
    assertThat(replayed.by()).extracting(Replayed.By::requests).containsExactly(2L, 1L, 1L);
    assertThat(replayed.by().getFirst().share()).isEqualTo(0.5);
    assertThat(replayed.servers())
        .filteredOn(load -> load.server().equals("pay-1"))
        .singleElement()
        .satisfies(load -> assertThat(load.now()).isEqualTo(0.25));
    assertThat(Schemas.complaints("replay", Json.line().replayed(replayed))).isEmpty();
  }

  @Test
  void aMoveIsCountedWithAnExampleThatReallyMoves() {
    ReplayReport report =
        count(
            two(),
            line("fe", "pay.example.com", "POST /v1/payments HTTP/1.1"),
            line("fe", "shop.example.com", "GET /basket HTTP/1.1"),
            line("fe", "pay.example.com", "GET /v1/payments/7?a=b HTTP/1.1"),
            line("fe", "shop.example.com", "GET / HTTP/1.1"));

    Replayed.Move move = report.replayed().moves().getFirst();
    assertThat(report.replayed().moves()).hasSize(1);
    assertThat(pool(move.from())).isEqualTo("be_pay");
    assertThat(pool(move.to())).isEqualTo("be_web");
    assertThat(move.requests()).isEqualTo(2);
    assertThat(move.share()).isEqualTo(0.5);
    assertThat(move.example().url()).isEqualTo("http://pay.example.com/v1/payments");
    assertThat(pool(explain(read(OLD), move.example()))).isEqualTo("be_pay");
    assertThat(pool(explain(read(NEW), move.example()))).isEqualTo("be_web");
    assertThat(report.moved()).isEqualTo(new ReplayReport.Part(2, 0.5, 0.5, 0.5));
    assertThat(report.services())
        .containsExactly(
            new ReplayReport.ServicePart(
                "payments",
                new ReplayReport.Part(2, 0.5, 0.5, 0.5),
                new ReplayReport.Part(2, 1, 1, 1)));
    assertThat(report.shifted()).isEqualTo(new ReplayReport.Part(4, 0.5, 0.5, 0.5));
    assertThat(report.replayed().servers())
        .filteredOn(load -> load.server().equals("web-1"))
        .singleElement()
        .satisfies(load -> {
          assertThat(load.before()).contains(0.5);
          assertThat(load.now()).isEqualTo(1.0);
        });
    assertThat(Schemas.complaints("replay", Json.line().replayed(report.replayed()))).isEmpty();
  }

  @Test
  void whereTheLogDoesNotTellTheHostItIsSaidNotGuessed() {
    String without =
        "192.0.2.9:4711 [22/Nov/2026:10:00:00.000] fe be_pay/pay-1 0/0/1/20/21 200 99 - - ----"
            + " 1/1/1/1/0 0/0 \"POST /v1/payments HTTP/1.1\"";

    ReplayReport report =
        count(two(), without, without.replace("/v1/payments HTTP", "/basket HTTP"));

    assertThat(report.replayed().undecided()).isEqualTo(1);
    assertThat(report.replayed().moves()).isEmpty();
    assertThat(report.unclear().requests()).isEqualTo(1);
    assertThat(report.replayed().unclear())
        .singleElement()
        .satisfies(one -> assertThat(one.because()).isEqualTo("not known of the request: Host"));
    assertThat(Schemas.complaints("replay", Json.line().replayed(report.replayed()))).isEmpty();
  }

  @Test
  void inPiecesByDifferentThreadsItIsTheSameAnswer() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      lines.add(
          i % 7 == 0
              ? "no line " + i
              : line(
                  i % 31 == 0 ? "fe_gone" : "fe",
                  i % 3 == 0 ? "pay.example.com" : "shop" + i + ".example.com",
                  "GET /v1/payments/" + i + " HTTP/1.1"));
    }
    Replay whole = two();
    for (int i = 0; i < lines.size(); i++) {
      add(whole, i, lines.get(i));
    }
    Replay first = two();
    Replay second = first.another();
    for (int i = 0; i < lines.size(); i++) {
      add(i % 2 == 0 ? second : first, i, lines.get(i));
    }
    first.add(second);

    assertThat(first.report()).isEqualTo(whole.report());
  }

  @Test
  void ofASampleEachRecordStandsForWhatItsSlotHasSeen() {
    // A busy hour of which one in a hundred was kept, and a quiet one of which all were.
    KeptRecords.Slot busy =
        new KeptRecords.Slot(
            Instant.EPOCH, 10_000, records(100, "shop.example.com", "GET /basket HTTP/1.1"));
    KeptRecords.Slot quiet =
        new KeptRecords.Slot(
            Instant.EPOCH.plusSeconds(3_600),
            100,
            records(100, "pay.example.com", "POST /v1/payments HTTP/1.1"));

    ReplayReport report =
        Replay.kept(
                Prove.sorter(read(OLD), read(NEW), policy()),
                Captures.of(read(OLD)),
                List.of(busy, quiet),
                () -> false)
            .orElseThrow();

    assertThat(report.moved().requests()).isEqualTo(100);
    assertThat(report.moved().share()).isCloseTo(100 / 10_100.0, within(1e-9));
    assertThat(report.moved().low()).isLessThan(report.moved().share());
    assertThat(report.moved().high()).isBetween(report.moved().share(), 0.1);
    assertThat(report.services())
        .extracting(ReplayReport.ServicePart::service)
        .containsExactly("payments");
  }

  @Test
  void thatNothingMovesInASmallSampleSaysLittle() {
    KeptRecords.Slot slot =
        new KeptRecords.Slot(
            Instant.EPOCH, 20, records(20, "shop.example.com", "GET /basket HTTP/1.1"));

    ReplayReport report =
        Replay.kept(
                Prove.sorter(read(OLD), read(NEW), policy()),
                Captures.of(read(OLD)),
                List.of(slot),
                () -> false)
            .orElseThrow();

    assertThat(report.moved().share()).isZero();
    assertThat(report.moved().low()).isZero();
    // 1 - 0.025^(1/20)
    assertThat(report.moved().high()).isCloseTo(0.1684, within(1e-3));
    assertThat(
            Replay.kept(
                    Prove.sorter(read(OLD), policy()),
                    Captures.of(read(OLD)),
                    List.of(),
                    () -> false)
                .orElseThrow()
                .moved())
        .isEqualTo(new ReplayReport.Part(0, 0, 0, 1));
  }

  @Test
  void aFourthServerBesideThreeGetsAQuarterOfWhatMoves() {
    String four =
        OLD.replaceFirst("( *)server pay-1 .*\n", "$0$1server pay-x 127.0.0.1:9999 weight 1\n");
    KeptRecords.Slot slot =
        new KeptRecords.Slot(
            Instant.EPOCH,
            200,
            Stream.concat(
                    records(100, "shop.example.com", "GET /basket HTTP/1.1").stream(),
                    records(100, "pay.example.com", "POST /v1/payments HTTP/1.1").stream())
                .toList());

    ReplayReport report =
        Replay.kept(
                Prove.sorter(read(OLD), read(four), policy()),
                Captures.of(read(OLD)),
                List.of(slot),
                () -> false)
            .orElseThrow();

    double part =
        report.replayed().servers().stream()
            .filter(load -> load.server().equals("pay-x"))
            .mapToDouble(Replayed.Load::now)
            .sum();
    assertThat(part).isPositive();
    assertThat(report.moved().share()).isEqualTo(0.5);
    assertThat(report.shifted().share()).isCloseTo(part, within(1e-9));
    assertThat(report.services().getFirst().shifted().share()).isCloseTo(2 * part, within(1e-9));
    assertThat(report.services().getFirst().shifted().requests()).isEqualTo(100);
  }

  @Test
  void aPartOfASampleIsNone() {
    KeptRecords.Slot slot =
        new KeptRecords.Slot(
            Instant.EPOCH, 200, records(200, "shop.example.com", "GET /basket HTTP/1.1"));
    Iterator<Boolean> late = List.of(false, true).iterator();

    assertThat(
            Replay.kept(
                Prove.sorter(read(OLD), read(NEW), policy()),
                Captures.of(read(OLD)),
                List.of(slot),
                late::next))
        .isEmpty();
  }

  private static Replay two() {
    return new Replay(Prove.sorter(read(OLD), read(NEW), policy()), Captures.of(read(OLD)));
  }

  private static Policy policy() {
    return PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
  }

  private static ReplayReport count(Replay replay, String... lines) {
    for (int i = 0; i < lines.length; i++) {
      add(replay, i, lines[i]);
    }
    return replay.report();
  }

  private static void add(Replay replay, int at, String line) {
    byte[] bytes = ("<14>" + line + "\n").getBytes(ISO_8859_1);
    replay.line(at, bytes, 4, bytes.length - 4);
  }

  private static List<LogRecord> records(int many, String host, String request) {
    LineReader reader = new LineReader(ZoneOffset.UTC);
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      Parsed parsed = (Parsed) reader.read(line("fe", host, request).getBytes(ISO_8859_1));
      records.add(parsed.record());
    }
    return records;
  }

  private static String line(String frontend, String host, String request) {
    return "checkrail/1 1793354400000 192.0.2.9:4711 127.0.0.1:8080 "
        + frontend
        + " be_pay/pay-1 0/0/1/20/21 200 99 ---- 1/1/1/1/0 0/0 \"7\" - "
        + host
        + " > < \""
        + request
        + "\"";
  }

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static String pool(Outcome outcome) {
    return outcome instanceof Outcome.Reaches reaches ? reaches.pool() : outcome.toString();
  }

  private static Outcome explain(Configuration configuration, Request request) {
    return switch (Explain.listener(configuration, request, request.listener())) {
      case ListenerChoice.Unclear nobody -> throw new AssertionError(nobody.message());
      case ListenerChoice.Chosen chosen ->
          Explain.explain(configuration, request, chosen).outcome();
    };
  }
}
