package dev.checkrail.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.corpus.RegressionScore.Model;
import dev.checkrail.corpus.RegressionScore.Result;
import dev.checkrail.corpus.RegressionScore.Score;
import dev.checkrail.model.Coverage;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.ReadReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/coverage.md}: how much of other people's configurations the model understands. {@code
 * bin/coverage} writes it ({@code -Dcoverage.write=true}); without that the test checks that it is
 * up to date.
 */
class CoverageDocTest {
  private static final Path PAGE = Path.of("../docs/coverage.md");
  private static final int MOST = 30;

  /** Keywords of which the second word says what they are. */
  private static final Set<String> TWO_WORDS =
      Set.of("http-request", "tcp-request", "option", "stats", "filter", "acl");

  /** A file's name and what was read. */
  private record Line(String file, Coverage coverage) {}

  @Test
  void thePageIsUpToDate() throws IOException {
    String page = page();
    if (Boolean.getBoolean("coverage.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).as("bin/coverage writes it anew").isEqualTo(page);
  }

  private static String page() {
    Map<String, List<Line>> sets = new LinkedHashMap<>();
    Map<String, Integer> unmodelled = new TreeMap<>();
    Path corpus = Shared.folder("corpus/haproxy");
    sets.put("Configurations of public repositories", lines(corpus.resolve("real"), unmodelled));
    sets.put("HAProxy's regression tests", lines(corpus.resolve("reg-tests"), new TreeMap<>()));
    sets.put("Outage museum", lines(Shared.folder("museum"), new TreeMap<>()));
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # What the model covers

        Written by `bin/coverage`; a test holds it up to date. The files are not ours and not in this
        repository, hence only their names and counts. A directive (section headers excluded) is

        - *modelled*: explain and prove understand it;
        - *no effect*: it cannot change which server gets which bytes nor what the client is answered;
        - *response*: a rule on responses: listed, compared as text, not proved;
        - *unmodelled*: the rest. A verdict that could depend on it is *undecided*.

        | files | number | directives | modelled | no effect | response | unmodelled | understood |
        |---|---:|---:|---:|---:|---:|---:|---:|
        """);
    sets.forEach((name, lines) -> page.append(total(name, lines)));
    regressionTests(page);
    page.append("\n## Most frequent unmodelled directives of public configurations\n\n");
    page.append("| times | directive | why |\n|---:|---|---|\n");
    unmodelled.entrySet().stream()
        .sorted(
            Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MOST)
        .forEach(e ->
            page.append("| ").append(e.getValue()).append(" | ").append(e.getKey()).append(" |\n"));
    sets.forEach((name, lines) -> {
      page.append("\n## ").append(name).append(", file by file\n\n");
      page.append(
          "| file | modelled | no effect | response | unmodelled |\n|---|---:|---:|---:|---:|\n");
      for (Line line : lines) {
        page.append("| ").append(line.file()).append(counts(line.coverage())).append(" |\n");
      }
    });
    return page.toString();
  }

  private static void regressionTests(StringBuilder page) {
    page.append(
        """

        ## Requests of HAProxy's regression tests

        Each request of the clients of those tests that pass on HAProxy 2.6.12, held against what the
        test expects: status, redirect, server, what the server receives. *Not modelled*: the model
        says so (HTTP/2, Lua, caches, the state of a running process). *Nothing to say*: the test
        expects nothing of it that routing decides.

        | | right | wrong | not modelled | nothing to say |
        |---|---:|---:|---:|---:|
        """);
    for (Model model : Model.values()) {
      List<Result> results = RegressionCorpusTest.results(model);
      page.append("| ").append(model.name().toLowerCase(Locale.ROOT));
      for (Score score : Score.values()) {
        page.append(" | ").append(results.stream().filter(r -> r.score() == score).count());
      }
      page.append(" |\n");
    }
    page.append('\n').append(RegressionCorpusTest.acceptance()).append('\n');
  }

  private static List<Line> lines(Path folder, Map<String, Integer> unmodelled) {
    return Shared.configurations(folder).stream()
        .map(file -> {
          ReadReport report = Shared.read(file);
          report
              .configuration()
              .unmodelled()
              .forEach(u -> unmodelled.merge(key(u), 1, Integer::sum));
          return new Line(folder.relativize(file).toString(), report.configuration().coverage());
        })
        .toList();
  }

  private static String key(Unmodelled line) {
    String[] words = line.text().strip().split("\\s+");
    String directive = words[0];
    if (TWO_WORDS.contains(directive) && words.length > 1) {
      directive =
          directive.equals("acl") ? "acl …" : directive + " " + words[1].replaceAll("\\(.*", "(…)");
    }
    return "`" + directive.replace("|", "\\|") + "` | " + line.reason().replace("|", "\\|");
  }

  private static String total(String name, List<Line> lines) {
    Coverage all = new Coverage(0, 0, 0, 0);
    for (Line line : lines) {
      all = all.plus(line.coverage());
    }
    return "| %s | %d | %d%s | %.1f %% |\n"
        .formatted(
            name,
            lines.size(),
            all.total(),
            counts(all),
            all.total() == 0 ? 100.0 : 100.0 * (all.total() - all.unmodelled()) / all.total());
  }

  private static String counts(Coverage coverage) {
    return " | %d | %d | %d | %d"
        .formatted(
            coverage.modelled(), coverage.noEffect(), coverage.response(), coverage.unmodelled());
  }
}
