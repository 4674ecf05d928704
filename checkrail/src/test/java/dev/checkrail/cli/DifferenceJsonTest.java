package dev.checkrail.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.report.Difference;
import dev.checkrail.report.Json;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class DifferenceJsonTest {
  @Test
  void whatIsReadIsWhatWasWritten() {
    Map<String, Optional<String>> headers = new LinkedHashMap<>();
    headers.put("x-pool", Optional.of("a"));
    headers.put("x-gone", Optional.empty());
    Difference difference =
        new Difference(
            false,
            List.of(
                region(
                    new Outcome.Reaches(
                        "be_pay",
                        List.of(
                            new Outcome.Share("pay-1", "127.0.0.1:9101", 0.75),
                            new Outcome.Share("pay-2", "127.0.0.1:9102", 0.25)),
                        true,
                        Optional.of("/as/sent"),
                        headers),
                    new Outcome.Responds(503, Optional.of("be_none"), Optional.empty())),
                region(
                    new Outcome.Redirects(302, "https://example.com/"),
                    new Outcome.Drops(Optional.empty())),
                region(
                    new Outcome.Splits(
                        List.of(
                            new Outcome.Part(0.3, new Outcome.Drops(Optional.of("be_tcp"))),
                            new Outcome.Part(
                                0.7,
                                new Outcome.Responds(403, Optional.empty(), Optional.of("deny"))))),
                    new Outcome.Undecided("it asks a server"))),
            List.of(
                new Difference.Setting(
                    RuleId.of("diff/check-dropped").orElseThrow(),
                    "backend be_pay check of pay-1",
                    "check",
                    "",
                    new Span("a.cfg", 7, 1, 0))));
    assertThat(DifferenceJson.read(json(Json.line().difference(difference)))).isEqualTo(difference);
  }

  @Test
  void whatIsNotKnownHereIsLeftOut() {
    Difference read =
        DifferenceJson.read(
            json(
                """
                {"equal":false,"new":1,
                 "regions":[{"listener":"l","requests":"all","from":{"kind":"beams"},"witness":7}],
                 "settings":[{"rule":"diff/of-tomorrow","what":"x","from":"","to":""}]}
                """));
    assertThat(read.settings()).isEmpty();
    assertThat(read.regions())
        .singleElement()
        .extracting(Difference.Region::from)
        .isEqualTo(new Outcome.Undecided(""));
  }

  private static tools.jackson.databind.JsonNode json(String text) {
    return JsonMapper.builder().build().readTree(text);
  }

  private static Difference.Region region(Outcome from, Outcome to) {
    return new Difference.Region(
        "127.0.0.1:8080",
        "POST, path /v1",
        from,
        to,
        new Request(
            "POST",
            "http://pay.example.com/v1",
            Map.of("X-A", List.of("1", "2")),
            Optional.of("203.0.113.7"),
            Optional.of("127.0.0.1:8080"),
            Optional.empty(),
            Optional.of("1.0"),
            Optional.empty()),
        false);
  }
}
