package dev.checkrail.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Schemas;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final Span PLACE = new Span("candidate.cfg", 12, 5, 7);
  private static final Request WITNESS =
      new Request(
          "POST",
          "http://pay.example.com/v1/payments",
          Map.of("X-Tier", List.of("gold")),
          Optional.of("203.0.113.7"),
          Optional.of("127.0.0.1:8080"),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
  private static final Outcome PAY =
      new Outcome.Reaches(
          "be_pay",
          List.of(
              new Outcome.Share("pay-1", "127.0.0.1:9101", 1 / 3.0),
              new Outcome.Share("pay-2", "127.0.0.1:9102", 2 / 3.0)),
          true,
          Optional.of("/payments"),
          removed());
  private static final Outcome UNAVAILABLE =
      new Outcome.Responds(503, Optional.of("be_pay"), Optional.empty());

  @Test
  void ofManyFindingsOfAKindTheFirstAreWrittenAndTheRestIsCounted() {
    List<Finding> all = new ArrayList<>();
    for (int i = 0; i < 66_000; i++) {
      all.add(Finding.of(RuleId.POOL_NO_MAXCONN, Stage.LINT, "backend b" + i, PLACE, "no maxconn"));
    }
    all.add(Finding.of(RuleId.POOL_UNUSED, Stage.LINT, "backend z", PLACE, "nobody uses it"));
    List<StageResult> stages =
        List.of(new StageResult(Stage.LINT, StageResult.Status.PASS, 0, Optional.empty()));

    String json = Json.line().verdict(Verdict.of(all, List.of(), stages, Verdict.Measure.usual()));

    assertThat(json.length()).isLessThan(200_000);
    assertThat(json)
        .contains("\"subject\":\"backend b499\"", "\"subject\":\"backend z\"")
        .doesNotContain("\"subject\":\"backend b500\"")
        .endsWith(
            "\"omitted\":{\"findings\":[{\"rule\":\"pool/no-maxconn\",\"severity\":\"notice\","
                + "\"counts\":true,\"count\":65500}],\"unmodelled\":0}}");
    assertThat(Schemas.complaints("verdict", json)).isEmpty();
  }

  @Test
  void textThatNobodyWouldReadIsCutButARequestIsWhole() {
    String word = "x".repeat(10 << 20);

    assertThat(Json.line().error("the keyword " + word + " is unknown"))
        .hasSizeLessThan(2100)
        .endsWith("xx… (10483783 characters more)\"}");
    assertThat(Json.line().request(get("http://a/" + "y".repeat(3000)))).contains("y".repeat(3000));
  }

  private static Request get(String url) {
    return new Request(
        "GET",
        url,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aVerdictIsWrittenAsPromised() {
    Finding finding =
        Finding.of(
                RuleId.CONTRACT_INCAPABLE_SERVER,
                Stage.PROVE,
                "frontend fe / use_backend be_reports",
                PLACE,
                "POST /v1/payments reaches rep-1, which does not serve payments")
            .withWitness(WITNESS)
            .withFix("take the second line of acl is_reports out");
    Finding suppressed =
        Finding.of(RuleId.POOL_NO_HEALTH_CHECK, Stage.LINT, "backend b", PLACE, "no check")
            .asLive()
            .suppressedBy(
                new Finding.Suppressed("object store", "team-web", Optional.of("2027-01-31")));
    Verdict verdict =
        Verdict.of(
            List.of(finding, suppressed),
            List.of(
                new Unmodelled(new Span("candidate.cfg", 7, 3, 4), "stats auth u:p", "why not")),
            List.of(
                new StageResult(Stage.READ, StageResult.Status.PASS, 0.4, Optional.empty()),
                new StageResult(Stage.PROVE, StageResult.Status.PASS, 0.123456, Optional.empty()),
                new StageResult(
                    Stage.REHEARSE, StageResult.Status.SKIPPED, 0, Optional.of("no haproxy"))),
            Verdict.Measure.usual());

    String json = Json.line().verdict(verdict);

    assertThat(json)
        .isEqualTo(
            """
            {"verdict":"blocked","exit":1,"findings":[\
            {"rule":"contract/incapable-server","severity":"error","stage":"prove",\
            "subject":"frontend fe / use_backend be_reports","file":"candidate.cfg","line":12,"column":5,\
            "message":"POST /v1/payments reaches rep-1, which does not serve payments",\
            "witness":{"method":"POST","url":"http://pay.example.com/v1/payments",\
            "headers":{"X-Tier":"gold"},"from":"203.0.113.7","listener":"127.0.0.1:8080"},\
            "fix":"take the second line of acl is_reports out"},\
            {"rule":"pool/no-health-check","severity":"warning","stage":"lint","subject":"backend b",\
            "file":"candidate.cfg","line":12,"column":5,"message":"no check","live":true,\
            "suppressed":{"reason":"object store","owner":"team-web","until":"2027-01-31"}}],\
            "unmodelled":[{"file":"candidate.cfg","line":7,"text":"stats auth u:[redacted]","reason":"why not"}],\
            "stages":[{"stage":"read","status":"pass","seconds":0.4},\
            {"stage":"prove","status":"blocked","seconds":0.1235},\
            {"stage":"rehearse","status":"skipped","seconds":0,"why":"no haproxy"}]}\
            """);
    assertThat(Schemas.complaints("verdict", json)).isEmpty();
    assertThat(Schemas.complaints("verdict", Json.indented().verdict(verdict))).isEmpty();
  }

  @Test
  void blockedBeatsUndecidedBeatsPass() {
    Finding error = Finding.of(RuleId.TEST_FAILED, Stage.PROVE, "test a", PLACE, "m");
    StageResult undecided =
        new StageResult(Stage.PROVE, StageResult.Status.UNDECIDED, 1, Optional.of("opaque line"));
    Verdict.Measure usual = Verdict.Measure.usual();
    Verdict.Measure strict = new Verdict.Measure(Severity.ERROR, true);
    Verdict.Measure warnings = new Verdict.Measure(Severity.WARNING, false);

    assertThat(exit(List.of(), List.of(), usual)).isZero();
    assertThat(exit(List.of(error), List.of(undecided), usual)).isEqualTo(1);
    assertThat(exit(List.of(), List.of(undecided), usual)).isEqualTo(3);
    assertThat(exit(List.of(error.asLive()), List.of(), usual)).isZero();
    assertThat(exit(List.of(error.asLive()), List.of(), strict)).isEqualTo(1);
    assertThat(exit(List.of(error.withSeverity(Severity.WARNING)), List.of(), usual)).isZero();
    assertThat(exit(List.of(error.withSeverity(Severity.WARNING)), List.of(), warnings))
        .isEqualTo(1);
  }

  @Test
  void anErrorListsTheProblems() {
    String json =
        Json.line().error(List.of(Problem.error("policy/unknown-key", PLACE, "no", "yes")));

    assertThat(json)
        .isEqualTo(
            """
            {"verdict":"error","exit":2,"problems":[{"rule":"policy/unknown-key","severity":"error",\
            "file":"candidate.cfg","line":12,"column":5,"message":"no","fix":"yes"}]}\
            """);
    assertThat(Schemas.complaints("error", json)).isEmpty();
    for (String schema : List.of("verdict", "explain", "diff", "rehearse")) {
      assertThat(Schemas.complaints(schema, json)).as(schema).isEmpty();
    }
  }

  @Test
  void everyOutcomeIsWrittenAsPromised() {
    Map<Outcome, String> outcomes = new LinkedHashMap<>();
    outcomes.put(
        PAY,
        """
        {"kind":"reaches","pool":"be_pay","servers":[\
        {"name":"pay-1","address":"127.0.0.1:9101","share":0.3333},\
        {"name":"pay-2","address":"127.0.0.1:9102","share":0.6667}],\
        "varies":true,"path":"/payments","headers":{"x-a":"b","x-gone":null}}\
        """);
    outcomes.put(UNAVAILABLE, "{\"kind\":\"responds\",\"pool\":\"be_pay\",\"status\":503}");
    outcomes.put(
        new Outcome.Redirects(302, "https://a/"),
        "{\"kind\":\"redirects\",\"status\":302,\"location\":\"https://a/\"}");
    outcomes.put(new Outcome.Drops(Optional.empty()), "{\"kind\":\"drops\"}");
    outcomes.put(
        new Outcome.Splits(
            List.of(
                new Outcome.Part(0.00003, UNAVAILABLE),
                new Outcome.Part(0.99997, new Outcome.Drops(Optional.of("p"))))),
        """
        {"kind":"splits","of":[\
        {"share":0.00003,"outcome":{"kind":"responds","pool":"be_pay","status":503}},\
        {"share":1,"outcome":{"kind":"drops","pool":"p"}}]}\
        """);
    outcomes.put(
        new Outcome.Undecided("src is not given"),
        "{\"kind\":\"undecided\",\"because\":\"src is not given\"}");

    outcomes.forEach((outcome, json) -> {
      assertThat(Json.line().outcome(outcome)).isEqualTo(json);
      assertThat(Schemas.complaints("outcome", json)).isEmpty();
    });
  }

  @Test
  void answersOfTheOtherCommandsFitTheirSchemas() {
    String explained =
        Json.line()
            .explanation(
                new Explanation(
                    WITNESS,
                    PAY,
                    List.of(
                        new TraceStep(PLACE, "use_backend be_pay if is_pay", true, "because"))));
    String diff =
        Json.line()
            .difference(
                new Difference(
                    false,
                    List.of(
                        new Difference.Region("*:80", "POST", PAY, UNAVAILABLE, WITNESS, false)),
                    List.of(
                        new Difference.Setting(
                            RuleId.DIFF_CHECK_DROPPED, "backend b: check", "2s", "", PLACE))));
    String rehearsed =
        Json.line()
            .rehearsal(
                new Rehearsal(
                    120,
                    119,
                    List.of(new Rehearsal.Disagreement(WITNESS, PAY, UNAVAILABLE)),
                    List.of(
                        new Rehearsal.Fault("pay-1 down", StageResult.Status.PASS, "2 took over")),
                    List.of("program x"),
                    Rehearsal.Sandbox.LOOPBACK));

    assertThat(Schemas.complaints("explain", explained)).isEmpty();
    assertThat(Schemas.complaints("explain", Json.line().error("no JSON"))).isEmpty();
    assertThat(Schemas.complaints("diff", diff)).isEmpty();
    assertThat(Schemas.complaints("rehearse", rehearsed)).isEmpty();
    assertThat(diff).contains("\"settings\":[{\"rule\":\"diff/check-dropped\"");
    assertThat(rehearsed)
        .contains("\"sandbox\":\"loopback\"")
        .startsWith("{\"sent\":120,\"agreed\":119,\"disagreed\":[{\"request\":");
  }

  @Test
  void requestsAreReadAsTheyAreWritten() {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    headers.put("X-B", List.of("1", "2"));
    headers.put("x-a", List.of("a\tb"));
    headers.put("Host", List.of());
    Request full =
        new Request(
            "M-SEARCH",
            "https://a.example.com:8443/x?y",
            headers,
            Optional.of("::1"),
            Optional.of("[::1]:443"),
            Optional.of("b.example.com"),
            Optional.of("1.0"),
            Optional.of("http://a/%00"));
    for (Request request : List.of(WITNESS, full, Request.of("GET", "tcp://a:1"))) {
      String json = Json.line().request(request);
      assertThat(Schemas.complaints("request", json)).isEmpty();
      assertThat(RequestJson.read(json)).isEqualTo(new RequestJson.Parsed.Good(request));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "[]",
        "{}",
        "{\"url\":1}",
        "{\"url\":\"ftp://a\"}",
        "{\"url\":\"http://a/ b\"}",
        "{\"url\":\"http://a/\",\"metod\":\"GET\"}",
        "{\"url\":\"http://a/\",\"headers\":[]}",
        "{\"url\":\"http://a/\",\"headers\":{\"A\":\"b\\r\\nC: d\"}}",
        "{\"url\":\"http://a/\",\"headers\":{\"A B\":\"b\"}}",
        "{\"url\":\"http://a/\",\"version\":\"3\"}",
        "{\"url\":\"http://a/\",\"url\":\"http://b/\"}",
        "{\"url\":\"http://a/\"} {}",
        "{\"url\":\"http://a/\",\"headers\":{\"a\":[[[[[[[[[[[1]]]]]]]]]]]}}",
      })
  void whatIsNoRequestIsRefusedWithAReason(String json) {
    assertThat(RequestJson.read(json))
        .isInstanceOfSatisfying(
            RequestJson.Parsed.Bad.class,
            bad -> assertThat(bad.why()).isNotBlank().doesNotContain("\n"));
  }

  @Test
  void textIsShownAsPeopleWroteItAndSecretsAreNot() {
    String latin1 =
        new String("grün".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    Request request =
        new Request(
            "GET",
            "http://a/?token=S3cr3t",
            Map.of("Authorization", List.of("S3cr3t")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertThat(Json.line().error(latin1)).isEqualTo("{\"error\":\"grün\"}");
    assertThat(Json.line().error("a → b")).isEqualTo("{\"error\":\"a → b\"}");
    assertThat(Json.line().request(request)).doesNotContain("S3cr3t").contains("[redacted]");
  }

  @Test
  void evidenceNamesTheDigestOfEveryFile() {
    Files files = Files.of(Map.of("a.cfg", "listen x"));
    files.read("a.cfg");
    files.read("no.map");
    Evidence evidence =
        Evidence.empty().with("verdict.json", "{}").withInputs("old", files.asked());

    List<Evidence.Piece> pieces = evidence.files();

    assertThat(pieces)
        .extracting(Evidence.Piece::name)
        .containsExactly("verdict.json", "manifest.json");
    assertThat(pieces.getLast().text())
        .contains(Evidence.sha256("{}".getBytes(StandardCharsets.UTF_8)))
        .contains(Evidence.sha256("listen x".getBytes(StandardCharsets.UTF_8)))
        .contains("\"sha256\" : \"absent\"")
        .doesNotContain("listen x");
    assertThat(Schemas.complaints("manifest", pieces.getLast().text())).isEmpty();
    assertThat(Evidence.digest(files.asked()))
        .isNotEqualTo(
            Evidence.digest(List.of(new Files.Lookup.Found(SourceFile.of("a.cfg", "listen x")))));
  }

  private static int exit(
      List<Finding> findings, List<StageResult> stages, Verdict.Measure measure) {
    return Verdict.of(findings, List.of(), stages, measure).exit();
  }

  private static Map<String, Optional<String>> removed() {
    Map<String, Optional<String>> headers = new LinkedHashMap<>();
    headers.put("x-a", Optional.of("b"));
    headers.put("x-gone", Optional.empty());
    return headers;
  }
}
