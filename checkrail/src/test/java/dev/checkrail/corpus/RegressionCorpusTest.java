package dev.checkrail.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.checkrail.corpus.RegressionCase.Config;
import dev.checkrail.corpus.RegressionScore.Model;
import dev.checkrail.corpus.RegressionScore.Result;
import dev.checkrail.corpus.RegressionScore.Score;
import dev.checkrail.read.ReadReport;
import dev.checkrail.rehearse.Native;
import dev.checkrail.rehearse.Sandbox;
import dev.checkrail.rehearse.SandboxException;
import dev.checkrail.rehearse.SandboxSettings;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HAProxy's own regression tests: what it accepts, and where its requests go. */
class RegressionCorpusTest {

  @Test
  void whatHaproxyAcceptsHasNoErrorFromUs() {
    List<String> wrong = new ArrayList<>();
    for (RegressionCase test : RegressionCase.all()) {
      for (Config config : test.configurations()) {
        if (config.accepted()) {
          for (Problem problem : errors(Shared.read(config.file()))) {
            wrong.add(problem.span() + " " + problem.code() + " " + problem.message());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** Files that the corpus does not hold are not our reader's error. */
  private static List<Problem> errors(ReadReport report) {
    return report.problems().stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .filter(problem -> !problem.code().equals(RuleId.FILE_MISSING.id()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Model.class)
  void noRequestOfTheTestsGoesElsewhereThanTheModelSays(Model model) {
    List<Result> results = results(model);
    System.out.println("regression tests, " + model + ": " + counts(results));
    if (Boolean.getBoolean("corpus.print")) {
      results.forEach(r ->
          System.out.println(
              r.score()
                  + " "
                  + r.test()
                  + " "
                  + r.client()
                  + " "
                  + r.request().method()
                  + " "
                  + r.request().sentTarget()
                  + " -> "
                  + r.outcome()
                  + " :: "
                  + r.why()));
    }
    assertThat(
            results.stream()
                .filter(result -> result.score() == Score.WRONG)
                .map(Object::toString)
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  /** All requests of the tests that pass on the judge, in order. */
  static List<Result> results(Model model) {
    return RegressionCase.all().stream()
        .filter(RegressionCase::passed)
        .flatMap(test -> new RegressionScore(test, model).results().stream())
        .toList();
  }

  /** How far our own reader sees what HAProxy refuses, and nothing else. */
  static String acceptance() {
    int accepted = 0;
    int refused = 0;
    int seen = 0;
    for (RegressionCase test : RegressionCase.all()) {
      for (Config config : test.configurations()) {
        if (config.accepted() == config.expectBad()) {
          continue; // the binary itself does not do what the test expects
        }
        boolean errors = !errors(Shared.read(config.file())).isEmpty();
        if (config.accepted()) {
          accepted += errors ? 0 : 1;
        } else {
          refused++;
          seen += errors ? 1 : 0;
        }
      }
    }
    return accepted
        + " configurations that HAProxy accepts are read without an error. Of "
        + refused
        + " that it must refuse, the reader itself sees "
        + seen
        + "; the others are left to HAProxy's own check.";
  }

  @Test
  void haproxysOwnCheckSeesWhatTheReaderDoesNot() throws IOException {
    int checked = 0;
    try (Sandbox sandbox = sandbox()) {
      for (RegressionCase test : RegressionCase.all()) {
        for (Config config : test.configurations()) {
          if (config.accepted() == config.expectBad() || needsMore(config)) {
            continue;
          }
          Path folder = sandbox.newFolder();
          Files.write(folder.resolve("t.cfg"), Files.readAllBytes(config.file()));
          data(folder.resolve("@VTCDATA@"));
          Native.Verdict verdict =
              Native.check(sandbox, folder, List.of("t.cfg"), Map.of(), Duration.ofSeconds(60));
          assertThat(verdict.accepted())
              .as(config.file() + "\n" + verdict.text())
              .isEqualTo(config.accepted());
          sandbox.discard(folder);
          checked++;
        }
      }
    }
    System.out.println(
        "regression tests: " + checked + " configurations given to HAProxy's own check");
    assertThat(checked).isGreaterThan(60);
  }

  private static Sandbox sandbox() throws SandboxException {
    try {
      return Sandbox.open(SandboxSettings.standard().mode(SandboxSettings.Wanted.NAMESPACE));
    } catch (SandboxException e) {
      return abort("no HAProxy or no sandbox on this machine: " + e.getMessage());
    }
  }

  /** Certificates, Lua programs and temporary folders of the tests are not in the corpus. */
  private static boolean needsMore(Config config) throws IOException {
    String text = Files.readString(config.file(), StandardCharsets.ISO_8859_1);
    Path data = Shared.folder("corpus/haproxy/reg-tests-data");
    Matcher files = Pattern.compile("@VTCDATA@/([^\\s,)\"]+)").matcher(text);
    while (files.find()) {
      if (!Files.isRegularFile(data.resolve(files.group(1)))) {
        return true;
      }
    }
    return text.contains("@TMP@") || text.contains("lua");
  }

  private static void data(Path to) throws IOException {
    Path from = Shared.folder("corpus/haproxy/reg-tests-data");
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  static String counts(List<Result> results) {
    return Arrays.stream(Score.values())
        .map(score -> results.stream().filter(r -> r.score() == score).count() + " " + score)
        .collect(Collectors.joining(", "));
  }
}
