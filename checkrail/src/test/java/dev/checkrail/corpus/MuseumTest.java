package dev.checkrail.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.explain.Explain;
import dev.checkrail.model.Configuration;
import dev.checkrail.path.Path;
import dev.checkrail.path.PathReport;
import dev.checkrail.path.Subject;
import dev.checkrail.path.Terms;
import dev.checkrail.path.Watch;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Verdict;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Changes that broke production, and what the real binary did before and after each. */
class MuseumTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 1, 1);

  /** An exhibit: a folder with {@code before.cfg} and {@code after.cfg}. */
  private record Exhibit(java.nio.file.Path folder, JsonNode said) {
    String name() {
      return folder.getFileName().toString();
    }

    Configuration configuration(String side) {
      return Shared.read(folder.resolve(side + ".cfg")).configuration();
    }
  }

  static List<java.nio.file.Path> folders(java.nio.file.Path museum) throws IOException {
    try (Stream<java.nio.file.Path> all = Files.list(museum)) {
      return all.filter(folder -> Files.exists(folder.resolve("before.cfg"))).sorted().toList();
    }
  }

  private static List<Exhibit> exhibits() throws IOException {
    return folders(Shared.folder("museum")).stream()
        .map(folder ->
            new Exhibit(
                folder, JsonMapper.shared().readTree(folder.resolve("expectations.json").toFile())))
        .toList();
  }

  @Test
  void explainSaysWhatTheBinaryDidBeforeAndAfterEachChange() throws IOException {
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Exhibit exhibit : exhibits()) {
      for (String side : List.of("before", "after")) {
        for (JsonNode witness : exhibit.said().get("witnesses")) {
          Request request = request(witness);
          Outcome outcome = Explain.explain(exhibit.configuration(side), request).outcome();
          String verdict = compare(witness.get(side), witness, request, outcome);
          counts.merge(
              verdict.isEmpty() ? "right" : verdict.startsWith("-") ? "not modelled" : "wrong",
              1,
              Integer::sum);
          if (!verdict.isEmpty() && !verdict.startsWith("-")) {
            wrong.add(
                exhibit.name()
                    + " "
                    + side
                    + " "
                    + request.url()
                    + ": "
                    + verdict
                    + ", model: "
                    + outcome);
          }
        }
      }
    }
    System.out.println("museum, explain: " + counts);
    assertThat(wrong).isEmpty();
  }

  private static Request request(JsonNode witness) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    witness
        .get("headers")
        .properties()
        .forEach(header -> headers.put(header.getKey(), List.of(header.getValue().asString())));
    boolean tls = witness.has("tls");
    return new Request(
        witness.get("method").asString(),
        (tls ? "https://" : "http://")
            + witness.get("host").asString()
            + witness.get("path").asString(),
        headers,
        Optional.of("127.0.0.1"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Nothing if they agree, {@code -} and a reason if the model says nothing of it, else why not.
   */
  private static String compare(JsonNode seen, JsonNode witness, Request request, Outcome outcome) {
    if (seen.has("nostart")) {
      return "- it does not start";
    }
    if (seen.has("cn")) {
      return "- certificates";
    }
    return switch (outcome) {
      case Outcome.Undecided undecided -> "- " + undecided.because();
      case Outcome.Responds responds -> answered(seen, responds.status());
      case Outcome.Redirects redirects -> answered(seen, redirects.status());
      case Outcome.Drops drops -> "closed";
      case Outcome.Splits splits -> "- chance";
      case Outcome.Reaches reaches -> reached(seen, witness, request, reaches);
    };
  }

  private static String answered(JsonNode seen, int status) {
    return seen.has("status")
            && seen.get("status").asInt() == status
            && (!seen.has("server") || seen.get("server").isNull())
        ? ""
        : "the binary: " + seen;
  }

  private static String reached(
      JsonNode seen, JsonNode witness, Request request, Outcome.Reaches reaches) {
    if (seen.has("status") && seen.get("status").asInt() == 504) {
      return "- how long a server takes";
    }
    Set<String> servers = new TreeSet<>();
    double bad = 0;
    double other = 0;
    List<String> others = new ArrayList<>();
    if (seen.has("other")) {
      seen.get("other").forEach(name -> others.add(name.asString()));
    }
    for (Outcome.Share share : reaches.servers()) {
      Optional<String> name = Stubs.name(share.address());
      if (share.share() > 0) {
        name.ifPresent(servers::add);
      }
      bad += Stubs.status(share.address(), request.sentTarget()) == 200 ? 0 : share.share();
      other += name.filter(others::contains).isPresent() ? share.share() : 0;
    }
    if (seen.has("server")) {
      Set<String> expected = new TreeSet<>();
      seen.get("server").forEach(name -> expected.add(name.asString()));
      if (!servers.equals(expected)) {
        return "the binary: " + seen;
      }
      if (seen.has("share_bad")) {
        bad = 0; // checks take out who is dead
      }
    }
    boolean shares = within(seen, "share_bad", bad) && within(seen, "share_other", other);
    if (!shares) {
      return "the binary: " + seen + ", shares of bad " + bad + ", of others " + other;
    }
    return seen.has("max_share_max") || seen.has("max_share_min")
        ? "- the traffic decides the shares"
        : "";
  }

  private static boolean within(JsonNode seen, String what, double share) {
    boolean low = !seen.has(what + "_min") || share >= seen.get(what + "_min").asDouble();
    boolean high = !seen.has(what + "_max") || share <= seen.get(what + "_max").asDouble();
    return low && high;
  }

  @TestFactory
  Stream<DynamicTest> theGateBlocksEachExhibitWithARuleOfItsClass() throws IOException {
    return exhibits().stream()
        .map(exhibit ->
            DynamicTest.dynamicTest(
                exhibit.name(),
                () -> blocks(exhibit.folder(), exhibit.said().get("cls").asString())));
  }

  @TestFactory
  Stream<DynamicTest> theGateLetsEachApprovedConfigurationPass() throws IOException {
    return folders(Shared.folder("museum")).stream()
        .map(folder ->
            DynamicTest.dynamicTest(folder.getFileName().toString(), () -> passes(folder)));
  }

  private static void blocks(java.nio.file.Path folder, String cls) throws IOException {
    assertBlocked(
        folder.getFileName().toString(),
        cls,
        gate(subject(folder, "before"), subject(folder, "after")));
  }

  /** A finding that counts is of a rule that belongs to the class. */
  static void assertBlocked(String name, String cls, PathReport report) {
    Set<String> classes = new LinkedHashSet<>();
    List<String> rules = new ArrayList<>();
    for (Finding finding : report.verdict().findings()) {
      if (finding.counts()) {
        rules.add(finding.rule().id() + " " + finding.severity());
        classes.addAll(finding.rule().classes());
      }
    }
    assertThat(report.verdict().kind())
        .as(name + ": " + rules + report.verdict().stages())
        .isEqualTo(Verdict.Kind.BLOCKED);
    assertThat(classes.contains(cls) || cls.startsWith("R") && classes.contains("R"))
        .as(name + ": " + cls + " by " + rules)
        .isTrue();
  }

  private static void passes(java.nio.file.Path folder) throws IOException {
    PathReport report = gate(subject(folder, "before"), subject(folder, "before"));
    assertThat(report.verdict().kind())
        .as(report.verdict().findings() + " " + report.verdict().stages())
        .isEqualTo(Verdict.Kind.PASS);
  }

  /** The same for texts, by path; the configuration is haproxy.cfg. */
  static PathReport gate(Map<String, String> old, Map<String, String> candidate)
      throws IOException {
    // HAProxy's own check finds nothing in these, and takes most of the time.
    return gate(
        subject(old),
        subject(candidate),
        Terms.Rehearsing.WITHOUT,
        Optional.of(java.nio.file.Path.of("/nowhere/haproxy")));
  }

  private static Subject subject(Map<String, String> texts) {
    return new Subject(
        "haproxy.cfg",
        dev.checkrail.source.Files.of(texts),
        List.of("haproxy.cfg"),
        HaproxyTarget.debian12(Map.of()));
  }

  /** With the rehearsal, wherever HAProxy can be rehearsed on this machine. */
  private static PathReport gate(Subject old, Subject candidate) throws IOException {
    try {
      PathReport report = gate(old, candidate, Terms.Rehearsing.REQUIRED, Optional.empty());
      // Only what HAProxy refuses to start is not rehearsed.
      assertThat(report.rehearsal().isPresent())
          .isEqualTo(
              report.verdict().findings().stream()
                  .noneMatch(it -> it.rule() == RuleId.READ_REFUSED_BY_HAPROXY));
      report
          .rehearsal()
          .ifPresent(it -> {
            assertThat(it.disagreed()).isEmpty();
            assertThat(it.agreed()).isPositive();
          });
      return report;
    } catch (SandboxException e) {
      return switch (e.kind()) {
        case HAPROXY_MISSING, NAMESPACE_REFUSED ->
            gate(old, candidate, Terms.Rehearsing.WITHOUT, Optional.empty());
        default -> throw new AssertionError(e);
      };
    }
  }

  private static PathReport gate(
      Subject old,
      Subject candidate,
      Terms.Rehearsing rehearsing,
      Optional<java.nio.file.Path> haproxy)
      throws IOException {
    Terms terms =
        new Terms(
            policy(),
            TODAY,
            Verdict.Measure.usual(),
            Terms.Moves.none(),
            List.of(),
            rehearsing,
            haproxy,
            Optional.empty());
    return new Path(new Watch(InstantSource.fixed(Instant.EPOCH), () -> 0, stage -> {}))
        .gate(old, candidate, terms);
  }

  private static Subject subject(java.nio.file.Path folder, String side) {
    String path = folder.resolve(side + ".cfg").toString();
    return new Subject(path, Shared.files(), List.of(path), HaproxyTarget.debian12(Map.of()));
  }

  static Policy policy() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(MuseumTest.class.getResourceAsStream("/museum/checkrail.yaml"))) {
      PolicyReader.Reading reading =
          PolicyReader.read(
              SourceFile.of("checkrail.yaml", in.readAllBytes()),
              Map.of(),
              Arrays.stream(RuleId.values()).map(RuleId::id).toList());
      assertThat(reading.problems()).isEmpty();
      return reading.policy();
    }
  }
}
