package dev.checkrail.prove;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.policy.HostPattern;
import dev.checkrail.policy.PathGlob;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RequestSet;
import dev.checkrail.prove.set.ByteSet;
import dev.checkrail.prove.set.Language;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The policy's sets of requests as formulas over what the client sent. */
final class RequestSets {
  private static final ByteSet VISIBLE = ByteSet.range(0x21, 0x7e);
  private static final Language NAME =
      Language.manyOf(ByteSet.LETTERS.or(ByteSet.DIGITS).or(ByteSet.of("-_")))
          .minus(Language.emptyWord());
  private static final Language PORT =
      Language.exact(":").concat(Language.manyOf(ByteSet.DIGITS)).optional();
  private static final Language DOT = Language.exact(".").optional();

  /** One name or address, optional trailing dot, optional port. */
  private static final Language HOST =
      Language.sequence(NAME, Language.exact(".").concat(NAME).star(), DOT)
          .union(
              Language.sequence(
                  Language.exact("["),
                  Language.manyOf(ByteSet.DIGITS.or(ByteSet.of("abcdefABCDEF:."))),
                  Language.exact("]")))
          .concat(PORT);

  private static final Values REGULAR_HOST = new Values.Texts(HOST);
  private static final Values REGULAR_PATH =
      new Values.Texts(
          Language.exact("/").concat(Language.manyOf(VISIBLE.minus(ByteSet.of("#?")))));
  private static final Values REGULAR_QUERY =
      new Values.Texts(Language.manyOf(VISIBLE.minus(ByteSet.of("#"))));

  private final Formulas formulas;
  private final Tester tester;
  private final Policy policy;
  private final Map<Object, Values> made = new HashMap<>();

  RequestSets(Tester tester, Policy policy) {
    this.formulas = tester.formulas();
    this.tester = tester;
    this.policy = policy;
  }

  /** Well-formed requests. */
  Formula regular() {
    return formulas.and(
        formulas.test(Field.PATH, REGULAR_PATH),
        formulas.or(
            formulas.not(formulas.present(Field.HOST)), formulas.test(Field.HOST, REGULAR_HOST)),
        formulas.or(
            formulas.not(formulas.present(Field.QUERY)),
            formulas.test(Field.QUERY, REGULAR_QUERY)));
  }

  /** The requests of a service on a listener; none if there is no such service. */
  Formula service(String name, Frontend frontend, Listener listener) {
    return policy
        .service(name)
        .map(service -> of(service.requests(), frontend, listener))
        .orElse(formulas.none);
  }

  /** The requests of a set on a listener. */
  Formula of(RequestSet set, Frontend frontend, Listener listener) {
    List<Formula> parts = new ArrayList<>();
    for (RequestSet.Part part : set.parts()) {
      parts.add(
          switch (part) {
            case RequestSet.Named named -> service(named.service(), frontend, listener);
            case RequestSet.Clause clause -> clause(clause, frontend, listener);
          });
    }
    return formulas.or(parts);
  }

  private Formula clause(RequestSet.Clause clause, Frontend frontend, Listener listener) {
    if (!clause.listeners().isEmpty()
        && clause.listeners().stream()
            .noneMatch(name -> name.equals(frontend.name()) || name.equals(listener.key()))) {
      return formulas.none;
    }
    List<Formula> all = new ArrayList<>();
    if (!clause.paths().isEmpty()) {
      all.add(
          formulas.test(
              Field.PATH,
              made.computeIfAbsent(clause.paths(), p -> new Values.Texts(paths(clause.paths())))));
    }
    if (!clause.hosts().isEmpty()) {
      all.add(
          formulas.test(
              Field.HOST,
              made.computeIfAbsent(clause.hosts(), h -> new Values.Texts(hosts(clause.hosts())))));
    }
    if (!clause.methods().isEmpty()) {
      all.add(
          formulas.test(
              Field.METHOD,
              made.computeIfAbsent(
                  clause.methods(),
                  m -> new Values.Texts(Language.anyOf(clause.methods(), false)))));
    }
    for (RequestSet.HeaderTest test : clause.headers()) {
      all.add(header(test));
    }
    all.add(sources(clause.from()));
    for (RequestSet.Named except : clause.except()) {
      all.add(formulas.not(service(except.service(), frontend, listener)));
    }
    if (!clause.irregular()) {
      all.add(regular());
    }
    return formulas.and(all);
  }

  private Formula sources(RequestSet.Sources sources) {
    Formula inside =
        sources.in().isEmpty()
            ? formulas.all
            : formulas.test(
                Field.SOURCE,
                made.computeIfAbsent(
                    List.of("in", sources.in()),
                    i -> Addresses.in(sources.in())));
    Formula outside =
        sources.out().isEmpty()
            ? formulas.none
            : formulas.test(
                Field.SOURCE,
                made.computeIfAbsent(
                    List.of("in", sources.out()),
                    i -> Addresses.in(sources.out())));
    return formulas.minus(inside, outside);
  }

  private Formula header(RequestSet.HeaderTest test) {
    Term raw = tester.terms().original(Field.header(test.name()));
    Blame blame = new Blame(Span.startOf("policy"), test.name(), "");
    return switch (test) {
      case RequestSet.HeaderPresent present -> tester.present(raw, blame);
      case RequestSet.HeaderAbsent absent -> formulas.not(tester.present(raw, blame));
      case RequestSet.HeaderIs is ->
          tester.test(
              tester.terms().stepped(Pick.any(Pick.From.LINES, ""), raw),
              made.computeIfAbsent(
                  List.of("header", is.values()),
                  v -> new Values.Texts(Language.anyOf(is.values(), false))),
              blame);
    };
  }

  private static Language paths(List<PathGlob> globs) {
    Language notSlash = Language.manyOf(ByteSet.of('/').not());
    Language slash = Language.exact("/");
    List<Language> all = new ArrayList<>();
    for (PathGlob glob : globs) {
      List<Language> steps = new ArrayList<>();
      for (PathGlob.Step step : glob.steps()) {
        steps.add(
            switch (step) {
              case PathGlob.Literal literal -> Language.exact("/" + literal.segment());
              case PathGlob.Segment segment -> slash.concat(notSlash.minus(Language.emptyWord()));
              case PathGlob.Depth depth -> slash.concat(notSlash).star();
            });
      }
      all.add(Language.sequence(steps.toArray(Language[]::new)));
    }
    return Language.union(all);
  }

  /** Compared without case, port and one trailing dot. */
  static Language hosts(List<HostPattern> patterns) {
    List<Language> all = new ArrayList<>();
    for (HostPattern pattern : patterns) {
      Language name =
          pattern.under()
              ? Language.sequence(
                  Language.all().minus(Language.emptyWord()),
                  Language.exact("."),
                  Language.exactIgnoringCase(pattern.name()))
              : Language.exactIgnoringCase(pattern.name());
      all.add(Language.sequence(name, DOT, PORT));
    }
    return Language.union(all);
  }
}
