package dev.checkrail.logs;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.RunningHaproxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real HAProxy writes the lines; what was sent to it is what has to be read. */
class RealHaproxyTest {
  private static final String CONFIG =
      """
      global
          nbthread 1
          maxconn 200

      defaults
          mode http
          timeout connect 1s
          timeout client 1s
          timeout server 1s

      frontend fe
          bind 127.0.0.1:@PORT@
      @LOG@
          capture request header User-Agent len 200
          http-request deny if { path /denied }
          default_backend be

      backend be
          server s1 127.0.0.1:@BACK@
          cookie SRV insert indirect

      listen tcp
          mode tcp
          bind 127.0.0.1:@TCP@
          log @TO@ local0
          option tcplog
          server s2 127.0.0.1:@BACK@

      frontend back
          bind 127.0.0.1:@BACK@
          http-request return status 200 content-type text/plain string "ok"
      """;

  private static final String HOSTILE =
      "x\" - ---- 9/9/9/9/9 9/9 {h|} \"GET /fake HTTP/1.1\"#0A\t<134>fe be/s9 \\";

  @TempDir Path temp;
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private static String httplog() {
    return "    option httplog\n    capture cookie sid len 100\n";
  }

  /** What doctor proposes. */
  private static String recommended() {
    StringBuilder lines = new StringBuilder();
    lines.append("    ").append(RecommendedFormat.UNIQUE_ID).append('\n');
    RecommendedFormat.REQUEST_LINES.forEach(line -> lines.append("    ").append(line).append('\n'));
    return lines
        .append("    log-format \"")
        .append(RecommendedFormat.LOG_FORMAT)
        .append("\"\n")
        .toString();
  }

  private RunningHaproxy start(String to, String log) throws Exception {
    return new RunningHaproxy(
        temp,
        CONFIG.replace("@LOG@", log),
        Map.of(
            "TO", to,
            "BACK", String.valueOf(RunningHaproxy.freePort()),
            "TCP", String.valueOf(RunningHaproxy.freePort())));
  }

  private Intake udp() throws IOException {
    return Intake.open(
        new LogSource.Udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
        new LineReader(ZoneId.systemDefault()),
        records::addAll,
        "test");
  }

  private static String at(Intake intake) {
    return "127.0.0.1:" + intake.address().orElseThrow().getPort();
  }

  private static void send(int port, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      socket.getInputStream().readAllBytes();
    }
  }

  private static String get(String target, String... headers) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: Pay.Example.com:8443\r\nConnection: close\r\n"
        + String.join("", java.util.Arrays.stream(headers).map(one -> one + "\r\n").toList())
        + "\r\n";
  }

  private LogRecord only() throws InterruptedException {
    eventually("a record", () -> records.size() == 1);
    return records.removeFirst();
  }

  @Test
  void capturedHeadersAreRedactedByTheirNamesAsSoonAsThoseAreKnown() throws Exception {
    AtomicReference<CapturedHeaders> named = new AtomicReference<>(CapturedHeaders.UNKNOWN);
    String captures =
        "    capture request header X-Trace len 60\n    capture request header X-Api-Key len 60\n";
    String trace = "a1b2c3d4e5f6a7b8c9d0e1f2";
    String request = get("/a", "X-Trace: " + trace, "X-Api-Key: short", "User-Agent: curl");
    try (Intake intake =
            Intake.open(
                new LogSource.Udp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new LineReader(ZoneId.systemDefault(), named::get),
                records::addAll,
                "test");
        RunningHaproxy lb =
            start(at(intake), "    log " + at(intake) + " local0\n" + httplog() + captures)) {
      send(lb.port, request);
      assertThat(only().requestHeaders()).containsExactly("[redacted]", "short", "curl");
      named.set(
          new CapturedHeaders(
              Map.of(
                  "fe",
                  new CapturedHeaders.Slots(
                      List.of("x-trace", "x-api-key", "user-agent"), List.of()))));
      send(lb.port, request);
      assertThat(only().requestHeaders()).containsExactly(trace, "[redacted]", "curl");
    }
  }

  @Test
  void httplogTellsWhatWasSent() throws Exception {
    try (Intake intake = udp();
        RunningHaproxy lb = start(at(intake), "    log " + at(intake) + " local0\n" + httplog())) {
      Instant before = Instant.now().minusMillis(1);
      send(lb.port, get("/a?b=1", "User-Agent: curl/8"));
      LogRecord record = only();
      assertThat(record.at()).isBetween(before, Instant.now());
      assertThat(record.client()).contains("127.0.0.1");
      assertThat(record.frontend()).isEqualTo("fe");
      assertThat(record.backend()).isEqualTo("be");
      assertThat(record.server()).contains("s1");
      assertThat(record.status()).isEqualTo(200);
      assertThat(record.bytes()).isPositive();
      assertThat(record.termination()).isEqualTo("--NI");
      assertThat(record.requestHeaders()).containsExactly("curl/8");
      assertThat(record.method()).contains("GET");
      assertThat(record.target()).contains("/a?b=1");
      assertThat(record.version()).contains("HTTP/1.1");
      assertThat(record.times().active()).isGreaterThanOrEqualTo(0);

      send(lb.port, get("/denied"));
      LogRecord denied = only();
      assertThat(denied.status()).isEqualTo(403);
      assertThat(denied.server()).isEmpty();
      assertThat(denied.termination()).startsWith("PR");

      send(lb.port, "BAD\r\n\r\n");
      LogRecord bad = only();
      assertThat(bad.status()).isEqualTo(400);
      assertThat(bad.method()).isEmpty();
      assertThat(intake.counts().refusedInAll()).isZero();
    }
  }

  @Test
  void nothingThatAClientSendsPassesForAField() throws Exception {
    for (String log : List.of(httplog(), recommended())) {
      try (Intake intake = udp();
          RunningHaproxy lb = start(at(intake), "    log " + at(intake) + " local0\n" + log)) {
        send(
            lb.port,
            get(
                "/a?x=\"{|}\\",
                "User-Agent: " + HOSTILE,
                "Cookie: sid=" + HOSTILE,
                "X-Request-Id: " + HOSTILE));
        LogRecord record = only();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.server()).contains("s1");
        assertThat(record.termination()).hasSize(4).startsWith("--");
        assertThat(record.load().process()).isLessThan(9);
        assertThat(record.target()).contains("/a?x=\"{|}\\");
        assertThat(record.requestHeaders()).containsExactly(HOSTILE.replace("\t", "#09"));
        assertThat(intake.counts().refusedInAll()).isZero();
      }
    }
  }

  @Test
  void theRecommendedFormatTellsHostKeyIdAndListener() throws Exception {
    try (Intake intake = udp();
        RunningHaproxy lb =
            start(at(intake), "    log " + at(intake) + " local0\n" + recommended())) {
      Instant before = Instant.now().minusMillis(1);
      send(lb.port, get("/a", "Authorization: Bearer S3cr3t", "X-Api-Key: other"));
      LogRecord record = only();
      assertThat(record.at()).isBetween(before, Instant.now());
      assertThat(record.host()).contains("pay.example.com:8443");
      assertThat(record.clientKey()).contains(hash("Bearer S3cr3t"));
      assertThat(record.listener()).contains("127.0.0.1:" + lb.port);
      assertThat(record.requestId().orElseThrow()).matches("[0-9a-f]{8}(-[0-9a-f]{4,12}){4}");
      assertThat(record.server()).contains("s1");
      assertThat(record.times().connect()).isGreaterThanOrEqualTo(0);

      send(lb.port, get("/denied", "X-Api-Key: S3cr3t"));
      LogRecord denied = only();
      assertThat(denied.status()).isEqualTo(403);
      assertThat(denied.host()).contains("pay.example.com:8443");
      assertThat(denied.clientKey()).contains(hash("S3cr3t"));

      send(lb.port, "GET / HTTP/1.0\r\nHost: a \"b\" %x ]\\\r\n\r\n");
      assertThat(only().host()).contains("a \"b\" %x ]\\");

      send(lb.port, "GET / HTTP/1.0\r\n\r\n");
      LogRecord nobody = only();
      assertThat(nobody.host()).isEmpty();
      assertThat(nobody.clientKey()).isEmpty();
    }
  }

  private static String hash(String key) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(US_ASCII));
    return HexFormat.of().formatHex(digest).substring(0, 16);
  }

  @Test
  void whatHaproxyCutsOffIsTheEndOfTheTarget() throws Exception {
    for (String log : List.of(httplog(), recommended())) {
      try (Intake intake = udp();
          RunningHaproxy lb = start(at(intake), "    log " + at(intake) + " local0\n" + log)) {
        send(lb.port, get("/" + "x".repeat(3000), "User-Agent: " + "y".repeat(300)));
        LogRecord record = only();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.server()).contains("s1");
        assertThat(record.method()).contains("GET");
        assertThat(record.target().orElseThrow()).matches("/x{200,1000}");
        assertThat(intake.counts().cut()).isEqualTo(1);
      }
    }
  }

  @Test
  void secretsDoNotReachTheRecords() throws Exception {
    try (Intake intake = udp();
        RunningHaproxy lb = start(at(intake), "    log " + at(intake) + " local0\n" + httplog())) {
      send(
          lb.port,
          get(
              "/pay/4111%201111%201111%201111?access_token=S3cr3t",
              "User-Agent: Bearer S3cr3t1", "Cookie: sid=S3cr3t"));
      LogRecord record = only();
      assertThat(record.toString()).doesNotContain("S3cr3t").doesNotContain("1111");
      assertThat(record.target())
          .contains("/pay/0000%200000%200000%200000?access_token=[redacted]");
    }
  }

  /** Section 4.2, {@code log}: each format of the line before HAProxy's own text. */
  @Test
  void eachFormatOfSyslogGivesTheSameRecord() throws Exception {
    List<String> formats =
        List.of("local", "rfc3164", "rfc5424", "priority", "short", "timed", "iso", "raw");
    try (Intake intake = udp()) {
      StringBuilder logs = new StringBuilder();
      for (String format : formats) {
        logs.append("    log " + at(intake) + " format " + format + " local0\n");
      }
      try (RunningHaproxy lb = start(at(intake), logs + httplog())) {
        send(lb.port, get("/a?b=1", "User-Agent: curl/8"));
        eventually("all formats", () -> records.size() == formats.size());
        assertThat(records).allMatch(record -> record.equals(records.getFirst()));
        assertThat(records.getFirst().target()).contains("/a?b=1");
        assertThat(intake.counts().refusedInAll()).isZero();
      }
    }
  }

  @Test
  void tcpSessionsAreRecordsWithoutRequest() throws Exception {
    try (Intake intake = udp();
        RunningHaproxy lb = start(at(intake), "")) {
      send(Integer.parseInt(lb.text("@TCP@")), get("/"));
      LogRecord record = only();
      assertThat(record.frontend()).isEqualTo("tcp");
      assertThat(record.server()).contains("s2");
      assertThat(record.termination()).isEqualTo("--");
      assertThat(record.method()).isEmpty();
    }
  }

  @Test
  void aUnixSocketWorksAsWell() throws Exception {
    Path socket = temp.resolve("log.sock");
    try (Intake intake =
            Intake.open(
                new LogSource.UnixDatagram(socket, 0600),
                new LineReader(ZoneId.systemDefault()),
                records::addAll,
                "test");
        RunningHaproxy lb =
            start(socket.toString(), "    log " + socket + " local0\n" + httplog())) {
      for (int i = 0; i < 20; i++) {
        send(lb.port, get("/" + i));
        int sent = i + 1;
        eventually("a record of each", () -> records.size() == sent);
      }
      assertThat(records.getLast().target()).contains("/19");
      assertThat(intake.counts().refusedInAll()).isZero();
    }
  }
}
