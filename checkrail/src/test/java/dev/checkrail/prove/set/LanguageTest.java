package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class LanguageTest {
  private static final String LETTERS = "aB/";
  private static final List<String> WORDS = wordsUpTo(5);

  /** A language together with its membership by definition, on short words. */
  private record Case(Language language, Predicate<String> member, String how) {}

  @Test
  void theAlgebraAgreesWithTheDefinitionOfEachOperation() {
    for (long seed = 1; seed <= 400; seed++) {
      Random random = new Random(seed);
      Case made = random(random, 3);
      Set<String> expected = new HashSet<>();
      for (String word : WORDS) {
        if (made.member.test(word)) {
          expected.add(word);
        }
      }
      for (String word : WORDS) {
        assertThat(made.language.contains(word))
            .as("seed %d: %s on \"%s\"", seed, made.how, word)
            .isEqualTo(expected.contains(word));
      }
      Optional<String> witness = made.language.word();
      if (witness.isPresent()) {
        assertThat(made.language.contains(witness.get())).as("seed %d", seed).isTrue();
      } else {
        assertThat(expected).as("seed %d", seed).isEmpty();
      }
      if (!expected.isEmpty()) {
        int shortest = expected.stream().mapToInt(String::length).min().orElseThrow();
        assertThat(made.language.word().orElseThrow().length())
            .as("seed %d", seed)
            .isLessThanOrEqualTo(shortest);
      }
    }
  }

  @Test
  void subsetAndEqualityAgreeWithTheDefinition() {
    for (long seed = 1; seed <= 400; seed++) {
      Random random = new Random(seed);
      Language a = random(random, 2).language;
      Language b = random(random, 2).language;
      assertThat(a.isSubsetOf(b)).as("seed %d", seed).isEqualTo(a.minus(b).isEmpty());
      assertThat(a.equals(b))
          .as("seed %d", seed)
          .isEqualTo(a.minus(b).isEmpty() && b.minus(a).isEmpty());
      assertThat(a.union(b))
          .as("seed %d", seed)
          .isEqualTo(b.union(a))
          .hasSameHashCodeAs(b.union(a));
      assertThat(a.complement().complement()).as("seed %d", seed).isEqualTo(a);
      assertThat(a.union(b).minus(b)).as("seed %d", seed).isEqualTo(a.minus(b));
    }
  }

  @Test
  void factorsSplitEveryWordInExactlyTheRightWays() {
    for (long seed = 1; seed <= 150; seed++) {
      Language whole = random(new Random(seed), 2).language;
      List<Language.Factor> all = whole.factors();
      List<Language.Factor> first = whole.splitAtFirst(ByteSet.of("/"));
      for (String word : wordsUpTo(4)) {
        for (int i = 0; i <= word.length(); i++) {
          String x = word.substring(0, i);
          String y = word.substring(i);
          assertThat(all.stream().anyMatch(f -> f.left().contains(x) && f.right().contains(y)))
              .as("seed %d: %s + %s", seed, x, y)
              .isEqualTo(whole.contains(word));
          boolean atFirst = !x.contains("/") && y.startsWith("/");
          assertThat(first.stream().anyMatch(f -> f.left().contains(x) && f.right().contains(y)))
              .as("seed %d: %s + %s", seed, x, y)
              .isEqualTo(atFirst && whole.contains(word));
        }
      }
    }
  }

  @Test
  void fieldsAndWordsAreCutOutAsTheirLoopsDo() {
    ByteSet slash = ByteSet.of("/");
    for (long seed = 1; seed <= 60; seed++) {
      Language inner = random(new Random(seed), 1).language;
      for (int number : new int[] {1, 2, 3, -1, -2}) {
        Language field = Slices.field(number, slash, inner);
        Language word = Slices.word(number, slash, inner);
        for (String text : WORDS) {
          String[] fields = text.split("/", -1);
          int f = number > 0 ? number - 1 : fields.length + number;
          boolean inField = f >= 0 && f < fields.length && inner.contains(fields[f]);
          assertThat(field.contains(text))
              .as("seed %d field %d of %s", seed, number, text)
              .isEqualTo(inField);
          List<String> words = new ArrayList<>();
          for (String piece : fields) {
            if (!piece.isEmpty()) {
              words.add(piece);
            }
          }
          int w = number > 0 ? number - 1 : words.size() + number;
          String found = w >= 0 && w < words.size() ? words.get(w) : "";
          assertThat(word.contains(text))
              .as("seed %d word %d of %s", seed, number, text)
              .isEqualTo(inner.contains(found));
        }
      }
    }
  }

  @Test
  void integersAreTheirDecimalTexts() {
    Random random = new Random(7);
    for (int i = 0; i < 120; i++) {
      int min = random.nextInt(2600) - 1300;
      int max = min + random.nextInt(1500);
      Language plain = Language.integers(min, max, false, false);
      Language loose = Language.integers(min, max, true, true);
      for (int n = -3000; n <= 3000; n += 1 + random.nextInt(3)) {
        boolean inside = n >= min && n <= max;
        assertThat(plain.contains(Integer.toString(n)))
            .as("%d in %d..%d", n, min, max)
            .isEqualTo(inside);
        String zeros = (n < 0 ? "-" : random.nextBoolean() ? "+" : "") + "00" + Math.abs(n);
        assertThat(loose.contains(zeros)).as("%s in %d..%d", zeros, min, max).isEqualTo(inside);
        assertThat(plain.contains(zeros)).as(zeros).isFalse();
      }
    }
    assertThat(
            Language.integers(Long.MIN_VALUE, Long.MAX_VALUE, false, false)
                .contains("-9223372036854775808"))
        .isTrue();
    assertThat(
            Language.integers(Long.MIN_VALUE, Long.MAX_VALUE, false, false)
                .contains("-9223372036854775809"))
        .isFalse();
  }

  @Test
  void aTransducerIsUndoneExactly() {
    // "/old" at the beginning becomes "/new/"; what follows is copied; other texts are outside.
    Transducer.Builder builder = Transducer.builder();
    int start = builder.state();
    int one = builder.state();
    int rest = builder.state();
    Transducer machine =
        builder
            .write(start, ByteSet.of("/"), one, "/B")
            .write(one, ByteSet.of("a"), rest, "")
            .copy(rest, ByteSet.ALL, rest, "")
            .end(rest, "a")
            .build();
    for (long seed = 1; seed <= 100; seed++) {
      Language target = random(new Random(seed), 2).language;
      Language before = machine.preimage(target);
      for (String word : WORDS) {
        boolean expected = word.startsWith("/a") && target.contains("/B" + word.substring(2) + "a");
        assertThat(before.contains(word)).as("seed %d: %s", seed, word).isEqualTo(expected);
      }
    }
    assertThat(machine.domain()).isEqualTo(Language.prefix("/a"));
  }

  @Test
  void aWitnessComesFromTheDictionaryFirstThenFromLettersThenIsShortest() {
    Language paths = Language.prefix("/v1/").minus(Language.exact("/v1/"));
    assertThat(paths.word(Preferences.of(List.of("/v2/x", "/v1/payments"))))
        .contains("/v1/payments");
    assertThat(paths.word()).contains("/v1/a");
    assertThat(Language.lengthAtLeast(3).word()).contains("aaa");
    assertThat(Language.oneOf(ByteSet.of("-\u0001")).union(Language.exact("\u0001")).word())
        .contains("-");
    assertThat(
            Language.oneOf(ByteSet.of("\u0001")).union(Language.exact("long-but-printable")).word())
        .contains("long-but-printable");
    assertThat(Language.containing("x").word(Preferences.PLAIN.beginningWith("/"))).contains("/x");
    assertThat(Language.none().word()).isEqualTo(Optional.empty());
  }

  @Test
  void anExplosionIsRefusedAndNotAttempted() {
    Language nthFromTheEnd =
        Language.all()
            .concat(Language.exact("a"))
            .concat(Language.length(15, 15))
            .within(new Budget(1000));
    assertThat(nthFromTheEnd.states()).isPositive();
    assertThatThrownBy(() ->
            Language.all()
                .within(new Budget(1000))
                .concat(Language.exact("a"))
                .concat(Language.length(40, 40)))
        .isInstanceOf(BudgetExceeded.class)
        .hasMessageContaining("more than");
  }

  @Test
  void aStringThatIsNotBytesIsRefused() {
    assertThatThrownBy(() -> Language.exact("€"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("U+20AC");
  }

  static List<String> wordsUpTo(int length) {
    List<String> words = new ArrayList<>(List.of(""));
    for (int i = 0; i < words.size() && words.get(i).length() < length; i++) {
      for (char c : LETTERS.toCharArray()) {
        words.add(words.get(i) + c);
      }
    }
    return words;
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static Case random(Random random, int depth) {
    if (depth == 0 || random.nextInt(6) == 0) {
      List<String> some = List.of(text(random, 3), text(random, 3), text(random, 2));
      boolean fold = random.nextBoolean();
      Predicate<String> any;
      return switch (random.nextInt(7)) {
        case 0 ->
            new Case(
                Language.anyOf(some, fold),
                w -> some.stream().anyMatch(s -> fold ? lower(s).equals(lower(w)) : s.equals(w)),
                "anyOf" + some + fold);
        case 1 ->
            new Case(
                Language.anyPrefix(some, fold),
                w ->
                    some.stream()
                        .anyMatch(s -> fold ? lower(w).startsWith(lower(s)) : w.startsWith(s)),
                "prefix" + some + fold);
        case 2 ->
            new Case(
                Language.anySuffix(some, fold),
                w ->
                    some.stream().anyMatch(s -> fold ? lower(w).endsWith(lower(s)) : w.endsWith(s)),
                "suffix" + some + fold);
        case 3 ->
            new Case(
                Language.anyContaining(some, fold),
                w ->
                    some.stream().anyMatch(s -> fold ? lower(w).contains(lower(s)) : w.contains(s)),
                "containing" + some + fold);
        case 4 -> {
          ByteSet set = ByteSet.of(text(random, 2));
          any = w -> w.chars().allMatch(set::contains);
          yield new Case(Language.manyOf(set), any, "many" + set);
        }
        case 5 -> {
          int from = random.nextInt(3);
          int to = from + random.nextInt(3);
          yield new Case(
              Language.length(from, to), w -> w.length() >= from && w.length() <= to, "length");
        }
        default ->
            random.nextBoolean()
                ? new Case(Language.all(), w -> true, "all")
                : new Case(Language.none(), w -> false, "none");
      };
    }
    Case a = random(random, depth - 1);
    switch (random.nextInt(13)) {
      case 0 -> {
        return new Case(a.language.complement(), w -> !a.member.test(w), "not(" + a.how + ")");
      }
      case 1 -> {
        return new Case(a.language.star(), w -> star(a.member, w), "star(" + a.how + ")");
      }
      case 2 -> {
        int least = random.nextInt(3);
        int most = least + random.nextInt(3);
        return new Case(
            a.language.repeat(least, most),
            w -> repeats(a.member, w, least, most),
            "repeat(" + a.how + least + most + ")");
      }
      case 3 -> {
        String text = text(random, 2);
        return new Case(
            a.language.afterPrefix(text), w -> a.member.test(text + w), "after" + text + a.how);
      }
      case 4 -> {
        String text = text(random, 2);
        return new Case(
            a.language.beforeSuffix(text), w -> a.member.test(w + text), "before" + text + a.how);
      }
      case 5 -> {
        return new Case(
            a.language.beforeLowerCase(), w -> a.member.test(lower(w)), "lower(" + a.how + ")");
      }
      case 6 -> {
        return new Case(
            a.language.ignoringCase(),
            w -> spellings(w).stream().anyMatch(a.member),
            "fold(" + a.how + ")");
      }
      default -> {}
    }
    Case b = random(random, depth - 1);
    return switch (random.nextInt(4)) {
      case 0 ->
          new Case(
              a.language.union(b.language),
              w -> a.member.test(w) || b.member.test(w),
              "(" + a.how + " or " + b.how + ")");
      case 1 ->
          new Case(
              a.language.intersect(b.language),
              w -> a.member.test(w) && b.member.test(w),
              "(" + a.how + " and " + b.how + ")");
      case 2 ->
          new Case(
              a.language.minus(b.language),
              w -> a.member.test(w) && !b.member.test(w),
              "(" + a.how + " minus " + b.how + ")");
      default ->
          new Case(
              a.language.concat(b.language),
              w -> {
                for (int i = 0; i <= w.length(); i++) {
                  if (a.member.test(w.substring(0, i)) && b.member.test(w.substring(i))) {
                    return true;
                  }
                }
                return false;
              },
              "(" + a.how + " then " + b.how + ")");
    };
  }

  private static boolean star(Predicate<String> member, String word) {
    if (word.isEmpty()) {
      return true;
    }
    for (int i = 1; i <= word.length(); i++) {
      if (member.test(word.substring(0, i)) && star(member, word.substring(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean repeats(Predicate<String> member, String word, int least, int most) {
    if (least == 0 && word.isEmpty()) {
      return true;
    }
    if (most == 0) {
      return false;
    }
    for (int i = 0; i <= word.length(); i++) {
      if (member.test(word.substring(0, i))
          && repeats(member, word.substring(i), Math.max(0, least - 1), most - 1)) {
        return true;
      }
    }
    return false;
  }

  /** All spellings with other cases: letters here are a and B, so both cases of each. */
  private static List<String> spellings(String word) {
    List<String> result = List.of("");
    for (char c : word.toCharArray()) {
      List<String> longer = new ArrayList<>();
      for (String s : result) {
        longer.add(s + c);
        char other = (char) ByteSet.swapCase(c);
        if (other != c) {
          longer.add(s + other);
        }
      }
      result = longer;
    }
    return result;
  }
}
