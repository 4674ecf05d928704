package dev.checkrail.read.haproxy;

import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;

/** Configurations of tests. */
final class Text {
  private Text() {}

  static Reading read(String config) {
    return read(config, Map.of());
  }

  static Reading read(String config, Map<String, String> environment) {
    return ParseHaproxy.parse(
        List.of(SourceFile.of("t.cfg", config)), Target.debian12(environment));
  }

  /** The only directive of a frontend. */
  static Directive directive(String line) {
    return read("frontend f\n" + line + "\n")
        .tree()
        .sections()
        .findFirst()
        .orElseThrow()
        .directives()
        .getFirst();
  }

  static List<String> values(List<Word> words) {
    return words.stream().map(Word::value).toList();
  }

  static List<String> problems(Reading reading) {
    return reading.problems().stream()
        .map(p -> p + p.fix().map(f -> " -> " + f).orElse(""))
        .toList();
  }
}
