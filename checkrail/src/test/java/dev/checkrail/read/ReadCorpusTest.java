package dev.checkrail.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.model.Coverage;
import dev.checkrail.source.Files;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads configurations that others wrote; skipped where they are not at hand. */
class ReadCorpusTest {
  private static final Path CORPUS = Path.of("../../shared/corpus/haproxy").toAbsolutePath();
  private static final Path MUSEUM = Path.of("../../shared/museum").toAbsolutePath();

  @Test
  void everyConfigurationIsReadAndItsDirectivesAreCounted() {
    Coverage total = new Coverage(0, 0, 0, 0);
    List<Path> configurations = new ArrayList<>();
    for (String folder : List.of("real", "reg-tests")) {
      configurations.addAll(files(CORPUS.resolve(folder)));
    }
    configurations.addAll(files(MUSEUM));
    for (Path path : configurations) {
      total = total.plus(read(path).configuration().coverage());
    }
    System.out.println(configurations.size() + " configurations: " + total);
    assertThat(total.total()).isGreaterThan(2000);
    assertThat(total.unmodelled()).isLessThan(total.total() / 4);
  }

  @Test
  void everyExhibitOfTheMuseumIsWhollyModelled() {
    for (Path path : files(MUSEUM)) {
      assertThat(read(path).configuration().coverage().unmodelled())
          .as(path.toString())
          .isLessThanOrEqualTo(path.toString().contains("backend-name-typo") ? 1 : 0);
    }
  }

  /**
   * What HAProxy 2.6.12 accepts has no errors. Lists of certificates that the tests make while they
   * run are not at hand.
   */
  @Test
  void whatHaproxyAcceptsHasNoErrors() {
    Path cases = CORPUS.resolve("reg-tests-cases.json");
    assumeTrue(java.nio.file.Files.exists(cases), cases + " is missing");
    TreeSet<String> accepted = new TreeSet<>();
    for (JsonNode test : new ObjectMapper().readTree(cases.toFile())) {
      for (JsonNode haproxy : test.get("haproxy")) {
        if (haproxy.get("accept26").asBoolean()) {
          accepted.add(haproxy.get("conf").asString());
        }
      }
    }
    List<String> errors = new ArrayList<>();
    for (String name : accepted) {
      read(CORPUS.resolve("reg-tests").resolve(name)).problems().stream()
          .filter(problem -> problem.severity() == Severity.ERROR)
          .filter(problem -> !problem.message().contains("list of certificates"))
          .map(Problem::toString)
          .forEach(errors::add);
    }
    assertThat(accepted).hasSizeGreaterThan(100);
    assertThat(errors).isEmpty();
  }

  private static ReadReport read(Path path) {
    return Read.haproxy(
        new Files(ReadCorpusTest::load),
        List.of(path.toString()),
        HaproxyTarget.debian12(Map.of("PORT", "8080")));
  }

  private static Files.Lookup load(String path) {
    Path file = Path.of(path);
    if (!java.nio.file.Files.exists(file)) {
      return new Files.Lookup.Absent(path);
    }
    if (!java.nio.file.Files.isRegularFile(file)) {
      return new Files.Lookup.Unreadable(path, "it is no regular file");
    }
    try {
      byte[] bytes = java.nio.file.Files.readAllBytes(file);
      if (!path.contains("reg-tests/")) {
        return new Files.Lookup.Found(SourceFile.of(path, bytes));
      }
      String text =
          new String(bytes, StandardCharsets.ISO_8859_1)
              .replace("@VTCDATA@", CORPUS.resolve("reg-tests-data").toString())
              .replace("@TMP@", "/tmp");
      return new Files.Lookup.Found(
          SourceFile.of(path, text.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (IOException e) {
      return new Files.Lookup.Unreadable(path, "it can't be read");
    }
  }

  private static List<Path> files(Path folder) {
    assumeTrue(java.nio.file.Files.isDirectory(folder), folder + " is missing");
    try (Stream<Path> all = java.nio.file.Files.walk(folder)) {
      return all.filter(java.nio.file.Files::isRegularFile)
          .filter(path -> path.toString().endsWith(".cfg"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
