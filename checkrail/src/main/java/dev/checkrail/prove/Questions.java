package dev.checkrail.prove;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.Language;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Questions about the rules themselves: which can fire, what is left over. */
final class Questions {
  private static final Values UNSAFE =
      new Values.Texts(Language.anyOf(List.of("POST", "PATCH", "CONNECT"), false));

  private final Work work;
  private final Work.Side side;
  private final Answers answers;
  private final Diagrams diagrams;

  Questions(Work work, Work.Side side, Answers answers) {
    this.work = work;
    this.side = side;
    this.answers = answers;
    this.diagrams = work.universe.diagrams;
  }

  /** Formulas that only questions ask. */
  static List<Formula> roots(Tester tester) {
    return List.of(unsafe(tester));
  }

  /** Methods that must not simply be sent a second time. */
  static Formula unsafe(Tester tester) {
    return tester.formulas().test(Field.METHOD, UNSAFE);
  }

  void all() {
    Map<Frontend, List<Dispatch>> byFrontend = new LinkedHashMap<>();
    side.dispatches()
        .forEach(
            d -> byFrontend.computeIfAbsent(d.program.frontend(), f -> new ArrayList<>()).add(d));
    byFrontend.forEach(this::frontend);
    poolRules();
  }

  private void frontend(Frontend frontend, List<Dispatch> dispatches) {
    deadRules(frontend, dispatches);
    first(dispatches, this::noDefault);
    first(dispatches, this::rewriteBeforeMatch);
    first(dispatches, this::strays);
  }

  /** The listeners of a frontend mostly show the same: the first that does is enough. */
  private void first(List<Dispatch> dispatches, Predicate<Dispatch> question) {
    for (Dispatch dispatch : dispatches) {
      if (question.test(dispatch) && answers.oneIsEnough()) {
        return;
      }
    }
  }

  // Dead rules.

  /** What is known of one rule over all listeners of its frontend. */
  private static final class Life {
    boolean fires;
    boolean hasOwn;
    RuleSet.Phase phase = RuleSet.Phase.DEFAULT;
    final List<Program.Entry> covering = new ArrayList<>();
    final Map<Dispatch, Integer> own = new LinkedHashMap<>();
    Optional<Request> witness = Optional.empty();
  }

  private void deadRules(Frontend frontend, List<Dispatch> dispatches) {
    Map<Rule, Life> lives = new LinkedHashMap<>();
    for (Dispatch dispatch : dispatches) {
      live(dispatch.program.entries(), dispatch.deciding, Diagrams.TRUE, dispatch, lives);
    }
    report(lives, "frontend " + frontend.name());
  }

  private void live(
      List<Program.Entry> entries,
      int deciding,
      int arriving,
      Dispatch dispatch,
      Map<Rule, Life> lives) {
    boolean[] reached = new boolean[entries.size()];
    for (int leaf : diagrams.leaves(deciding)) {
      if (leaf >= 0 && leaf < reached.length) {
        reached[leaf] = true;
      }
    }
    Map<Rule, Life> here = new LinkedHashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      Program.Entry entry = entries.get(i);
      if (entry.rule().isPresent()) {
        Life life = here.computeIfAbsent(entry.rule().get(), r -> new Life());
        life.phase = entry.phase();
        life.fires |= reached[i];
      }
    }
    for (Program.Entry entry : entries) {
      if (entry.rule().isEmpty() || here.get(entry.rule().get()) == null) {
        continue;
      }
      Life life = here.get(entry.rule().get());
      if (life == null || life.fires || life.hasOwn) {
        continue;
      }
      int own = diagrams.and(arriving, work.universe.encode(entry.own()));
      if (own != Diagrams.FALSE) {
        life.hasOwn = true;
        life.own.put(dispatch, own);
        // Not apply: beside the own requests that would walk all of the rules, for each rule.
        int marked = diagrams.ite(own, deciding, diagrams.terminal(-1));
        for (int leaf : diagrams.leaves(marked)) {
          if (leaf >= 0) {
            life.covering.add(entries.get(leaf));
          }
        }
        life.witness = Optional.of(work.witness(own, dispatch));
      }
    }
    here.forEach((rule, life) -> {
      Life all = lives.computeIfAbsent(rule, r -> new Life());
      all.phase = life.phase;
      all.fires |= life.fires;
      all.hasOwn |= life.hasOwn;
      life.own.forEach((where, own) -> all.own.merge(where, own, diagrams::or));
      if (all.covering.isEmpty()) {
        all.covering.addAll(life.covering);
        all.witness = life.witness;
      }
    });
  }

  private void report(Map<Rule, Life> lives, String section) {
    lives.forEach((rule, life) -> {
      if (life.fires || life.phase == RuleSet.Phase.DEFAULT) {
        return;
      }
      String subject = section + " / " + Subjects.of(rule, life.phase);
      if (!life.hasOwn) {
        answers.add(
            Finding.of(
                RuleId.ROUTE_NEVER_MATCHES,
                Stage.PROVE,
                subject,
                rule.span(),
                "no request fulfils the condition of \"" + rule.text() + "\""));
        return;
      }
      Finding finding =
          Finding.of(
                  RuleId.ROUTE_SHADOWED_RULE,
                  Stage.PROVE,
                  subject,
                  rule.span(),
                  "\""
                      + rule.text()
                      + "\" never acts: all of its requests are taken before by "
                      + named(life.covering))
              .withFix("move it before " + firstPlace(life.covering) + ", or remove it");
      answers.add(life.witness.map(finding::withWitness).orElse(finding));
      Prove.Question question = new Prove.Question(RuleId.ROUTE_SHADOWED_RULE, subject);
      life.own.forEach((where, own) -> answers.concerns(question, where, own));
    });
  }

  private static String named(List<Program.Entry> covering) {
    List<String> names = new ArrayList<>();
    for (Program.Entry entry : covering) {
      String name =
          entry
              .rule()
              .map(rule -> "\"" + rule.text() + "\" (line " + rule.span().line() + ")")
              .orElse("the end of the rules");
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names.size() <= 3
        ? String.join(" and ", names)
        : String.join(", ", names.subList(0, 3)) + " and " + (names.size() - 3) + " more";
  }

  private static String firstPlace(List<Program.Entry> covering) {
    return covering.isEmpty() ? "them" : "line " + covering.getFirst().span().line();
  }

  /** Rules of pools: dead whoever comes, or dead for all that come. */
  private void poolRules() {
    Map<String, Map<Rule, Life>> byPool = new LinkedHashMap<>();
    for (Dispatch dispatch : side.dispatches()) {
      for (Program.PoolProgram pool : dispatch.program.pools().values()) {
        if (pool.entries().size() == 1) {
          continue;
        }
        int arriving = Diagrams.FALSE;
        for (int i = 0; i < dispatch.program.entries().size(); i++) {
          if (dispatch.program.entries().get(i).ending() instanceof Ending.ToPool to
              && to.pool().name().equals(pool.pool().name())) {
            arriving = diagrams.or(arriving, dispatch.decided(i));
          }
        }
        List<Integer> guards = new ArrayList<>();
        for (Program.Entry entry : pool.entries().subList(0, pool.entries().size() - 1)) {
          guards.add(work.universe.encode(entry.guard()));
        }
        int rest = Chain.of(guards, diagrams);
        int deciding = diagrams.ite(arriving, rest, diagrams.terminal(pool.entries().size() + 1));
        live(
            pool.entries(),
            deciding,
            arriving,
            dispatch,
            byPool.computeIfAbsent(pool.pool().name(), n -> new LinkedHashMap<>()));
      }
    }
    byPool.forEach((name, lives) -> report(lives, "backend " + name));
  }

  // Totality.

  private boolean noDefault(Dispatch dispatch) {
    Program program = dispatch.program;
    boolean routes =
        program.entries().stream().anyMatch(entry -> entry.ending() instanceof Ending.ToPool);
    if (!routes) {
      return false;
    }
    int left = dispatch.decided(program.entries().size() - 1);
    if (program.frontend().mode() == Mode.HTTP) {
      left = diagrams.and(left, work.universe.encode(work.sets.regular()));
    }
    String subject = "frontend " + program.frontend().name();
    return answers.decide(
        left,
        dispatch,
        RuleId.ROUTE_NO_DEFAULT,
        subject,
        witness ->
            Finding.of(
                    RuleId.ROUTE_NO_DEFAULT,
                    Stage.PROVE,
                    subject,
                    program.frontend().span(),
                    "requests that no rule takes are "
                        + (program.frontend().mode() == Mode.HTTP ? "answered 503" : "closed")
                        + ": there is no default_backend")
                .withWitness(witness)
                .withFix("add a default_backend, or a rule that answers what is not expected"));
  }

  private boolean rewriteBeforeMatch(Dispatch dispatch) {
    Program program = dispatch.program;
    if (program.entries().stream().allMatch(entry -> entry.untouched().isEmpty())) {
      return false;
    }
    List<Integer> guards = new ArrayList<>();
    for (Program.Entry entry : program.entries().subList(0, program.entries().size() - 1)) {
      guards.add(work.universe.encode(entry.untouched().orElse(entry.guard())));
    }
    int plain = Chain.of(guards, diagrams);
    int differs =
        diagrams.apply(
            plain,
            dispatch.deciding,
            (a, b) ->
                program.entries().get(a).ending().equals(program.entries().get(b).ending())
                    ? 0
                    : 1);
    if (differs == Diagrams.FALSE) {
      return false;
    }
    Set<String> looked = new HashSet<>();
    int both = diagrams.ite(differs, dispatch.deciding, diagrams.terminal(-1));
    int others = diagrams.ite(differs, plain, diagrams.terminal(-1));
    for (int node : new int[] {both, others}) {
      for (int leaf : diagrams.leaves(node)) {
        if (leaf >= 0) {
          program.entries().get(leaf).rule().ifPresent(rule -> Touched.by(rule.when(), looked));
        }
      }
    }
    Program.Rewrite first = null;
    for (Program.Rewrite rewrite : program.rewrites()) {
      int concerned = diagrams.and(differs, work.universe.encode(rewrite.guard()));
      if (concerned != Diagrams.FALSE && Touched.any(rewrite.rule().then(), looked)) {
        first = rewrite;
        differs = concerned;
        break;
      }
    }
    if (first == null) {
      return false;
    }
    Program.Rewrite rewrite = first;
    String subject =
        "frontend "
            + program.frontend().name()
            + " / "
            + Subjects.of(rewrite.rule(), RuleSet.Phase.REQUEST);
    return answers.decide(
        differs,
        dispatch,
        RuleId.ROUTE_REWRITE_BEFORE_MATCH,
        subject,
        witness ->
            Finding.of(
                    RuleId.ROUTE_REWRITE_BEFORE_MATCH,
                    Stage.PROVE,
                    subject,
                    rewrite.rule().span(),
                    "\""
                        + rewrite.rule().text()
                        + "\" changes what later rules see: some requests are decided by another"
                        + " rule than what the client sent would be")
                .withWitness(witness)
                .withFix("rewrite in the pool, or match the rewritten form"));
  }

  // Computed names.

  private boolean strays(Dispatch dispatch) {
    boolean any = false;
    for (Program.Stray stray : dispatch.program.strays()) {
      String subject =
          "frontend "
              + dispatch.program.frontend().name()
              + " / "
              + Subjects.of(stray.rule(), RuleSet.Phase.SWITCH);
      any |=
          answers.decide(
              work.universe.encode(stray.guard()),
              dispatch,
              RuleId.ROUTE_UNKNOWN_POOL,
              subject,
              witness ->
                  Finding.of(
                          RuleId.ROUTE_UNKNOWN_POOL,
                          Stage.PROVE,
                          subject,
                          stray.place(),
                          "\""
                              + stray.rule().text()
                              + "\" can name the pool \""
                              + stray.name()
                              + "\", which does not exist: such requests go to the default")
                      .withWitness(witness));
    }
    return any;
  }

  static Span place(Program.Entry entry) {
    return entry.rule().map(Rule::span).orElse(entry.span());
  }
}
