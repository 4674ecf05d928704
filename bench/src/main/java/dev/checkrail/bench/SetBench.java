package dev.checkrail.bench;

import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.Atoms;
import dev.checkrail.prove.set.Budget;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.prove.set.Language;
import dev.checkrail.prove.set.Pattern;
import dev.checkrail.prove.set.Preferences;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;

/** Prints how the constructions grow from 1,000 to 10,000 tests and rules; not a test. */
final class SetBench {
  private SetBench() {}

  public static void main(String[] arguments) {
    for (int round = 0; round < 3; round++) {
      System.out.println("round " + (round + 1));
      for (int n : new int[] {1_000, 10_000}) {
        atoms("exact hosts", n, Language.all(), i -> Language.exact(host(i)));
        atoms("exact hosts, any case", n, hosts(), i -> Language.exactIgnoringCase(host(i)));
        atoms("path prefixes", n, Language.prefix("/"), i -> Language.prefix(path(i)));
        atoms("domain suffixes", n, hosts(), i -> Language.suffix("." + host(i)));
        atoms(
            "hosts and suffixes",
            n,
            hosts(),
            i ->
                i % 2 == 0
                    ? Language.exact(host(i))
                    : Language.anySuffix(List.of("." + host(i)), true));
        atoms(
            "regexes ^prefix[^/]+/x",
            n,
            Language.prefix("/"),
            i -> PatternSource.of("^" + path(i) + "/[^/]+/x"));
        if (n == 1000) {
          atoms(
              "regexes ^p.*\\.png$",
              50,
              Language.prefix("/"),
              i -> PatternSource.of("^" + path(i) + ".*\\.p" + i + "$"));
        }
        anyOf(n);
        chain(n);
      }
    }
  }

  private static final class PatternSource {
    static Language of(String regex) {
      return Pattern.parse(regex, false) instanceof Pattern.Regular regular
          ? regular.pattern().language(Budget.STANDARD)
          : Language.none();
    }
  }

  private static Language hosts() {
    return Language.manyOf(ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of(".-:")));
  }

  private static String host(int i) {
    Random random = new Random(i);
    return "svc-%d.team%d.%s.example.com"
        .formatted(i, random.nextInt(100), Integer.toString(random.nextInt(1 << 20), 36));
  }

  private static String path(int i) {
    Random random = new Random(i);
    return "/api/v%d/%s/resource-%d"
        .formatted(random.nextInt(3), Integer.toString(random.nextInt(5000), 36), i);
  }

  private static void atoms(String what, int n, Language universe, IntFunction<Language> test) {
    long start = System.nanoTime();
    Atoms.Builder builder = Atoms.of(universe);
    for (int i = 0; i < n; i++) {
      builder.test(test.apply(i));
    }
    Atoms atoms = builder.build();
    report(
        "atoms of " + what,
        n,
        start,
        atoms.count()
            + " atoms, "
            + atoms.states()
            + " states, left out "
            + atoms.leftOut().size());
  }

  private static void anyOf(int n) {
    long start = System.nanoTime();
    List<String> words = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      words.add(host(i));
    }
    Language exact = Language.anyOf(words, true);
    Language suffix = Language.anySuffix(words, true);
    int states = exact.minus(suffix).union(exact).states();
    report("algebra on lists", n, start, states + " states minimal");
  }

  private static void chain(int n) {
    long start = System.nanoTime();
    Atoms.Builder hosts = Atoms.of(hosts());
    Atoms.Builder paths = Atoms.of(Language.prefix("/"));
    Random random = new Random(5);
    int[] host = new int[n];
    int[] path = new int[n];
    for (int i = 0; i < n; i++) {
      host[i] = hosts.test(Language.exactIgnoringCase(host(random.nextInt(n / 4))));
      path[i] = paths.test(Language.prefix(path(random.nextInt(n))));
    }
    Atoms hostAtoms = hosts.build();
    Atoms pathAtoms = paths.build();
    report("atoms of both fields", n, start, hostAtoms.count() + " + " + pathAtoms.count());
    start = System.nanoTime();
    Diagrams diagrams = new Diagrams();
    FieldEncoding hostField = diagrams.field(hostAtoms.count());
    FieldEncoding pathField = diagrams.field(pathAtoms.count());
    FieldEncoding method = diagrams.field(8);
    int chain = diagrams.terminal(n);
    for (int i = n - 1; i >= 0; i--) {
      int guard =
          diagrams.and(
              diagrams.in(hostField, hostAtoms.atomsOf(host[i])),
              diagrams.in(pathField, pathAtoms.atomsOf(path[i])));
      if (i % 3 == 0) {
        guard = diagrams.and(guard, diagrams.in(method, AtomSet.of(i % 8)));
      }
      chain = diagrams.ite(guard, diagrams.terminal(i), chain);
    }
    report(
        "chain host+path+method", n, start, diagrams.size(chain) + " nodes of " + diagrams.nodes());
    start = System.nanoTime();
    Diagrams.Regions regions = diagrams.regions(chain);
    int dead = 0;
    for (int i = 0; i < n; i++) {
      int region = regions.of(i);
      if (region == Diagrams.FALSE) {
        dead++;
      } else {
        int[] picked = diagrams.pick(region, List.of());
        if (diagrams.leafAt(chain, picked) != i) {
          throw new IllegalStateException("wrong pick");
        }
      }
    }
    report("region and pick of each rule", n, start, dead + " dead rules");
    start = System.nanoTime();
    int or = Diagrams.FALSE;
    int firing = 0;
    for (int i = 0; i < n; i++) {
      int guard =
          diagrams.and(
              diagrams.in(hostField, hostAtoms.atomsOf(host[i])),
              diagrams.in(pathField, pathAtoms.atomsOf(path[i])));
      firing += diagrams.isInside(guard, or) ? 0 : 1;
      or = diagrams.or(or, guard);
    }
    report("first-match shadow check", n, start, firing + " can fire");
    start = System.nanoTime();
    Preferences preferences = Preferences.PLAIN.beginningWith("/");
    int length = 0;
    for (int a = 0; a < Math.min(20, pathAtoms.count()); a++) {
      length += pathAtoms.word(a, preferences).length();
    }
    report("20 witness words", n, start, length + " bytes");
  }

  private static void report(String what, int n, long start, String result) {
    System.out.printf(
        Locale.ROOT,
        "%-32s %6d  %8.1f ms  %s%n",
        what,
        n,
        (System.nanoTime() - start) / 1e6,
        result);
  }
}
