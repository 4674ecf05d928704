package dev.checkrail.prove.set;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AtomsTest {
  @Test
  void wordsShareAnAtomExactlyIfTheyPassTheSameTests() {
    List<String> words = LanguageTest.wordsUpTo(6);
    for (long seed = 1; seed <= 250; seed++) {
      Random random = new Random(seed);
      Language universe =
          switch (random.nextInt(3)) {
            case 0 -> Language.all();
            case 1 -> Language.prefix("/");
            default -> Language.manyOf(ByteSet.of("aB"));
          };
      List<Language> tests = new ArrayList<>();
      Atoms.Builder builder = Atoms.of(universe);
      for (int i = random.nextInt(12); i > 0; i--) {
        Language test = test(random);
        tests.add(test);
        assertThat(builder.test(test)).isEqualTo(tests.size() - 1);
      }
      Atoms atoms = builder.build();
      assertThat(atoms.leftOut()).isEmpty();
      Map<List<Boolean>, Integer> atomOf = new HashMap<>();
      Map<Integer, List<Boolean>> testsOf = new HashMap<>();
      for (String word : words) {
        Optional<Integer> atom = atoms.atomOf(word);
        assertThat(atom.isPresent()).isEqualTo(universe.contains(word));
        if (atom.isEmpty()) {
          continue;
        }
        List<Boolean> passes = tests.stream().map(t -> t.contains(word)).toList();
        for (int t = 0; t < tests.size(); t++) {
          assertThat(atoms.atomsOf(t).contains(atom.get()))
              .as("seed %d, test %d, word %s", seed, t, word)
              .isEqualTo(passes.get(t));
        }
        assertThat(atomOf.computeIfAbsent(passes, p -> atom.get())).isEqualTo(atom.get());
        assertThat(testsOf.computeIfAbsent(atom.get(), a -> passes)).isEqualTo(passes);
      }
      Language all = Language.none();
      for (int a = 0; a < atoms.count(); a++) {
        String word = atoms.word(a, Preferences.PLAIN);
        assertThat(atoms.atomOf(word)).contains(a);
        Language of = atoms.language(AtomSet.of(a));
        assertThat(of.contains(word)).isTrue();
        all = all.union(of);
      }
      assertThat(all).isEqualTo(universe);
    }
  }

  @Test
  void aPrefixTestIsOneInterval() {
    Atoms.Builder builder = Atoms.of(Language.prefix("/"));
    List<String> prefixes = List.of("/api", "/api/v1", "/a", "/static", "/api/v1/pay", "/zz");
    prefixes.forEach(p -> builder.test(Language.prefix(p)));
    for (int i = 0; i < 50; i++) {
      builder.test(Language.exact("/api/v1/x" + i));
    }
    builder.test(Language.suffix(".png"));
    Atoms atoms = builder.build();
    for (int t = 0; t < prefixes.size(); t++) {
      assertThat(atoms.atomsOf(t).intervals()).as(prefixes.get(t)).isEqualTo(1);
    }
  }

  @Test
  void anExplodingTestIsLeftOutAndTheOthersStayExact() {
    Atoms.Builder builder = Atoms.of(Language.all()).combiningWithin(new Budget(2000));
    int exact = builder.test(Language.exact("/a"));
    List<Integer> bad = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      // The n-th letter from the end, for several letters: their combination is exponential.
      bad.add(
          builder.test(
              Language.sequence(
                  Language.all(), Language.oneOf(ByteSet.of('a' + i)), Language.length(7, 7))));
    }
    int regex = builder.test(Language.containing("x"));
    Atoms atoms = builder.build();
    assertThat(atoms.leftOut()).isNotEmpty().isSubsetOf(bad);
    assertThat(atoms.isLeftOut(exact)).isFalse();
    assertThat(atoms.isLeftOut(regex)).isFalse();
    assertThat(atoms.atomsOf(exact).contains(atoms.atomOf("/a").orElseThrow())).isTrue();
    assertThat(atoms.atomsOf(regex).contains(atoms.atomOf("/axa").orElseThrow())).isTrue();
  }

  private static Language test(Random random) {
    String text = LanguageTest.wordsUpTo(3).get(random.nextInt(40));
    boolean fold = random.nextBoolean();
    List<String> one = List.of(text);
    return switch (random.nextInt(7)) {
      case 0, 1 -> Language.anyOf(one, fold);
      case 2, 3 -> Language.anyPrefix(one, fold);
      case 4 -> Language.anySuffix(one, fold);
      case 5 -> Language.anyContaining(one, fold);
      default -> Language.anyPrefix(one, fold).complement().minus(Language.suffix("B"));
    };
  }
}
