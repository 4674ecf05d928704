package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class PatternTest {
  private static final String[] PIECES = {
    "a",
    "b",
    "B",
    "_",
    ".",
    "\\n",
    "\\d",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "[ab]",
    "[^a]",
    "[a-c_]",
    "[[:alpha:]]",
    "[[:^upper:]-]",
    "[]a]",
    "[^]a\\n]",
    "[\\w.-]",
    "\\.",
    "\\x41",
    "\\x{62}",
    "\\101",
    "\\Qa.b\\E",
    "\\h",
    "\\v",
    "\\R",
    "\\N",
    "\\t",
    "-",
    "/",
    "\\/",
    "[\\x61-\\x63]",
    "[\\b]",
    "\\e",
    "(?#note)",
    "[[:punct:]]",
    "[+--]",
    "\\cA",
    "{",
    "{a",
    "a{,2}"
  };
  private static final String[] PLACES = {
    "^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B", "(?m)", "(?i)", "(?s)", "(?-i)", "(?x) "
  };
  private static final String[] QUANTIFIERS = {
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2}",
    "{1,2}",
    "{0,3}?",
    "{2,}",
    "*+",
    "++",
    "?+",
    "{0}",
    "{1,2}{2}"
  };
  private static final String SUBJECT_BYTES = "aabbABc_.-/ \n\n\r\t1{}\u0001\u00e9\u0085";

  @Test
  void whatIsFoundAgreesWithPcre2() {
    Pcre2 pcre = Pcre2.ifPresent().orElse(null);
    Assumptions.assumeTrue(pcre != null, "libpcre2-8 is not installed");
    int regular = 0;
    for (long seed = 1; seed <= 8000; seed++) {
      Random random = new Random(seed);
      String regex = regex(random, 3);
      boolean ignoreCase = random.nextInt(4) == 0;
      Pattern.Parsed parsed = Pattern.parse(regex, ignoreCase);
      try (Pcre2.Code code = pcre.compile(regex, ignoreCase, true).orElse(null)) {
        String at = "seed " + seed + " regex " + shown(regex) + " " + parsed;
        if (code == null) {
          assertThat(parsed).as(at).isNotInstanceOf(Pattern.Regular.class);
          continue;
        }
        assertThat(parsed).as(at).isNotInstanceOf(Pattern.Malformed.class);
        if (!(parsed instanceof Pattern.Regular read)) {
          continue;
        }
        Language language = read.pattern().language(Budget.STANDARD);
        regular++;
        for (int i = 0; i < 60; i++) {
          String subject = subject(random);
          assertThat(language.contains(subject))
              .as(at + " on " + shown(subject))
              .isEqualTo(code.finds(subject));
        }
        Optional<String> word = language.word();
        word.ifPresent(w -> assertThat(code.finds(w)).as(at + " on " + shown(w)).isTrue());
        Optional<String> miss = language.complement().word();
        miss.ifPresent(w -> assertThat(code.finds(w)).as(at + " on " + shown(w)).isFalse());
      }
    }
    assertThat(regular).isGreaterThan(4000);
  }

  @Test
  void whatIsFoundAgreesWithJava() {
    String[] pieces = {"a", "b", ".", "\\d", "\\w", "[ab]", "[^a]", "\\.", "x", "\\n", "/"};
    for (long seed = 1; seed <= 1500; seed++) {
      Random random = new Random(seed);
      StringBuilder regex = new StringBuilder(random.nextInt(3) == 0 ? "^" : "");
      for (int i = random.nextInt(6); i >= 0; i--) {
        String piece = pieces[random.nextInt(pieces.length)];
        regex.append(random.nextInt(4) == 0 ? "(" + piece + "|b)" : piece);
        regex.append(
            random.nextInt(3) == 0 ? List.of("*", "+", "?", "{1,3}").get(random.nextInt(4)) : "");
      }
      regex.append(random.nextInt(3) == 0 ? "$" : "").append(random.nextInt(5) == 0 ? "\\b" : "");
      java.util.regex.Pattern reference =
          java.util.regex.Pattern.compile(regex.toString(), java.util.regex.Pattern.UNIX_LINES);
      Language language = language(regex.toString());
      for (int i = 0; i < 40; i++) {
        StringBuilder subject = new StringBuilder();
        for (int n = random.nextInt(7); n > 0; n--) {
          subject.append("aabx1/.\n".charAt(random.nextInt(8)));
        }
        assertThat(language.contains(subject.toString()))
            .as("seed %d: %s on %s", seed, regex, shown(subject.toString()))
            .isEqualTo(reference.matcher(subject).find());
      }
    }
  }

  @Test
  void anchorsAndSearchGiveTheSetsOnePictures() {
    assertThat(language("^/api\\z")).isEqualTo(Language.exact("/api"));
    assertThat(language("^/api$")).isEqualTo(Language.anyOf(List.of("/api", "/api\n"), false));
    assertThat(language("^/api")).isEqualTo(Language.prefix("/api"));
    assertThat(language("api")).isEqualTo(Language.containing("api"));
    assertThat(language("\\.png\\z")).isEqualTo(Language.suffix(".png"));
    assertThat(language("(?i)^GET\\z")).isEqualTo(Language.exactIgnoringCase("get"));
    assertThat(language("")).isEqualTo(Language.all());
    assertThat(language("a^")).isEqualTo(Language.none());
  }

  @Test
  void whatIsNotRegularSaysWhy() {
    assertThat(Pattern.parse("^/(?!admin)", false))
        .isEqualTo(new Pattern.Unsupported("look-around looks at bytes without consuming them", 2));
    assertThat(Pattern.parse("(a)\\1", false))
        .isEqualTo(new Pattern.Unsupported("a back-reference", 3));
    assertThat(Pattern.parse("(?>a|ab)c", false)).isInstanceOf(Pattern.Unsupported.class);
    assertThat(Pattern.parse("(?R)", false)).isInstanceOf(Pattern.Unsupported.class);
    assertThat(Pattern.parse("(a", false)).isInstanceOf(Pattern.Malformed.class);
    assertThat(Pattern.parse("*a", false)).isInstanceOf(Pattern.Malformed.class);
    assertThat(Pattern.parse("[b-a]", false)).isInstanceOf(Pattern.Malformed.class);
    assertThat(Pattern.parse("(".repeat(100_000), false)).isInstanceOf(Pattern.Malformed.class);
    assertThat(Pattern.parse("[^/]++/x", false)).isInstanceOf(Pattern.Regular.class);
  }

  @Test
  void nestedRepetitionMeetsTheBudget() {
    for (String hostile :
        List.of("(a{1,1000}){1,1000}", "((a{0,60000}){0,60000}){0,60000}", "a.{40}b.{40}c")) {
      Pattern.Parsed parsed = Pattern.parse(hostile, false);
      assertThat(parsed).isInstanceOf(Pattern.Regular.class);
      assertThatThrownBy(() -> ((Pattern.Regular) parsed).pattern().language(new Budget(20_000)))
          .as(hostile)
          .isInstanceOf(BudgetExceeded.class);
    }
  }

  static Language language(String regex) {
    return switch (Pattern.parse(regex, false)) {
      case Pattern.Regular regular -> regular.pattern().language(Budget.STANDARD);
      case Pattern.Unsupported no -> throw new AssertionError(regex + ": " + no);
      case Pattern.Malformed no -> throw new AssertionError(regex + ": " + no);
    };
  }

  private static String regex(Random random, int depth) {
    StringBuilder regex = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int kind = random.nextInt(12);
      if (kind < 2) {
        regex.append(PLACES[random.nextInt(PLACES.length)]);
        continue;
      }
      if (kind < 4 && depth > 0) {
        String[] opens = {
          "(", "(?:", "(?<n" + random.nextInt(1000000) + ">", "(?i:", "(?>", "(?s-i:"
        };
        regex.append(opens[random.nextInt(random.nextInt(4) == 0 ? opens.length : 2)]);
        regex.append(regex(random, depth - 1)).append(')');
      } else {
        regex.append(PIECES[random.nextInt(PIECES.length)]);
      }
      if (random.nextInt(3) == 0) {
        regex.append(QUANTIFIERS[random.nextInt(QUANTIFIERS.length)]);
      }
    }
    return random.nextInt(5) == 0 && depth > 0
        ? regex + "|" + regex(random, depth - 1)
        : regex.toString();
  }

  private static String subject(Random random) {
    StringBuilder subject = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      subject.append(SUBJECT_BYTES.charAt(random.nextInt(SUBJECT_BYTES.length())));
    }
    return subject.toString();
  }

  static String shown(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      shown.append(c < 32 || c > 126 ? "<%02x>".formatted((int) c) : String.valueOf(c));
    }
    return shown.append('"').toString();
  }
}
