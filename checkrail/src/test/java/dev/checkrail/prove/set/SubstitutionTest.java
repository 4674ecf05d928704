package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class SubstitutionTest {
  private record Example(String regex, String replacement) {}

  private static final List<Example> UNDONE =
      List.of(
          new Example("^/a(.*)$", "\\1"),
          new Example("^/a(.*)", "/b\\1"),
          new Example("^/([^/]+)/(.*)$", "\\1x\\2"),
          new Example("^/([^/]+)/(.*)$", "\\2"),
          new Example("^/a/", "/"),
          new Example("^/a", "/b\\0/c"),
          new Example("^(/b|)/(a+)\\z", "\\2"),
          new Example("^/(?:a|b)/([ab]*)", "-\\1-"),
          new Example("^(.*)$", "/b\\1"),
          new Example("^/a(.*?)/$", "\\x2f\\1\\\\"));

  @Test
  void thePreimageAgreesWithReplacingByPcre2() {
    Pcre2 pcre = Pcre2.ifPresent().orElse(null);
    Assumptions.assumeTrue(pcre != null, "libpcre2-8 is not installed");
    for (Example example : UNDONE) {
      for (Substitution.Scope scope : Substitution.Scope.values()) {
        Substitution substitution = of(example.regex, example.replacement, scope).orElseThrow();
        try (Pcre2.Code code = pcre.compile(example.regex, false, true).orElseThrow()) {
          for (long seed = 1; seed <= 25; seed++) {
            Random random = new Random(seed);
            Language target = target(random);
            Language before = substitution.preimage(target);
            for (int i = 0; i < 300; i++) {
              String text = text(random, 8);
              String after = replaced(code, text, example.replacement, scope);
              assertThat(before.contains(text))
                  .as(
                      "%s -> %s, seed %d: %s becomes %s",
                      example, scope, seed, PatternTest.shown(text), PatternTest.shown(after))
                  .isEqualTo(target.contains(after));
            }
          }
        }
      }
    }
  }

  @Test
  void whatIsAmbiguousOrOutOfOrderIsOpaque() {
    assertThat(of("^(a*)(a*)$", "\\2", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("^/(.*)/(.*)$", "\\1", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("^/(a)/(b)$", "\\2\\1", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("^/(a)$", "\\1\\1", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("^/(a)?(?:b(c))*$", "\\1", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("^/(a)$", "\\2", Substitution.Scope.WHOLE_VALUE)).isEmpty();
    assertThat(of("a", "b", Substitution.Scope.FIRST_MATCH)).isEmpty();
    assertThat(of("a", "b", Substitution.Scope.WHOLE_VALUE)).isPresent();
  }

  private static Optional<Substitution> of(
      String regex, String replacement, Substitution.Scope scope) {
    return Pattern.parse(regex, false) instanceof Pattern.Regular regular
        ? Substitution.of(regular.pattern(), replacement, scope, Budget.STANDARD)
        : Optional.empty();
  }

  private static Language target(Random random) {
    Language one =
        switch (random.nextInt(4)) {
          case 0 -> Language.prefix(text(random, 3));
          case 1 -> Language.suffix(text(random, 2));
          case 2 -> Language.containing(text(random, 2));
          default -> Language.length(random.nextInt(3), 3 + random.nextInt(3));
        };
    return random.nextBoolean() ? one : one.complement();
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "/" : "");
    for (int i = random.nextInt(most); i > 0; i--) {
      text.append("//aabbx-\n".charAt(random.nextInt(9)));
    }
    return text.toString();
  }

  /** What HAProxy's exp_replace does, by definition. */
  private static String replaced(
      Pcre2.Code code, String text, String replacement, Substitution.Scope scope) {
    long[] groups = code.groups(text).orElse(null);
    if (groups == null) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char e = replacement.charAt(++i);
      if (e >= '0' && e <= '9') {
        int g = 2 * (e - '0');
        if (g < groups.length && groups[g] >= 0) {
          out.append(text, (int) groups[g], (int) groups[g + 1]);
        }
      } else if (e == 'x') {
        out.append((char) Integer.parseInt(replacement.substring(i + 1, i + 3), 16));
        i += 2;
      } else {
        out.append(e);
      }
    }
    return scope == Substitution.Scope.WHOLE_VALUE
        ? out.toString()
        : text.substring(0, (int) groups[0]) + out + text.substring((int) groups[1]);
  }
}
