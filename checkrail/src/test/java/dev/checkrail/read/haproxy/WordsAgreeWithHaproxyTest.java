package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.SourceFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random lines of quotes, escapes and variables, cut by us and by the installed binary. A {@code
 * .notice} line makes HAProxy print its first word, or complain about the second.
 */
class WordsAgreeWithHaproxyTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("A", "one", "LIST", "p q  r", "EMPTY", "", "Q", "it's \"x\" \\", "SPACES", " s ");

  private static final String[] PIECES = {
    "a",
    "b",
    "Z9",
    " ",
    " ",
    "\t",
    "\"",
    "\"",
    "'",
    "'",
    "\\",
    "\\ ",
    "\\\"",
    "\\'",
    "\\\\",
    "\\#",
    "\\n",
    "\\t",
    "\\x41",
    "\\x7e",
    "\\x4",
    "#",
    "$A",
    "${A}",
    "${LIST[*]}",
    "${LIST}",
    "${NONE-d e}",
    "${NONE}",
    "${EMPTY}",
    "${EMPTY-x}",
    "$Q",
    "${SPACES[*]}",
    "$",
    "${",
    "}",
    "\\$",
    "\\$A",
    "$1",
    "${A",
    "{",
    "}",
    "-",
    "\u00e9",
    "\u0001",
    "\u007f",
    ",",
    "(",
    ")",
    "%[path]",
    "${.LINE}",
    "${.SECTION}",
    "\r",
    "\u000b",
    "\"$A\"",
    "\"${LIST[*]}\"",
    "\"${NONE-x}\"",
    "\"\"",
    "''",
    "\"${LIST[*]-no}\"",
    "\"${A[x]}\""
  };

  private static final Pattern NOTICE =
      Pattern.compile("(?s)parsing \\[[^\\]]*t\\.cfg:(\\d+)\\]: '(.*?)'\\.\n");
  private static final Pattern EXTRA =
      Pattern.compile(
          "(?s)parsing \\[[^\\]]*t\\.cfg:(\\d+)\\]: Unexpected argument '(.*?)' for '\\.notice'");
  private static final Pattern ANY = Pattern.compile("parsing \\[[^\\]]*t\\.cfg:(\\d+)\\]");

  @TempDir Path folder;

  @Test
  void randomLinesAreCutIntoTheSameWords() {
    RealHaproxy.assumeInstalled();
    long seed = Long.getLong("checkrail.seed", 20240818L);
    Random random = new Random(seed);
    int compared = 0;
    for (int batch = 0; batch < 40; batch++) {
      StringBuilder config = new StringBuilder("#" + " ".repeat(3) + "\nglobal\n");
      // A long first line, so that the line buffer has grown before any default is met.
      config.append("log-tag ").append("x".repeat(3000)).append('\n');
      int lines = 0;
      while (lines < 45) {
        StringBuilder line = new StringBuilder(".notice ");
        int pieces = 1 + random.nextInt(7);
        for (int i = 0; i < pieces; i++) {
          line.append(PIECES[random.nextInt(PIECES.length)]);
        }
        config.append(line).append('\n');
        lines++;
      }
      compared += compare(config.toString(), "seed " + seed + ", batch " + batch);
    }
    assertThat(compared).as("lines that were cut into words").isGreaterThan(400);
  }

  private int compare(String config, String what) {
    RealHaproxy.Answer answer = RealHaproxy.check(folder, config, ENVIRONMENT);
    Map<Integer, String> theirs = theirs(answer.text());
    Map<Integer, String> ours = ours(config);
    String[] lines = config.split("\n", -1);
    for (int number = 4; number < lines.length; number++) {
      assertThat(ours.getOrDefault(number, "nothing"))
          .as("%s, line %d: <%s>%n%s", what, number, lines[number - 1], answer.text())
          .isEqualTo(theirs.getOrDefault(number, "nothing"));
    }
    return (int) theirs.values().stream().filter(t -> !t.equals("error")).count();
  }

  private static Map<Integer, String> theirs(String text) {
    Map<Integer, String> said = new TreeMap<>();
    Matcher any = ANY.matcher(text);
    while (any.find()) {
      said.put(Integer.valueOf(any.group(1)), "error");
    }
    Matcher extra = EXTRA.matcher(text);
    while (extra.find()) {
      said.put(Integer.valueOf(extra.group(1)), "second " + extra.group(2));
    }
    Matcher notice = NOTICE.matcher(text);
    while (notice.find()) {
      int line = Integer.parseInt(notice.group(1));
      if (said.get(line).equals("error")) {
        said.put(line, "first " + notice.group(2));
      }
    }
    return said;
  }

  private static Map<Integer, String> ours(String config) {
    Reading reading =
        ParseHaproxy.parse(
            List.of(SourceFile.of("t.cfg", config.getBytes(StandardCharsets.ISO_8859_1))),
            Target.debian12(ENVIRONMENT));
    Map<Integer, String> said = new TreeMap<>();
    List<Integer> broken = new ArrayList<>();
    for (Problem problem : reading.problems()) {
      if (problem.severity() == Severity.ERROR
          && !problem.message().contains("takes one message")) {
        broken.add(problem.span().line());
        said.put(problem.span().line(), "error");
      }
    }
    for (Line line : reading.tree().files().getFirst().lines()) {
      if (line.kind() == Line.Kind.MESSAGE && !broken.contains(line.number())) {
        List<Word> words = line.words();
        boolean second = words.size() > 2 && !words.get(2).value().isEmpty();
        said.put(
            line.number(),
            second
                ? "second " + words.get(2).value()
                : "first " + (words.size() > 1 ? words.get(1).value() : ""));
      }
    }
    return said;
  }
}
