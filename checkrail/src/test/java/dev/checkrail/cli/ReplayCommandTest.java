package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.Schemas;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
  private static final String PAY = line("www.example.com", "GET /pay/1 HTTP/1.1");
  private static final String WEB = line("www.example.com", "GET /basket HTTP/1.1");

  @TempDir Path folder;
  Run.In in;

  @BeforeEach
  void files() {
    in = new Run.In(folder);
    in.file("old.cfg", CommandsTest.APPROVED)
        .file("new.cfg", CommandsTest.MOVED)
        .file("one.log", PAY + WEB + WEB)
        .file("two.log", PAY + "nothing\n");
  }

  @Test
  void ofSeveralLogsAllLinesAreCounted() {
    Run run = in.run("replay", "old.cfg", "--log", "one.log", "--log", "two.log");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out())
        .startsWith("policy: none\n")
        .contains("where they go\n", " 50.00 %        2  be_pay (pay-1, pay-2)")
        .contains("1  not a format that is known\n           e.g. nothing\n")
        .endsWith("REPLAYED  5 lines: 4 requests, 1 rejected\n");
  }

  @Test
  void withACandidateWhatMovesIsShown() {
    Run text = in.run("replay", "old.cfg", "new.cfg", "--log", "one.log");
    Run json = in.run("replay", "old.cfg", "new.cfg", "--log", "one.log", "--format", "json");

    assertThat(text.status()).as(text.all()).isEqualTo(0);
    assertThat(text.out())
        .contains("moves\n   33.33 %        1  be_pay (pay-1, pay-2) → be_web (web-1, web-2)\n")
        .contains("e.g. curl ")
        .contains("REPLAYED  3 lines: 3 requests, 0 rejected, 1 moves (33.3 %)\n");
    assertThat(json.status()).as(json.all()).isEqualTo(0);
    assertThat(Schemas.complaints("replay", json.out())).isEmpty();
    assertThat(json.out())
        .startsWith("{\"lines\":3,\"routed\":3,\"undecided\":0,\"rejected\":[],\"by\":[{")
        .contains("\"moves\":[{\"from\":{\"kind\":\"reaches\",\"pool\":\"be_pay\"");
  }

  @Test
  void standardInputIsALogLikeAnyOther() {
    Run run = in.run(Map.of(), WEB + PAY, "replay", "old.cfg", "--log", "-", "--format=json");

    assertThat(run.status()).as(run.all()).isEqualTo(0);
    assertThat(run.out()).startsWith("{\"lines\":2,\"routed\":2,");
    assertThat(in.run("replay", "old.cfg", "--log", "-", "--log", "-").status()).isEqualTo(2);
  }

  @Test
  void whatTheLogDoesNotTellIsUndecided() {
    in.file("host.cfg", CommandsTest.APPROVED.replace("path_beg /pay/", "hdr(host) pay"))
        .file(
            "plain.log",
            "192.0.2.9:4711 [22/Nov/2026:10:00:00.000] fe be_pay/pay-1 0/0/1/20/21 200 99 - - ----"
                + " 1/1/1/1/0 0/0 \"GET /pay/1 HTTP/1.1\"\n");

    Run run = in.run("replay", "host.cfg", "--log", "plain.log");

    assertThat(run.status()).as(run.all()).isEqualTo(3);
    assertThat(run.out())
        .contains("undecided: not known of the request: Host")
        .contains("UNDECIDED  1 line: 1 request, 0 rejected, 1 undecided");
  }

  @Test
  void aLogThatCannotBeReadIsNoAnswer() {
    Run missing = in.run("replay", "old.cfg", "--log", "none.log", "--format", "json");
    Run without = in.run("replay", "old.cfg");

    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.out()).contains("\"verdict\":\"error\"").contains("none.log");
    assertThat(Schemas.complaints("replay", missing.out())).isEmpty();
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.err()).contains("--log");
  }

  @Test
  void aLogOfAnotherLoadBalancerIsSaidToBeNone() {
    in.file("other.log", line("a", "GET / HTTP/1.1").replace(" fe ", " fe_other "));

    Run run = in.run("replay", "old.cfg", "--log", "other.log");

    assertThat(run.status()).isEqualTo(0);
    assertThat(run.out()).contains("the configuration has no frontend fe_other");
    assertThat(run.err()).contains("is it the log of its load balancer?");
  }

  @Test
  void piecesEndAtLinesAndALineOfAnyLengthIsOne() {
    StringBuilder log = new StringBuilder();
    String longPath = line("www.example.com", "GET /pay/" + "x".repeat(900) + " HTTP/1.1");
    for (int i = 0; i < 3_000; i++) {
      log.append(i % 3 == 0 ? PAY : longPath);
    }
    log.append("y".repeat(5 << 20)).append('\n').append(PAY).append("z".repeat(3 << 20));
    in.file("big.log", log.toString().getBytes(StandardCharsets.US_ASCII));

    Run run = in.run("replay", "old.cfg", "--log", "big.log", "--format", "json");

    assertThat(run.status()).as(run.err()).isEqualTo(0);
    assertThat(run.out())
        .startsWith(
            "{\"lines\":3003,\"routed\":3001,\"undecided\":0,\"rejected\":[{\"reason\":\"longer than"
                + " 65536 bytes\",\"lines\":2,");
  }

  private static String line(String host, String request) {
    return "checkrail/1 1793354400000 192.0.2.9:4711 127.0.0.1:8080 fe be_pay/pay-1 0/0/1/20/21 200"
        + " 99 ---- 1/1/1/1/0 0/0 \"7\" - "
        + host
        + " > < \""
        + request
        + "\"\n";
  }
}
