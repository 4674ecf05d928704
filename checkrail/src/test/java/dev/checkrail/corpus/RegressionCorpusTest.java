package dev.checkrail.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.corpus.RegressionCase.Config;
import dev.checkrail.corpus.RegressionScore.Model;
import dev.checkrail.corpus.RegressionScore.Result;
import dev.checkrail.corpus.RegressionScore.Score;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
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
    List<Result> results =
        RegressionCase.all().stream()
            .filter(RegressionCase::passed)
            .flatMap(test -> new RegressionScore(test, model).results().stream())
            .toList();
    System.out.println("regression tests, " + model + ": " + counts(results));
    if (Boolean.getBoolean("corpus.print")) {
      results.forEach(r -> System.out.println(r.score() + " " + r.test() + " " + r.client() + " " + r.request().method() + " " + r.request().sentTarget() + " -> " + r.outcome() + " :: " + r.why()));
    }
    assertThat(
            results.stream()
                .filter(result -> result.score() == Score.WRONG)
                .map(Object::toString)
                .collect(Collectors.joining("\n")))
        .isEmpty();
  }

  static String counts(List<Result> results) {
    return java.util.Arrays.stream(Score.values())
        .map(score -> results.stream().filter(r -> r.score() == score).count() + " " + score)
        .collect(Collectors.joining(", "));
  }
}
