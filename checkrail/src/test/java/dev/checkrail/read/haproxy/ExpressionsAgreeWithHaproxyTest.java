package dev.checkrail.read.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random criteria and log formats, judged by us and by the installed binary. We never refuse what
 * it takes, and refuse what it refuses for its syntax (it also checks values that are not ours to
 * know).
 */
class ExpressionsAgreeWithHaproxyTest {
  private static final Registry REGISTRY = Registry.haproxy26();
  private static final Pattern LINE = Pattern.compile("parsing \\[[^\\]]*t\\.cfg:(\\d+)\\](.*)");
  private static final Pattern OURS_TO_SEE =
      Pattern.compile(
          "unknown (fetch method|converter)|missing comma|cannot be applied|matching method"
              + "|expected '\\)'|missing closing|not a valid ACL option|missing fetch"
              + "|expected '\\]'|missing '\\]'|no such format variable|truncated line"
              + "|unexpected variable name|does not support any args|missing arguments");

  @TempDir Path folder;

  private final Random random = new Random(Long.getLong("checkrail.seed", 20240818L));

  @Test
  void randomCriteriaAreJudgedAlike() {
    RealHaproxy.assumeInstalled();
    int accepted = 0;
    for (int batch = 0; batch < 60; batch++) {
      StringBuilder config = new StringBuilder("frontend f\n mode http\n");
      for (int i = 0; i < 40; i++) {
        config.append(" acl a").append(i).append(' ').append(criterion()).append('\n');
      }
      accepted += compare(config.toString());
    }
    assertThat(accepted).as("accepted criteria").isGreaterThan(200);
  }

  @Test
  void randomFormatsAreJudgedAlike() {
    RealHaproxy.assumeInstalled();
    int accepted = 0;
    // One in a file: HAProxy stops at the first rule that it refuses.
    for (int i = 0; i < 250; i++) {
      accepted +=
          compare("frontend f\n mode http\n http-request set-header X '" + format() + "'\n");
    }
    assertThat(accepted).as("accepted formats").isGreaterThan(50);
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String criterion() {
    StringBuilder text = new StringBuilder();
    text.append(
        pick(
            pick(REGISTRY.words(Registry.Group.ACL)),
            pick(REGISTRY.words(Registry.Group.FETCH)),
            pick(
                "path",
                "req.hdr(host)",
                "src",
                "method",
                "var(txn.x)",
                "hdr(a,1)",
                "pth",
                "path(",
                "path()")));
    if (random.nextInt(4) == 0) {
      text.append(pick("()", "(a)", "(1)", "(a,b)", "(a,1)", "(", "(a", "('a b')", "(a\\,b)"));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append(converter());
    }
    if (random.nextInt(3) == 0) {
      text.append(' ')
          .append(
              pick(
                  "-m str",
                  "-m reg",
                  "-m beg",
                  "-m int",
                  "-m ip",
                  "-m found",
                  "-m bool",
                  "-m len",
                  "-m dom",
                  "-m bin",
                  "-m xyz",
                  "-i",
                  "-n",
                  "--",
                  "-x",
                  "-m"));
    }
    text.append(' ').append(pick("1", "1", "lower", "10.0.0.1", "", "GET", "length"));
    return text.toString();
  }

  private String converter() {
    return pick(",", ",,", ", ", "")
        + pick(
            pick(REGISTRY.words(Registry.Group.CONVERTER)),
            pick(
                "lower",
                "upper",
                "length",
                "field(1,/)",
                "word(1,/)",
                "bytes(1,2)",
                "regsub(a,b,g)",
                "url_dec",
                "lowr",
                ""))
        + pick("", "", "(1)", "(a)", "(1,b)", "()");
  }

  private String format() {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      text.append(
          pick(
              "a",
              " ",
              "%%",
              "%",
              "%ci",
              "%[path]",
              "%[path,lower]",
              "%[path,lower",
              "%[",
              "%{+Q}r",
              "%{+Q}",
              "%{+Q}o",
              "%{",
              "%xx",
              "%1",
              "% ",
              "%-",
              "]",
              "%[req.hdr(a)]",
              "%[req.hdr(a),field(1,:)]",
              "%[pth]",
              "%HM",
              "%{-Q}[src]",
              "%%%"));
    }
    return text.toString();
  }

  /** Names HAProxy looks up at the end, so it does not where there are errors already. */
  private static final String NAMES = ".*a value of type '(server|user list)' is missing here";

  private int compare(String config) {
    String answer = RealHaproxy.check(folder, config, Map.of()).text();
    Map<Integer, String> theirs = new TreeMap<>();
    Matcher line = LINE.matcher(answer);
    while (line.find()) {
      int number = Integer.parseInt(line.group(1));
      int start = answer.lastIndexOf('\n', line.start()) + 1;
      if (answer.startsWith("[ALERT]", start)) {
        theirs.merge(number, line.group(2), String::concat);
      }
    }
    Map<Integer, List<Problem>> ours = ours(config);
    String[] lines = config.split("\n", -1);
    int accepted = 0;
    for (int number = 3; number < lines.length; number++) {
      String complaint = theirs.get(number);
      List<Problem> problems = ours.getOrDefault(number, List.of());
      String what = "<" + lines[number - 1] + "> HAProxy: " + complaint + ", we: " + problems;
      if (complaint == null) {
        accepted++;
        assertThat(problems).as(what).allMatch(problem -> problem.message().matches(NAMES));
      } else if (OURS_TO_SEE.matcher(complaint).find()) {
        assertThat(problems).as(what).isNotEmpty();
      }
    }
    return accepted;
  }

  private static Map<Integer, List<Problem>> ours(String config) {
    Map<Integer, List<Problem>> problems = new HashMap<>();
    Reading reading = Text.read(config);
    reading
        .tree()
        .sections()
        .flatMap(Section::activeDirectives)
        .forEach(d -> {
          List<Problem> found = new ArrayList<>();
          if (d.is("acl")) {
            found.addAll(ParseAcl.acl(d).problems());
          } else if (d.is("http-request")) {
            found.addAll(ParseFormat.parse(d.args().get(2)).problems());
          }
          found.removeIf(p -> p.severity() != Severity.ERROR);
          problems.put(d.line().number(), found);
        });
    return problems;
  }
}
