package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Configurations that others wrote. */
class CorpusTest {
  private static final Path SHARED = Path.of("../../shared");

  @Test
  void everyFilePrintsBackByteForByte() throws IOException {
    List<Path> files = files("corpus/haproxy", "museum");
    for (Path file : files) {
      byte[] bytes = Files.readAllBytes(file);
      HaproxyTree tree = read(file, bytes).tree();
      assertThat(tree.files().getFirst().print())
          .as(file.toString())
          .isEqualTo(new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1));
    }
    assertThat(files).hasSizeGreaterThan(200);
  }

  @Test
  void whatHaproxyAcceptsHasNoErrors() throws IOException {
    RealHaproxy.assumeInstalled();
    for (Path file : files("corpus/haproxy", "museum")) {
      Reading reading = read(file, Files.readAllBytes(file));
      List<Problem> errors = errors(reading);
      errors.addAll(expressions(reading));
      if (!errors.isEmpty()) {
        RealHaproxy.Answer answer =
            RealHaproxy.run(Map.of("PATH", "/usr/bin"), "-c", "-dr", "-f", file.toString());
        assertThat(answer.accepted()).as(file + ": " + errors + "\n" + answer.text()).isFalse();
      }
    }
  }

  private static List<Problem> errors(Reading reading) {
    return new java.util.ArrayList<>(
        reading.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList());
  }

  private static List<Problem> expressions(Reading reading) {
    return reading
        .tree()
        .sections()
        .filter(s -> s.kind().isProxy())
        .flatMap(Section::activeDirectives)
        .flatMap(d -> expressions(d).stream())
        .filter(p -> p.severity() == Severity.ERROR)
        .toList();
  }

  private static List<Problem> expressions(Directive directive) {
    if (directive.is("acl")) {
      return ParseAcl.acl(directive).problems();
    }
    int guard = ParseAcl.guardIndex(directive.args());
    return guard == directive.args().size() || directive.is("description")
        ? List.of()
        : ParseAcl.guard(directive.from(guard)).problems();
  }

  private static Reading read(Path file, byte[] bytes) {
    return ParseHaproxy.parse(
        List.of(SourceFile.of(file.toString(), bytes)), Target.debian12(Map.of()));
  }

  private static List<Path> files(String... folders) throws IOException {
    assumeTrue(Files.isDirectory(SHARED), "../shared is missing");
    List<Path> files = new java.util.ArrayList<>();
    for (String folder : folders) {
      try (Stream<Path> all = Files.walk(SHARED.resolve(folder))) {
        all.filter(p -> p.toString().endsWith(".cfg")).sorted().forEach(files::add);
      }
    }
    return files;
  }
}
