package dev.checkrail.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.scenarios.RawFiles.Met;
import dev.checkrail.scenarios.RawFiles.Routed;
import dev.checkrail.scenarios.topology.Staging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Our count and that of the script, of the same raw files. */
class RecountTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("..");
  private static final Instant FROM = Instant.parse("2026-03-01T12:00:00.5Z");
  private static final Instant UNTIL = Instant.parse("2026-03-01T12:02:00Z");

  @TempDir Path raw;

  @BeforeEach
  void aSmallDrill() throws Exception {
    Files.writeString(
        raw.resolve("facts"),
        "wrong_server=rep-1\npurchase=POST /v1/payments\nfrom=" + FROM + "\nuntil=" + UNTIL + "\n");
    Files.writeString(
        raw.resolve("haproxy.log"),
        line("12:00:00.700", 100, "be_pay/pay-1", 201, "POST /v1/payments")
            + line("12:00:06.100", 5001, "be_reports/rep-1", 504, "POST /v1/payments")
            + line("12:00:01.300", 400, "be_reports/rep-1", 201, "POST /v1/payments")
            + line("12:00:01.000", 900, "be_reports/rep-1", 401, "GET /v1/payments")
            + line("12:00:05.500", 1500, "be_reports/rep-1", 504, "POST /v1/payments")
            + "half a line of something\n");
    Files.writeString(
        raw.resolve("users.client.jsonl"),
        user("12:00:00.600Z", "done", attempt("12:00:00.650Z", "12:00:00.770123Z", 201))
            + user(
                "12:00:00.9Z",
                "done",
                attempt("12:00:01Z", "12:00:06.1Z", 504),
                attempt("12:00:07Z", "12:00:07.2Z", 201))
            + user("12:00:02Z", "nothing", attempt("12:00:02Z", "12:00:10Z", 0))
            + user("12:00:03Z", "declined", attempt("12:00:03Z", "12:00:03.1Z", 402)));
    Files.writeString(
        raw.resolve("limited.client.jsonl"),
        user("12:00:02Z", "failed", attempt("12:00:02Z", "12:00:02.1Z", 429)));
    Files.writeString(
        raw.resolve("pages.jsonl"),
        page("11:59:59Z", "opened", true, "")
            + page("12:00:01.9Z", "opened", false, "")
            + page("12:00:02.4Z", "opened", true, "")
            + page("12:00:04.4Z", "cause", true, ",\"cause\":{\"cause\":\"lb-change\",\"object\":\"x\"}"));
  }

  @Test
  void theScriptCountsWhatWeCount() throws Exception {
    Map<String, Double> counted = Recount.of(ROOT.toAbsolutePath().normalize(), raw);
    Instant first = Instant.parse("2026-03-01T12:00:00.900Z");

    List<Routed> misrouted =
        Clocks.misrouted(raw.resolve("haproxy.log"), Staging.of(1, 60), FROM, UNTIL);
    assertThat(misrouted).hasSize(3);
    assertThat(misrouted.getFirst().began()).isEqualTo(first);
    assertThat(counted).containsEntry("misrouted", 3.0);
    assertThat(alike(counted, "last_misrouted_s", first, misrouted.getLast().began())).isTrue();

    List<Path> logs =
        List.of(raw.resolve("users.client.jsonl"), raw.resolve("limited.client.jsonl"));
    List<Met> failures = Clocks.failures(logs, FROM, UNTIL);
    assertThat(failures).hasSize(2);
    assertThat(alike(counted, "first_failure_s", first, failures.getFirst().end())).isTrue();
    assertThat(alike(counted, "last_failure_s", first, failures.getLast().end())).isTrue();

    List<JsonNode> pages = Clocks.pages(raw.resolve("pages.jsonl"), FROM, UNTIL);
    assertThat(alike(counted, "alert_s", first, Clocks.alerted(pages).orElseThrow())).isTrue();
    assertThat(Clocks.causes(pages)).hasSize(1);
    assertThat(counted.get("cause_s")).isEqualTo(3.5);

    assertThat(counted)
        .containsEntry("users", 4.0)
        .containsEntry("paid", 1.0)
        .containsEntry("late", 1.0)
        .containsEntry("declined", 1.0)
        .containsEntry("not_served", 1.0);
  }

  @Test
  void troubleLastsUntilTheLastOneWhoFailedOrWaitedLong() throws Exception {
    assertThat(
            Clocks.lastTrouble(List.of(raw.resolve("users.client.jsonl")), FROM, UNTIL))
        .contains(Instant.parse("2026-03-01T12:00:10Z"));
  }

  private static boolean alike(
      Map<String, Double> counted, String name, Instant from, Instant to) {
    return Recount.alike(
        Clocks.seconds(Optional.of(from), Optional.of(to)),
        Optional.ofNullable(counted.get(name)));
  }

  private static String line(String ended, long millis, String where, int status, String request) {
    return "checkrail/1 "
        + Instant.parse("2026-03-01T" + ended + "Z").toEpochMilli()
        + " 127.0.0.1:1 127.0.0.1:2 fe_public "
        + where
        + " 0/0/0/"
        + millis
        + "/"
        + millis
        + " "
        + status
        + " 214 ---- 1/1/1/1/0 0/0 \"an-id\" 0123456789abcdef pay.example.com > < \""
        + request
        + " HTTP/1.1\"\n";
  }

  private static String user(String intended, String told, String... attempts) {
    return "{\"user\":1,\"key\":\"k\",\"intended_start\":\"2026-03-01T"
        + intended
        + "\",\"told\":\""
        + told
        + "\",\"attempts\":["
        + String.join(",", attempts)
        + "]}\n";
  }

  private static String attempt(String start, String end, int status) {
    return "{\"url\":\"http://127.0.0.1:1\",\"start\":\"2026-03-01T%s\",\"end\":\"2026-03-01T%s\",\"status\":%d}"
        .formatted(start, end, status);
  }

  private static String page(String received, String kind, boolean wake, String more) {
    return "{\"received\":\"2026-03-01T%s\",\"delivery\":\"d\",\"body\":{\"kind\":\"%s\",\"wake\":%b%s}}\n"
        .formatted(received, kind, wake, more);
  }
}
