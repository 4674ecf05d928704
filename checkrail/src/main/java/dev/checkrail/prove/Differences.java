package dev.checkrail.prove;

import dev.checkrail.model.Server;
import dev.checkrail.prove.set.Language;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For which requests do two ways differ? Differently answered, differently sent on, or other
 * servers [what people call a move]. Names of pools and servers are labels and do not count.
 */
final class Differences {
  private static final double SHARE = 0.05;

  private final Formulas formulas;
  private final Terms terms;
  private final Tester tester;
  private final Map<Long, Formula> memo = new HashMap<>();
  private final Map<String, Values> exact = new HashMap<>();

  Differences(Tester tester) {
    this.formulas = tester.formulas();
    this.terms = tester.terms();
    this.tester = tester;
  }

  Formula of(Dispatch.Leaf old, Dispatch.Leaf now) {
    return of(old.ending(), old.pool(), now.ending(), now.pool());
  }

  Formula of(
      Ending old,
      Optional<Program.PoolProgram> oldPool,
      Ending now,
      Optional<Program.PoolProgram> nowPool) {
    return switch (old) {
      case Ending.Answer a ->
          now instanceof Ending.Answer b
              ? formulas.constant(a.status() != b.status() || !a.body().equals(b.body()))
              : other(old, now);
      case Ending.Closed a -> now instanceof Ending.Closed ? formulas.none : other(old, now);
      case Ending.Redirected a ->
          now instanceof Ending.Redirected b
              ? a.status() != b.status() ? formulas.all : terms(a.location(), b.location())
              : other(old, now);
      case Ending.Unclear a ->
          now instanceof Ending.Unclear b && a.blame().text().equals(b.blame().text())
              ? formulas.none
              : unknown(a.blame());
      case Ending.ToPool a -> throw new IllegalStateException("a pool's rules were not followed");
      case Ending.ToServers a ->
          now instanceof Ending.ToServers b ? servers(a, oldPool, b, nowPool) : other(old, now);
    };
  }

  private Formula other(Ending old, Ending now) {
    return now instanceof Ending.Unclear unclear ? unknown(unclear.blame()) : formulas.all;
  }

  Formula unknown(Blame blame) {
    return formulas.unknown(
        "differs by " + blame.text(), Optional.empty(), blame.span(), blame.text(), blame.reason());
  }

  private Formula servers(
      Ending.ToServers old,
      Optional<Program.PoolProgram> oldPool,
      Ending.ToServers now,
      Optional<Program.PoolProgram> nowPool) {
    if (moved(shares(old), shares(now))) {
      return formulas.all;
    }
    Formula unsure =
        old.unsure().map(Blame::text).equals(now.unsure().map(Blame::text))
            ? formulas.none
            : unknown(now.unsure().or(old::unsure).orElseThrow());
    if (oldPool.isEmpty() || nowPool.isEmpty()) {
      return unsure;
    }
    return formulas.or(unsure, sent(oldPool.get().sent(), nowPool.get().sent()));
  }

  private static Map<String, Double> shares(Ending.ToServers to) {
    Map<String, Double> shares = new TreeMap<>();
    for (int i = 0; i < to.servers().size(); i++) {
      Server server = to.servers().get(i);
      shares.merge(server.key(), to.shares().get(i), Double::sum);
    }
    return shares;
  }

  private static boolean moved(Map<String, Double> old, Map<String, Double> now) {
    TreeSet<String> all = new TreeSet<>(old.keySet());
    all.addAll(now.keySet());
    for (String key : all) {
      double a = old.getOrDefault(key, 0.0);
      double b = now.getOrDefault(key, 0.0);
      if (differ(a, b)) {
        return true;
      }
    }
    return false;
  }

  /** A server that enters or leaves, a share that differs by more than 0.05 or doubles. */
  static boolean differ(double a, double b) {
    if ((a > 0) != (b > 0)) {
      return true;
    }
    double small = Math.min(a, b);
    double large = Math.max(a, b);
    return large - small > SHARE + 1e-9 || (small > 0 && large >= 2 * small);
  }

  /** For which requests something else is sent on. */
  Formula sent(Program.Sent old, Program.Sent now) {
    Formula result =
        formulas.or(terms(old.method(), now.method()), terms(old.target(), now.target()));
    if (!old.wide().equals(now.wide())) {
      // Which headers a client sends is open: any request can have one of those names.
      return formulas.all;
    }
    TreeSet<String> names = new TreeSet<>(old.headers().keySet());
    names.addAll(now.headers().keySet());
    for (String name : names) {
      result = formulas.or(result, terms(old.header(name), now.header(name)));
    }
    return result;
  }

  /** For which requests two terms differ. */
  Formula terms(Term a, Term b) {
    if (a == b) {
      return formulas.none;
    }
    long key = (long) Math.min(a.id(), b.id()) << 32 | Math.max(a.id(), b.id());
    Formula known = memo.get(key);
    if (known == null) {
      known = different(a, b);
      memo.put(key, known);
    }
    return known;
  }

  private Formula different(Term a, Term b) {
    if (a instanceof Term.Choice choice) {
      return choice(choice, b);
    }
    if (b instanceof Term.Choice choice) {
      return choice(choice, a);
    }
    if (a instanceof Term.Nothing) {
      return tester.present(b, NOBODY);
    }
    if (b instanceof Term.Nothing) {
      return tester.present(a, NOBODY);
    }
    if (a instanceof Term.Constant constant) {
      return constant(constant, b);
    }
    if (b instanceof Term.Constant constant) {
      return constant(constant, a);
    }
    if (a instanceof Term.Unknown unknown) {
      return unknown(unknown.why());
    }
    if (b instanceof Term.Unknown unknown) {
      return unknown(unknown.why());
    }
    if (a instanceof Term.OrEmpty one && b instanceof Term.OrEmpty two) {
      return terms(one.part(), two.part());
    }
    if (a instanceof Term.Joined one && b instanceof Term.Joined two) {
      return joined(one.parts(), two.parts());
    }
    // Two different functions of the request: taken as different wherever one has a value.
    return formulas.or(tester.present(a, NOBODY), tester.present(b, NOBODY));
  }

  private static final Blame NOBODY =
      new Blame(Span.startOf("?"), "what is sent on", "it is not followed");

  private Formula choice(Term.Choice choice, Term other) {
    return formulas.or(
        formulas.and(choice.when(), terms(choice.then(), other)),
        formulas.and(formulas.not(choice.when()), terms(choice.otherwise(), other)));
  }

  private Formula constant(Term.Constant constant, Term other) {
    if (other instanceof Term.Constant second) {
      return formulas.constant(!constant.value().asText().equals(second.value().asText()));
    }
    Values same =
        exact.computeIfAbsent(
            constant.value().asText(), text -> new Values.Texts(Language.exact(text)));
    return formulas.not(tester.test(other, same, NOBODY));
  }

  /** Equal parts at both ends are left away. */
  private Formula joined(List<Term> a, List<Term> b) {
    int from = 0;
    while (from < a.size() && from < b.size() && a.get(from) == b.get(from)) {
      from++;
    }
    int endA = a.size();
    int endB = b.size();
    while (endA > from && endB > from && a.get(endA - 1) == b.get(endB - 1)) {
      endA--;
      endB--;
    }
    if (endA - from == endB - from && endA - from > 1) {
      // Part by part: where no part differs the whole does not.
      List<Formula> parts = new ArrayList<>();
      for (int i = from; i < endA; i++) {
        parts.add(terms(a.get(i), b.get(i)));
      }
      return formulas.or(parts);
    }
    if (from == 0 && endA == a.size() && endB == b.size()) {
      return formulas.all;
    }
    return terms(terms.joined(a.subList(from, endA)), terms.joined(b.subList(from, endB)));
  }
}
