package dev.checkrail.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The stages of a change in their order, told while they run; with the real HAProxy. */
class PathTest {
  private static final String APPROVED =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 203.0.113.1:80
          use_backend be_reports if { path_beg /reports }
          default_backend be_pay
      backend be_pay
          server pay-1 10.0.0.1:80
      backend be_reports
          server rep-1 10.0.0.2:80
      """;

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /pay/**
        reports:
          - path: /reports/**
      inventory:
        - { name: pay-1, address: "10.0.0.1:80", serves: [payments] }
        - { name: rep-1, address: "10.0.0.2:80", serves: [reports] }
      """;

  @Test
  void whatBlocksIsToldBeforeItIsRehearsed() throws Exception {
    List<String> told = new ArrayList<>();

    PathReport report = gate(APPROVED.replace("path_beg /reports", "path_beg /reports /pay"), told);

    assertThat(report.verdict().kind()).isEqualTo(Verdict.Kind.BLOCKED);
    assertThat(told)
        .containsSubsequence(
            "diff", "blocked by contract/incapable-server diff/undeclared-move", "rehearse");
    assertThat(told).filteredOn(it -> it.startsWith("blocked")).hasSize(1);
  }

  @Test
  void whatBlocksNothingIsNotToldOf() throws Exception {
    List<String> told = new ArrayList<>();

    PathReport report = gate(APPROVED.replace("server 5s", "server 6s"), told);

    assertThat(report.verdict().kind()).isEqualTo(Verdict.Kind.PASS);
    assertThat(told).contains("rehearse").noneMatch(it -> it.startsWith("blocked"));
  }

  private static PathReport gate(String candidate, List<String> told) throws Exception {
    PolicyReader.Reading policy =
        PolicyReader.read(
            SourceFile.of("checkrail.yaml", POLICY.getBytes(StandardCharsets.UTF_8)),
            Map.of(),
            Arrays.stream(RuleId.values()).map(RuleId::id).toList());
    assertThat(policy.problems()).isEmpty();
    Terms terms =
        new Terms(
            policy.policy(),
            LocalDate.of(2026, 1, 1),
            Verdict.Measure.usual(),
            Terms.Moves.none(),
            List.of(),
            Terms.Rehearsing.REQUIRED,
            Optional.empty(),
            Optional.empty());
    Watch.Told each =
        new Watch.Told() {
          @Override
          public void begun(Stage stage) {
            told.add(stage.word());
          }

          @Override
          public void blocked(List<String> by) {
            told.add("blocked by " + String.join(" ", by));
          }
        };
    return new Path(new Watch(InstantSource.fixed(Instant.EPOCH), System::nanoTime, each))
        .gate(subject("approved.cfg", APPROVED), subject("candidate.cfg", candidate), terms);
  }

  private static Subject subject(String name, String text) {
    return new Subject(
        name, Files.of(Map.of(name, text)), List.of(name), HaproxyTarget.debian12(Map.of()));
  }
}
