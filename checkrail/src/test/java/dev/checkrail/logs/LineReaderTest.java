package dev.checkrail.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.checkrail.logs.LogRecord.Load;
import dev.checkrail.logs.LogRecord.Times;
import dev.checkrail.logs.Read.Parsed;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.logs.Read.Refused;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
  private static final String HTTP =
      "10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - -"
          + " ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"";
  private static final String OURS =
      "checkrail/1 1795368963122 10.0.1.2:34398 10.0.0.1:443 fe~ be_pay/pay-2 1/0/2/118/121 201 612"
          + " --NI 7/5/3/1/0 0/0 \"147fb4a6-b8c0-4e5b-a734-e311fe176897\" d390a9665885ca95"
          + " pay.example.com >{curl/8} < \"POST /v1/payments HTTP/1.1\"";

  private final LineReader reader = new LineReader(ZoneOffset.UTC);

  private LogRecord parsed(String line) {
    Read read = reader.read(line.getBytes(ISO_8859_1));
    assertThat(read).as(line).isInstanceOf(Parsed.class);
    return ((Parsed) read).record();
  }

  private Reason refused(String line) {
    Read read = reader.read(line.getBytes(ISO_8859_1));
    assertThat(read).as(line).isInstanceOf(Refused.class);
    return ((Refused) read).reason();
  }

  private boolean cut(String line) {
    return reader.read(line.getBytes(ISO_8859_1)) instanceof Parsed(LogRecord record, boolean cut)
        && cut;
  }

  // --- option httplog

  @Test
  void everyFieldOfHttplogIsRead() {
    assertThat(
            parsed(
                "10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in~ static/srv1 10/0/30/69/109 200"
                    + " 2750 - - --VN 1/2/3/4/+5 6/7 {1wt.eu||} {a} \"GET /index.html HTTP/1.1\""))
        .isEqualTo(
            new LogRecord(
                Instant.parse("2009-02-06T12:14:14.655Z"),
                Optional.of("10.0.1.2"),
                "http-in",
                true,
                "static",
                Optional.of("srv1"),
                new Times(10, 0, 30, 69, 109),
                200,
                2750,
                "--VN",
                new Load(1, 2, 3, 4, 5, true, 6, 7),
                List.of("1wt.eu", "", ""),
                List.of("a"),
                Optional.of("GET"),
                Optional.of("/index.html"),
                Optional.of("HTTP/1.1"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  /** By the connection, whatever stands in the request. */
  @Test
  void aRequestOfOurOwnIsNoUsers() {
    LineReader knowing =
        new LineReader(
            ZoneOffset.UTC,
            () -> CapturedHeaders.UNKNOWN,
            (client, port) -> client.equals("127.0.0.1") && port == 4711);
    String line =
        " [06/Feb/2009:12:14:14.655] fe be/s1 10/0/30/69/109 404 2750 - - ---- 1/2/3/4/0 6/7"
            + " \"GET /checkrail-probe HTTP/1.1\"";
    assertThat(knowing.read(("127.0.0.1:4711" + line).getBytes(ISO_8859_1)))
        .isEqualTo(Refused.because(Reason.OWN_PROBE));
    for (String other : List.of("127.0.0.1:4712", "10.0.0.1:4711", "127.0.0.1:")) {
      assertThat(knowing.read((other + line).getBytes(ISO_8859_1)))
          .as(other)
          .isInstanceOf(Parsed.class);
    }
  }

  @Test
  void aRequestThatCouldNotBeReadHasNeitherMethodNorTarget() {
    LogRecord record =
        parsed(
            "127.0.0.1:34548 [15/Oct/2003:15:18:55.798] px-http px-http/<NOSRV> -1/-1/-1/-1/8490 -1"
                + " 0 - - CR-- 2/2/2/0/0 0/0 \"<BADREQ>\"");
    assertThat(record.server()).isEmpty();
    assertThat(record.status()).isEqualTo(-1);
    assertThat(record.times()).isEqualTo(new Times(-1, -1, -1, -1, 8490));
    assertThat(record.termination()).isEqualTo("CR--");
    assertThat(record.method()).isEmpty();
    assertThat(record.target()).isEmpty();
  }

  @Test
  void aLineOfLogasapHasPlusSigns() {
    LogRecord record =
        parsed(
            "127.0.0.1:33320 [15/Oct/2003:08:32:17.654] px-http px-http/srv1 9/0/7/14/+30 200 +243"
                + " - - ---- 3/3/3/1/0 0/0 \"GET /image.iso HTTP/1.0\"");
    assertThat(record.times().active()).isEqualTo(30);
    assertThat(record.bytes()).isEqualTo(243);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.1.2:33317, 10.0.1.2",
    "2001:db8::1:443, 2001:db8::1",
    "unix:1, ''",
    "-:0, ''",
  })
  void theClientIsAnAddressWithoutPort(String written, String client) {
    assertThat(parsed(HTTP.replace("10.0.1.2:33317", written)).client().orElse(""))
        .isEqualTo(client);
  }

  @Test
  void httpslogIsHttplogWithMoreBehindIt() {
    assertThat(parsed(HTTP + " 0/0000000000000000/0/0/0 1wt.eu/TLSv1.3/TLS_AES_256_GCM_SHA384"))
        .isEqualTo(parsed(HTTP));
  }

  @Test
  void aTargetWithAHostTellsTheHost() {
    assertThat(parsed(HTTP.replace("/index.html", "https://Pay.Example.com:8443/a?b")).host())
        .contains("pay.example.com:8443");
    assertThat(parsed(HTTP).host()).isEmpty();
  }

  @Test
  void localTimesAreThoseOfTheZone() {
    byte[] line = HTTP.getBytes(ISO_8859_1);
    LineReader berlin = new LineReader(ZoneId.of("Europe/Berlin"));
    assertThat(((Parsed) berlin.read(line)).record().at())
        .isEqualTo(Instant.parse("2009-02-06T11:14:14.655Z"));
  }

  // --- option tcplog

  @Test
  void tcplogHasNoRequest() {
    LogRecord record =
        parsed(
            "10.0.1.2:33313 [06/Feb/2009:12:12:51.443] fnt bck/srv1 0/0/5007 212 cD 0/0/0/0/3 0/0");
    assertThat(record.times()).isEqualTo(new Times(-1, 0, 0, -1, 5007));
    assertThat(record.status()).isEqualTo(-1);
    assertThat(record.bytes()).isEqualTo(212);
    assertThat(record.termination()).isEqualTo("cD");
    assertThat(record.load().retries()).isEqualTo(3);
    assertThat(record.method()).isEmpty();
  }

  // --- the recommended format

  @Test
  void theRecommendedFormatTellsMore() {
    LogRecord record = parsed(OURS);
    assertThat(record.at()).isEqualTo(Instant.ofEpochMilli(1795368963122L - 121));
    assertThat(record.tls()).isTrue();
    assertThat(record.server()).contains("pay-2");
    assertThat(record.listener()).contains("10.0.0.1:443");
    assertThat(record.requestId()).contains("147fb4a6-b8c0-4e5b-a734-e311fe176897");
    assertThat(record.clientKey()).contains("d390a9665885ca95");
    assertThat(record.host()).contains("pay.example.com");
    assertThat(record.requestHeaders()).containsExactly("curl/8");
    assertThat(record.responseHeaders()).isEmpty();
    assertThat(record.method()).contains("POST");
    assertThat(record.target()).contains("/v1/payments");
    assertThat(record.version()).contains("HTTP/1.1");
  }

  @Test
  void whatIsNotThereIsADash() {
    LogRecord record =
        parsed(
            OURS.replace("d390a9665885ca95 pay.example.com", "- -")
                .replaceAll("\"147[^\"]*\"", "\"\"")
                .replace("POST /v1/payments HTTP/1.1", "<BADREQ>"));
    assertThat(record.clientKey()).isEmpty();
    assertThat(record.host()).isEmpty();
    assertThat(record.requestId()).isEmpty();
    assertThat(record.method()).isEmpty();
  }

  @Test
  void whatIsNoHashIsNotKeptAsTheClientsKey() {
    assertThat(parsed(OURS.replace("d390a9665885ca95", "sk_live_123456")).clientKey()).isEmpty();
  }

  @Test
  void aHostAndAnIdCanNotCarryACardNumber() {
    LogRecord record =
        parsed(
            OURS.replace("pay.example.com", "4111-1111-1111-1111.example.com")
                .replace("147fb4a6-b8c0-4e5b-a734-e311fe176897", "4111111111111111"));
    assertThat(record.host()).contains("[redacted].example.com");
    assertThat(record.requestId()).contains("[redacted]");
  }

  @Test
  void anIdMayHoldQuotesAndBlanks() {
    String id = "147fb4a6-b8c0-4e5b-a734-e311fe176897";
    assertThat(parsed(OURS.replace(id, "a \\\"b\\\\")).requestId()).contains("a \"b\\");
  }

  // --- what stands before it

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<134>",
        "<6>",
        "haproxy[18405]: ",
        "<134>Nov 22 17:36:03 haproxy[18405]: ",
        "<134>Nov  2 17:36:03 lb-1.example.com haproxy[18405]: ",
        "<134>1 2026-11-22T17:36:03.123456+01:00 lb-1 haproxy 18405 - - ",
        "<134>1 2026-11-22T17:36:03.123456+01:00 lb-1 haproxy 18405 - [a@1 b=\"]\\\"x\"][c] ",
        "<134>1 - - haproxy 18405 - - \u00ef\u00bb\u00bf",
        "<6>2026-11-22T17:36:03.123456+01:00 ",
        "2026-11-22T17:36:03.123456+01:00 ",
        "Nov 22 17:36:03 lb-1 haproxy[18405]: ",
        "2026-11-22T17:36:03.123456+01:00 lb-1 haproxy[18405]: ",
      })
  void eachHeaderOfSyslogIsSteppedOver(String header) {
    assertThat(parsed(header + HTTP + "\n")).isEqualTo(parsed(HTTP));
    assertThat(parsed(header + OURS + "\r\n")).isEqualTo(parsed(OURS));
  }

  // --- hostile text

  @Test
  void whatHaproxyEscapedIsReadAsItWasSent() {
    LogRecord record =
        parsed(
            HTTP.replace("{1wt.eu}", "{a #22b#22 #7Bc#7Cd#7D#0A#23x}")
                .replace("/index.html", "/a?x=#221#22#23#C3#A9"));
    assertThat(record.requestHeaders()).containsExactly("a \"b\" {c|d}#0A#x");
    assertThat(record.target()).contains("/a?x=\"1\"##C3#A9");
  }

  @Test
  void aUserAgentCanNotPassForFields() {
    String agent =
        "x - ---- 9/9/9/9/9 9/9 #7Bh#7D #22GET /fake HTTP/1.1#22#0A10.9.9.9:1 [06/Feb/2009:12:14:14"
            + ".655] fe be/srv9 0/0/0/0/0 500 1 - - ---- 1/1/1/1/0 0/0 #22GET / HTTP/1.1#22";
    for (String format : List.of(HTTP.replace("1wt.eu", "@"), OURS.replace("curl/8", "@"))) {
      LogRecord honest = parsed(format);
      LogRecord record = parsed(format.replace("@", agent));
      assertThat(record.target()).isEqualTo(honest.target());
      assertThat(record.status()).isEqualTo(honest.status());
      assertThat(record.termination()).isEqualTo(honest.termination());
      assertThat(record.load()).isEqualTo(honest.load());
      assertThat(record.requestHeaders().getFirst()).startsWith("x - ---- 9/9");
    }
  }

  /** Captured cookies are not escaped by HAProxy. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sid=abc",
        "sid=\"a b c\"",
        "sid=\"x - SC-- 9/9/9/9/9 9/9 {h} \"GET /fake HTTP/1.1\"",
        "sid=- - ---- 9/9/9/9/9 9/9",
        "sid=\" } { |",
      })
  void aCookieCanNotPassForFieldsAndIsNotKept(String cookie) {
    assertThat(parsed(HTTP.replace("2750 - - ", "2750 " + cookie + " - "))).isEqualTo(parsed(HTTP));
    assertThat(parsed(HTTP.replace("2750 - - ", "2750 " + cookie + " sid=new ")))
        .isEqualTo(parsed(HTTP));
  }

  @Test
  void controlCharactersNeverReachARecord() {
    assertThat(parsed(OURS.replaceAll("147f[^\"]*", "a\u001b[2J\t")).requestId())
        .contains("a#1B[2J#09");
    assertThat(parsed(OURS.replace("pay.example.com", "a%1B%0Ab")).host()).contains("a#1B#0Ab");
  }

  // --- lines that are cut

  @Test
  void aLineThatIsCutInItsRequestIsStillARequest() {
    String line = HTTP.substring(0, HTTP.length() - "ml HTTP/1.1\"".length());
    assertThat(parsed(line).target()).contains("/index.ht");
    assertThat(parsed(line).version()).isEmpty();
    assertThat(cut(line)).isTrue();
    assertThat(cut(HTTP)).isFalse();
  }

  /** However long it is: either it is known how the request ended, or it is refused as cut. */
  @Test
  void everyBeginningOfALineIsARequestThatEndedThatWayOrTruncated() {
    for (String line :
        List.of(HTTP, OURS, HTTP.replace(" - - ---- ", " sid=a - ---- "), "<134>" + OURS)) {
      LogRecord whole = parsed(line);
      int records = 0;
      for (int length = 1; length < line.length(); length++) {
        switch (reader.read(line.getBytes(ISO_8859_1), 0, length)) {
          case Parsed(LogRecord record, boolean cut) -> {
            records++;
            assertThat(cut).as(line.substring(0, length)).isTrue();
            assertThat(record.status()).isEqualTo(whole.status());
            assertThat(record.termination()).isEqualTo(whole.termination());
            assertThat(record.load()).isEqualTo(whole.load());
            assertThat(record.server()).isEqualTo(whole.server());
          }
          case Refused(Reason reason) ->
              assertThat(reason).isIn(Reason.TRUNCATED, Reason.UNKNOWN_FORMAT, Reason.EMPTY);
        }
      }
      assertThat(records).as(line).isGreaterThan(20);
    }
  }

  @Test
  void theBeginningOfACardNumberAtTheEndOfACutLineIsHidden() {
    assertThat(parsed(HTTP.replaceAll("/index.*", "/pay?x=411111111111")).target())
        .contains("/pay?x=[redacted]");
  }

  // --- lines that are none

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <134>Nov 22 17:36:03 haproxy[1]: Server be/s1 is DOWN, reason: Layer4 timeout. 0 active | NOTICE
          Proxy fe started.                                                        | NOTICE
          Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)                 | NOTICE
          127.0.0.1:56059 [03/Dec/2012:17:35:10.380] frt/f1: Connection error during SSL handshake | CONNECTION_ERROR
          10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 10/0/3x/69/109 200 1 - - ---- 1/1/1/1/0 0/0 "" | BAD_NUMBER
          10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/99999999999 200 1 - - ---- 1/1/1/1/0 0/0 "" | BAD_NUMBER
          10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 20000 1 - - ---- 1/1/1/1/0 0/0 "" | BAD_NUMBER
          10.0.1.2:1 [31/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0 "" | BAD_DATE
          10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1          | TRUNCATED
          10.0.1.2:1 [06/Feb/2009:12:14:14.655] fe be/s1 1/2/3/4/5 200 1 - - ---- 1/1/1/1/0 0/0  | TRUNCATED
          10.0.0.1 - - [22/Nov/2026:17:36:03 +0000] "GET / HTTP/1.1" 200 12 "" "" 33318 122 "fe" | UNKNOWN_FORMAT
          sshd[12]: Accepted publickey for root                                    | UNKNOWN_FORMAT
          <134>Nov 22 17:36:03 haproxy[1]:                                         | UNKNOWN_FORMAT
          """)
  void aRefusedLineHasAReason(String line, Reason reason) {
    assertThat(refused(line)).isEqualTo(reason);
  }

  @Test
  void linesWithoutTextAndLinesWithoutEndAreRefused() {
    assertThat(refused("")).isEqualTo(Reason.EMPTY);
    assertThat(refused("<134>\n")).isEqualTo(Reason.EMPTY);
    assertThat(refused("\u0001\u0002\u0003")).isEqualTo(Reason.NOT_TEXT);
    assertThat(refused("caf\u00e9")).isEqualTo(Reason.NOT_TEXT);
    assertThat(refused("x".repeat(LineReader.LONGEST + 1))).isEqualTo(Reason.TOO_LONG);
  }

  @Test
  void theLongestLinesTakeNoTime() {
    String fixed = HTTP.substring(0, HTTP.indexOf("{1wt.eu}"));
    for (String piece :
        List.of(
            "a", "1", "1 ", "4-", "%34", "{", "}", "|", "\"", "#22", "&a=", "?token=", "/", "[",
            ":", " ", "%25", "=a%3D", "eyJ", "Bearer ", "@", "://")) {
      String long1 = piece.repeat(60_000 / piece.length());
      for (String line :
          List.of(
              fixed + "\"GET /" + long1 + " HTTP/1.1\"",
              fixed + "\"GET /?a=" + long1,
              fixed + "{" + long1 + "} \"GET / HTTP/1.1\"",
              OURS.replace("pay.example.com", long1),
              OURS.replaceAll("147f[^\"]*", long1.replace("\\", "")),
              HTTP.replace("2750 - - ", "2750 " + long1 + " - "),
              long1)) {
        assertTimeout(Duration.ofSeconds(2), () -> reader.read(line.getBytes(ISO_8859_1)), piece);
      }
    }
  }

  @Test
  void namesAndClientKeysOfForgedLinesHoldNoCardNumbers() {
    LogRecord http =
        parsed(
            "10.0.1.2:33317 [06/Feb/2009:12:14:14.655] fe4242424242424242 be_5555555555554444/"
                + "s-4111111111111111 10/0/30/69/109 200 2750 - - ---- 1/2/3/4/5 6/7"
                + " \"GET / HTTP/1.1\"");
    assertThat(http.frontend() + http.backend() + http.server())
        .isEqualTo("fe[redacted]be_[redacted]Optional[s-[redacted]]");
    LogRecord own =
        parsed(
            "checkrail/1 1795368963122 10.0.1.2:34398 10.0.0.1:443 fe be/s1 1/0/2/118/121 201 612"
                + " ---- 1/2/3/4/5 6/7 \"id\" 4242424242424242 a.example.com > < \"GET / HTTP/1.1\"");
    assertThat(own.clientKey()).contains("[redacted]");
  }
}
