package dev.checkrail.prove;

import dev.checkrail.model.Action;
import dev.checkrail.model.Condition;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Converter;
import dev.checkrail.model.ErrorFile;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Match;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.model.Server;
import dev.checkrail.model.Template;
import dev.checkrail.prove.Program.Entry;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.prove.set.Language;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the rules of a listener symbolically: not for one request but for all. What the rules see is
 * a {@link State} of terms; what they decide is a first-match list of formulas.
 *
 * <p>A request that was decided by an earlier rule never comes to a later one. Therefore a rule's
 * guard need not exclude the earlier ones: in a first-match list the order does it, and what a
 * rewrite makes of requests that were decided before does not matter.
 */
final class Compile {
  private static final Values.Texts NOT_EMPTY =
      new Values.Texts(Language.all().minus(Language.emptyWord()));
  private static final Values.Texts MARKED = new Values.Texts(Language.containing("?"));
  private static final Values.Texts SLASH_AT_END = new Values.Texts(Language.suffix("/"));

  private final Configuration configuration;
  private final Frontend frontend;
  private final Listener listener;
  private final Formulas formulas;
  private final Terms terms;
  private final Tester tester;
  private final Matched matched;
  private final Fetching fetching;
  private final Map<String, Pool> poolsByName = new HashMap<>();

  private List<Entry> entries = new ArrayList<>();
  private final List<Program.Rewrite> rewrites = new ArrayList<>();
  private final List<Program.Stray> strays = new ArrayList<>();
  private final List<Formula> decided = new ArrayList<>();
  private int unknownLines;

  /** Requests that skip the rest of the running rule set. */
  private Formula skip;

  private boolean http;
  private Map<Condition, Formula> conditions = new IdentityHashMap<>();
  private int conditionsVersion = -1;

  private Compile(
      Configuration configuration,
      Frontend frontend,
      Listener listener,
      Tester tester,
      Matched matched) {
    this.configuration = configuration;
    this.frontend = frontend;
    this.listener = listener;
    this.formulas = tester.formulas();
    this.terms = tester.terms();
    this.tester = tester;
    this.matched = matched;
    this.skip = formulas.none;
    this.fetching = new Fetching(configuration, listener, tester, this::opaque);
    configuration.pools().forEach(pool -> poolsByName.putIfAbsent(pool.name(), pool));
  }

  /** The program of one listener of a frontend. */
  static Program listener(
      Configuration configuration,
      Frontend frontend,
      Listener listener,
      Tester tester,
      Matched matched) {
    return new Compile(configuration, frontend, listener, tester, matched).run();
  }

  /** The values of each match, made once: equal matches of both configurations share them. */
  static final class Matched {
    private final Map<Match, Optional<Values>> known = new HashMap<>();
    private final Map<Match, String> reasons = new HashMap<>();

    Optional<Values> of(Match match) {
      Optional<Values> values = known.get(match);
      if (values == null) {
        try {
          values = Optional.of(Matches.of(match));
        } catch (Inexact inexact) {
          reasons.put(match, inexact.reason());
          values = Optional.empty();
        } catch (BudgetExceeded tooLarge) {
          reasons.put(match, String.valueOf(tooLarge.getMessage()));
          values = Optional.empty();
        }
        known.put(match, values);
      }
      return values;
    }

    String reason(Match match) {
      return reasons.getOrDefault(match, "it is not followed");
    }
  }

  private Program run() {
    State state = new State(terms, formulas.none);
    boolean canParse = frontend.mode() == Mode.HTTP;
    for (RuleSet set : frontend.rules()) {
      http =
          canParse
              && set.phase() != RuleSet.Phase.CONNECTION
              && set.phase() != RuleSet.Phase.SESSION;
      ruleSet(set, state, Optional.empty());
    }
    entries.add(
        new Entry(
            formulas.all,
            failure(503, Optional.empty(), frontend.mode()),
            formulas.all,
            Optional.empty(),
            RuleSet.Phase.DEFAULT,
            frontend.span(),
            Optional.empty()));
    List<Entry> own = entries;
    List<Program.Rewrite> frontRewrites = List.copyOf(rewrites);
    Map<String, Program.PoolProgram> pools = new LinkedHashMap<>();
    List<Formula> before = List.copyOf(decided);
    // A listen section's rules have run already, however its servers are chosen.
    Set<String> here = new HashSet<>();
    for (Entry entry : own) {
      if (entry.rule().isPresent() && entry.rule().get().then() instanceof Action.RouteHere route) {
        here.add(route.pool());
      }
    }
    for (Entry entry : own) {
      if (entry.ending() instanceof Ending.ToPool to && !pools.containsKey(to.pool().name())) {
        decided.clear();
        decided.addAll(before);
        pools.put(to.pool().name(), pool(to.pool(), state.copy(), here.contains(to.pool().name())));
      }
    }
    Program program =
        new Program(frontend, listener, own, frontRewrites, strays, pools, formulas.none);
    return program.butUnclear(tester.unclear(program.asked()));
  }

  private Program.PoolProgram pool(Pool pool, State state, boolean here) {
    entries = new ArrayList<>();
    int lines = unknownLines;
    for (RuleSet set : pool.rules()) {
      if (here && set.phase() != RuleSet.Phase.SERVER) {
        continue;
      }
      http = pool.mode() == Mode.HTTP;
      ruleSet(set, state, Optional.of(pool));
    }
    Ending balanced = balanced(pool);
    if (!(balanced instanceof Ending.ToServers)) {
      boundByCookie(pool, state);
    }
    entries.add(
        new Entry(
            formulas.all,
            balanced,
            formulas.all,
            Optional.empty(),
            RuleSet.Phase.DEFAULT,
            pool.span(),
            Optional.empty()));
    unknownLines = lines;
    Blame blame = new Blame(pool.span(), pool.name(), "it is not followed");
    return new Program.PoolProgram(
        pool,
        entries,
        new Program.Sent(
            state.method,
            fetching.target(state, blame),
            state.touchedHeaders(),
            state.wideChanges(),
            state,
            state.noRetry));
  }

  // Rules.

  private void ruleSet(RuleSet set, State state, Optional<Pool> pool) {
    skip = formulas.none;
    for (Rule rule : set.rules()) {
      Formula own = condition(rule.when(), state);
      Formula guard = formulas.minus(own, skip);
      if (guard == formulas.none && !rule.then().decides()) {
        continue;
      }
      Optional<Formula> untouched = Optional.empty();
      if (state.rewritten && rule.then().decides()) {
        Formula plain = formulas.minus(conditionOnOriginal(rule.when(), state), skip);
        if (plain != guard) {
          untouched = Optional.of(plain);
        }
      }
      action(rule.then(), new At(rule, set.phase(), own, untouched, pool), guard, state);
    }
  }

  /** Where an action stands. */
  private record At(
      Rule rule,
      RuleSet.Phase phase,
      Formula own,
      Optional<Formula> untouched,
      Optional<Pool> pool) {}

  private void decide(At at, Formula guard, Ending ending) {
    entries.add(
        new Entry(
            guard,
            ending,
            at.own(),
            Optional.of(at.rule()),
            at.phase(),
            at.rule().span(),
            at.untouched()));
    decided.add(guard);
  }

  private void action(Action action, At at, Formula guard, State state) {
    switch (action) {
      case Action.Allow allow -> skip = formulas.or(skip, guard);
      case Action.Route route -> route(route.pool(), at, guard);
      case Action.RouteHere route -> route(route.pool(), at, guard);
      case Action.RouteByName byName -> routeByName(byName.name(), at, guard, state);
      case Action.UseServer use -> useServer(use.server(), at, guard, state);
      case Action.Respond respond -> decide(at, guard, answer(respond, at.pool()));
      case Action.Drop drop -> decide(at, guard, new Ending.Closed(Optional.empty()));
      case Action.Redirect redirect -> redirect(redirect, at, guard, state);
      case Action.SetTarget set -> {
        setTarget(set.part(), fetching.template(set.value(), state, http), guard, state, blame(at));
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.ReplaceTarget replace -> {
        replaceTarget(replace, at, guard, state);
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.SetMethod set -> {
        state.method =
            terms.choice(guard, fetching.template(set.method(), state, http), state.method);
        state.touched();
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.SetHeader set -> {
        Term value = fetching.template(set.value(), state, http);
        String name = lower(set.name());
        state.setHeader(name, terms.choice(guard, value, state.header(name)));
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.AddHeader add -> {
        Term value = fetching.template(add.value(), state, http);
        String name = lower(add.name());
        Term old = state.header(name);
        Term both =
            terms.choice(
                tester.present(old, blame(at)),
                terms.joined(List.of(old, terms.text("\n"), value)),
                value);
        state.setHeader(name, terms.choice(guard, both, old));
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.DeleteHeader delete -> {
        String text = lower(delete.name());
        if (delete.kind() == Match.Kind.EXACT) {
          state.setHeader(text, terms.choice(guard, terms.nothing, state.header(text)));
        } else {
          Language names = Matches.text(new Match.Text(delete.kind(), List.of(text), false));
          state.changeHeaders(
              "delete " + delete.kind() + " " + text + " " + guard.id(),
              names::contains,
              (name, old) -> terms.choice(guard, terms.nothing, old));
        }
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.DeleteHeaderRegex delete -> {
        Optional<Values> names = matched.of(new Match.Regex(List.of(delete.regex()), false));
        if (names.isPresent()) {
          Values set = names.get();
          state.changeHeaders(
              "delete " + delete.regex() + " " + guard.id(),
              name -> set.contains(new Value.Text(name)),
              (name, old) -> terms.choice(guard, terms.nothing, old));
        } else {
          havoc(at, guard, state, blame(at));
        }
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.ReplaceHeader replace -> {
        replaceHeader(replace, at, guard, state);
        rewrites.add(new Program.Rewrite(guard, at.rule(), entries.size()));
      }
      case Action.SetVariable set -> {
        Term value = fetching.sample(set.value(), state, http, false);
        Term old = state.variable(set.name());
        Formula there = formulas.and(guard, tester.present(value, blame(at)));
        state.setVariable(set.name(), terms.choice(there, value, old));
      }
      case Action.SetVariableText set -> {
        Term value = fetching.template(set.value(), state, http);
        state.setVariable(set.name(), terms.choice(guard, value, state.variable(set.name())));
      }
      case Action.UnsetVariable unset ->
          state.setVariable(
              unset.name(), terms.choice(guard, terms.nothing, state.variable(unset.name())));
      case Action.DisableRetry disable -> state.noRetry = formulas.or(state.noRetry, guard);
      case Action.NoEffect nothing -> {}
      case Action.Unknown unknown -> unknown(unknown, at, guard, state);
      case Action.Sequence sequence -> {
        for (Action part : sequence.actions()) {
          action(part, at, guard, state);
        }
      }
    }
  }

  private static Blame blame(At at) {
    return new Blame(at.rule().span(), at.rule().text(), "it is not followed");
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private void unknown(Action.Unknown unknown, At at, Formula guard, State state) {
    Blame blame = Blame.of(unknown.why());
    Set<Action.Effect> effects = unknown.effects();
    if (effects.contains(Action.Effect.ANSWER) || effects.contains(Action.Effect.ROUTE)) {
      Fetching.Opaque.Key key = opaque(state, "acts: " + unknown.why().text());
      Formula acts =
          formulas.unknown(
              key.text(), Optional.of(key.arrivals()), blame.span(), blame.text(), blame.reason());
      decide(at, formulas.and(guard, acts), new Ending.Unclear(blame));
    }
    if (effects.contains(Action.Effect.REWRITE)) {
      havoc(at, guard, state, blame);
    }
  }

  /** From here on everything that the rule could have written is unknown. */
  private void havoc(At at, Formula guard, State state, Blame blame) {
    Fetching.Opaque.Key key = opaque(state, "writes: " + at.rule().text());
    String text = key.text() + " @" + key.arrivals().id() + " ";
    state.method = terms.choice(guard, terms.unknown(text + "method", blame), state.method);
    state.path = terms.choice(guard, terms.unknown(text + "path", blame), state.path);
    state.query = terms.choice(guard, terms.unknown(text + "query", blame), state.query);
    state.changeHeaders(
        text + guard.id(),
        name -> true,
        (name, old) -> terms.choice(guard, terms.unknown(text + "header " + name, blame), old));
    state.changeVariables(
        (name, old) -> terms.choice(guard, terms.unknown(text + "var " + name, blame), old));
  }

  private Fetching.Opaque.Key opaque(State state, String text) {
    Formula arrivals = formulas.not(formulas.or(formulas.or(decided), skip));
    return new Fetching.Opaque.Key(
        "line " + unknownLines++ + ": " + text + " [" + state.signature() + "]", arrivals);
  }

  // Routing.

  private void route(String name, At at, Formula guard) {
    Pool pool = poolsByName.get(name);
    decide(
        at,
        guard,
        pool == null
            ? new Ending.Unclear(
                new Blame(at.rule().span(), at.rule().text(), "there is no pool " + name))
            : new Ending.ToPool(pool));
  }

  private void routeByName(Template template, At at, Formula guard, State state) {
    Term name = fetching.template(template, state, http);
    List<Formula> known = new ArrayList<>();
    if (name instanceof Term.Constant constant) {
      Pool pool = poolsByName.get(constant.value().asText());
      if (pool != null) {
        decide(at, guard, new Ending.ToPool(pool));
        return;
      }
    } else {
      for (Pool pool :
          poolsByName.values().stream().sorted(Comparator.comparing(Pool::name)).toList()) {
        Formula named = tester.test(name, exactly(pool.name()), blame(at));
        if (named != formulas.none) {
          Formula here = formulas.and(guard, named);
          decide(at, here, new Ending.ToPool(pool));
          known.add(named);
        }
      }
    }
    Map<String, Span> possible = new LinkedHashMap<>();
    names(name, "", at.rule().span(), possible);
    possible.forEach((text, place) -> {
      if (!text.isEmpty() && !poolsByName.containsKey(text)) {
        Formula named = formulas.and(guard, tester.test(name, exactly(text), blame(at)));
        if (named != formulas.none) {
          strays.add(new Program.Stray(named, at.rule(), text, place));
        }
      }
    });
    skip = formulas.or(skip, formulas.minus(guard, formulas.or(known)));
  }

  /** Names that a map or a constant can give; what is computed otherwise has no list of names. */
  private static void names(Term term, String prefix, Span place, Map<String, Span> found) {
    switch (term) {
      case Term.Constant constant -> found.putIfAbsent(prefix + constant.value().asText(), place);
      case Term.Choice choice -> {
        names(choice.then(), prefix, place, found);
        names(choice.otherwise(), prefix, place, found);
      }
      case Term.OrEmpty orEmpty -> names(orEmpty.part(), prefix, place, found);
      case Term.Stepped stepped -> {
        if (stepped.step() instanceof Conversion(Converter.Map map)) {
          map.table().entries().forEach(e -> found.putIfAbsent(prefix + e.value(), e.span()));
          map.otherwise().ifPresent(value -> found.putIfAbsent(prefix + value, place));
        }
      }
      case Term.Joined joined -> {
        if (joined.parts().size() == 2
            && joined.parts().getFirst() instanceof Term.Constant constant) {
          names(joined.parts().getLast(), prefix + constant.value().asText(), place, found);
        }
      }
      case Term.Nothing nothing -> {}
      case Term.Original original -> {}
      case Term.Unknown unknown -> {}
    }
  }

  private final Map<String, Values> exact = new HashMap<>();

  private Values exactly(String text) {
    return exact.computeIfAbsent(text, t -> new Values.Texts(Language.exact(t)));
  }

  private void useServer(Template template, At at, Formula guard, State state) {
    if (at.pool().isEmpty()) {
      return;
    }
    Pool pool = at.pool().get();
    Term name = fetching.template(template, state, http);
    if (name instanceof Term.Constant constant) {
      pool.servers().stream()
          .filter(server -> server.name().equals(constant.value().asText()))
          .filter(server -> !server.disabled())
          .findFirst()
          .ifPresent(server -> decide(at, guard, only(pool, server)));
      return;
    }
    List<Formula> known = new ArrayList<>();
    for (Server server : pool.servers()) {
      Formula named = tester.test(name, exactly(server.name()), blame(at));
      if (named != formulas.none) {
        known.add(named);
        if (!server.disabled()) {
          decide(at, formulas.and(guard, named), only(pool, server));
        }
      }
    }
    skip = formulas.or(skip, formulas.minus(guard, formulas.or(known)));
  }

  private static Ending only(Pool pool, Server server) {
    return new Ending.ToServers(pool, List.of(server), List.of(1.0), false, Optional.empty());
  }

  /** A cookie also leads to servers that are left out of balancing, where there are no others. */
  private void boundByCookie(Pool pool, State state) {
    Optional<String> name = pool.persistence().flatMap(Pool.Persistence::cookie);
    if (name.isEmpty()) {
      return;
    }
    Blame blame = new Blame(pool.span(), "cookie " + name.get(), "it is not followed");
    Term cookies =
        terms.stepped(new Pick(Pick.From.COOKIES, name.get(), 0), state.header("cookie"));
    for (Server server : pool.servers()) {
      if (server.cookie().isPresent() && !server.disabled()) {
        String value = server.cookie().get();
        Values named = new Values.Texts(Language.exact(value).union(Language.prefix(value + "|")));
        Formula guard = tester.test(cookies, named, blame);
        entries.add(
            new Entry(
                guard,
                only(pool, server),
                guard,
                Optional.empty(),
                RuleSet.Phase.SERVER,
                server.span(),
                Optional.empty()));
      }
    }
  }

  private Ending balanced(Pool pool) {
    List<Server> usable = pool.servers().stream().filter(Server::active).toList();
    if (usable.isEmpty()) {
      List<Server> backups =
          pool.servers().stream()
              .filter(server -> server.backup() && !server.disabled() && server.weight() > 0)
              .toList();
      usable =
          pool.allBackups() || backups.isEmpty() || pool.balance().byMap()
              ? backups
              : backups.subList(0, 1);
    }
    boolean someBackup =
        usable.size() > 1
            && usable.getFirst().backup()
            && !pool.allBackups()
            && pool.balance().byMap();
    if (usable.isEmpty()) {
      return failure(503, Optional.of(pool), pool.mode());
    }
    // Persistence by cookie also reaches servers that get no others: every one that is not
    // disabled.
    boolean byCookie = pool.persistence().flatMap(Pool.Persistence::cookie).isPresent();
    int sum = usable.stream().mapToInt(Server::weight).sum();
    List<Double> shares = new ArrayList<>();
    boolean first = pool.balance().algorithm().equals("first");
    for (int i = 0; i < usable.size(); i++) {
      shares.add(first ? (i == 0 ? 1.0 : 0.0) : (double) usable.get(i).weight() / sum);
    }
    if (byCookie) {
      List<Server> all = new ArrayList<>(usable);
      for (Server server : pool.servers()) {
        if (server.cookie().isPresent() && !server.disabled() && !all.contains(server)) {
          all.add(server);
          shares.add(0.0);
        }
      }
      usable = all;
    }
    boolean varies = pool.balance().keyed() || pool.persistence().isPresent() || someBackup;
    return new Ending.ToServers(
        pool, usable, shares, varies, pool.unmodelled().stream().findFirst().map(Blame::of));
  }

  private Ending answer(Action.Respond respond, Optional<Pool> pool) {
    if (!respond.usesErrorFiles()) {
      return new Ending.Answer(respond.status(), respond.body(), Optional.empty());
    }
    return withErrorFile(respond.status(), respond.body(), pool, Optional.empty());
  }

  private Ending failure(int status, Optional<Pool> pool, Mode mode) {
    Optional<String> name = pool.map(Pool::name);
    if (mode == Mode.TCP) {
      return new Ending.Closed(name);
    }
    return withErrorFile(status, Optional.empty(), pool, name);
  }

  private Ending withErrorFile(
      int status, Optional<String> body, Optional<Pool> pool, Optional<String> failed) {
    ErrorFile file = pool.map(p -> p.errorFiles().get(status)).orElse(null);
    if (file == null) {
      file = frontend.errorFiles().get(status);
    }
    if (file == null) {
      return new Ending.Answer(status, body, failed);
    }
    if (file.status().isEmpty()) {
      return new Ending.Closed(failed);
    }
    return new Ending.Answer(
        file.status().getAsInt(), file.digest().map(digest -> "file:" + digest), failed);
  }

  private void redirect(Action.Redirect redirect, At at, Formula guard, State state) {
    Blame blame = blame(at);
    Term to = fetching.template(redirect.to(), state, http);
    Formula when = guard;
    Term location =
        switch (redirect.kind()) {
          case LOCATION -> {
            if (redirect.ignoreEmpty()) {
              when = formulas.and(guard, tester.test(to, NOT_EMPTY, blame));
            }
            yield to;
          }
          case PREFIX -> {
            Term rest = fetching.redirected(state, redirect.dropQuery(), blame);
            boolean root =
                to instanceof Term.Constant constant && constant.value().asText().equals("/");
            yield root ? rest : terms.joined(List.of(to, rest));
          }
          case SCHEME ->
              terms.joined(
                  List.of(
                      to,
                      terms.text("://"),
                      terms.orEmpty(fetching.firstHost(state)),
                      fetching.redirected(state, redirect.dropQuery(), blame)));
        };
    if (redirect.appendSlash() && redirect.kind() != Action.Redirect.Kind.LOCATION) {
      location =
          terms.choice(
              tester.test(location, SLASH_AT_END, blame),
              location,
              terms.joined(List.of(location, terms.text("/"))));
    }
    decide(at, when, new Ending.Redirected(redirect.status(), location));
  }

  // Rewrites.

  private void setTarget(Action.Part part, Term value, Formula guard, State state, Blame blame) {
    Formula marked = tester.test(value, MARKED, blame);
    if (tester.isImpossible(marked)) {
      marked = formulas.none;
    }
    Term head = marked == formulas.none ? value : terms.stepped(Piece.BEFORE_MARK, value);
    Term tail = marked == formulas.none ? terms.nothing : terms.stepped(Piece.AFTER_MARK, value);
    switch (part) {
      case PATH -> {
        Term query = state.query;
        if (marked != formulas.none) {
          Term longer =
              terms.choice(
                  tester.present(query, blame),
                  terms.joined(List.of(tail, terms.text("?"), query)),
                  tail);
          query = terms.choice(marked, longer, query);
        }
        state.path = terms.choice(guard, head, state.path);
        state.query = terms.choice(guard, query, state.query);
      }
      case QUERY -> {
        Term query =
            terms.choice(
                formulas.or(
                    tester.present(state.query, blame), tester.test(value, NOT_EMPTY, blame)),
                value,
                terms.nothing);
        state.query = terms.choice(guard, query, state.query);
      }
      case PATH_AND_QUERY -> {
        state.path = terms.choice(guard, head, state.path);
        state.query = terms.choice(guard, tail, state.query);
      }
      case URI -> {
        state.path = terms.choice(guard, terms.stepped(Piece.TARGET_OF_URI, head), state.path);
        state.query = terms.choice(guard, tail, state.query);
        Formula slashed = tester.test(value, SLASHED, blame);
        if (slashed != formulas.all) {
          // An absolute URI also rewrites the Host lines.
          Formula absolute = formulas.minus(guard, slashed);
          state.setHeader(
              "host",
              terms.choice(
                  absolute, terms.unknown("host of " + value.id(), blame), state.header("host")));
        }
      }
    }
    state.touched();
  }

  private static final Values.Texts SLASHED = new Values.Texts(Language.prefix("/"));

  private void replaceTarget(Action.ReplaceTarget replace, At at, Formula guard, State state) {
    Blame blame = blame(at);
    Term part =
        switch (replace.part()) {
          case PATH -> fetching.path(state, blame);
          case PATH_AND_QUERY -> fetching.pathAndQuery(state, blame);
          case QUERY -> state.query;
          case URI -> fetching.target(state, blame);
        };
    Formula found =
        formulas.and(
            guard, matches(part, replace.regex(), blame), tester.test(part, NOT_EMPTY, blame));
    setTarget(
        replace.part(),
        replaced(part, replace.regex(), replace.replacement(), state, blame),
        found,
        state,
        blame);
  }

  private Formula matches(Term term, String regex, Blame blame) {
    Match match = new Match.Regex(List.of(regex), false);
    return matched
        .of(match)
        .map(values -> tester.test(term, values, blame))
        .orElseGet(() ->
            formulas.and(
                tester.present(term, blame),
                formulas.unknown(
                    "regex " + regex + " of " + term.id(),
                    Optional.empty(),
                    blame.span(),
                    blame.text(),
                    matched.reason(match))));
  }

  private Term replaced(Term part, String regex, Template replacement, State state, Blame blame) {
    boolean literal =
        replacement.parts().stream().allMatch(p -> p instanceof Template.Part.Literal);
    if (literal) {
      StringBuilder text = new StringBuilder();
      for (Template.Part piece : replacement.parts()) {
        if (piece instanceof Template.Part.Literal l) {
          text.append(l.text());
        }
      }
      if (Replaced.isFollowed(regex, text.toString())) {
        return terms.stepped(new Replaced(regex, text.toString()), part);
      }
    }
    return terms.unknown(
        "replace "
            + regex
            + " by "
            + fetching.template(replacement, state, http).id()
            + " in "
            + part.id(),
        new Blame(
            blame.span(), blame.text(), "a replacement with this expression is not followed"));
  }

  private void replaceHeader(Action.ReplaceHeader replace, At at, Formula guard, State state) {
    Blame blame = blame(at);
    String name = lower(replace.name());
    Term old = state.header(name);
    Pick.From from = replace.values() ? Pick.From.COMMAS : Pick.From.LINES;
    Formula found =
        formulas.and(
            guard, matches(terms.stepped(Pick.any(from, ""), old), replace.regex(), blame));
    Term value;
    if (old instanceof Term.Original original && original.field().isHeader()) {
      value =
          terms.choice(
              formulas.test(original.field(), Values.Any.LISTED),
              terms.unknown(
                  "replaced "
                      + replace.regex()
                      + " "
                      + replace.replacement().text()
                      + " in lines of "
                      + old.id(),
                  blame),
              replaced(old, replace.regex(), replace.replacement(), state, blame));
    } else {
      value =
          terms.unknown(
              "replaced "
                  + replace.regex()
                  + " "
                  + replace.replacement().text()
                  + " in lines of "
                  + old.id(),
              blame);
    }
    state.setHeader(name, terms.choice(found, value, old));
  }

  // Conditions.

  private Formula condition(Condition condition, State state) {
    if (state.version() != conditionsVersion) {
      conditions = new IdentityHashMap<>();
      conditionsVersion = state.version();
    }
    return formula(condition, state);
  }

  private Formula conditionOnOriginal(Condition condition, State state) {
    Map<Condition, Formula> kept = conditions;
    int lines = unknownLines;
    conditions = new IdentityHashMap<>();
    Formula result = formula(condition, state.unrewritten());
    conditions = kept;
    unknownLines = lines;
    return result;
  }

  private Formula formula(Condition condition, State state) {
    return switch (condition) {
      case Condition.Always always -> formulas.all;
      case Condition.All all ->
          formulas.and(all.parts().stream().map(part -> formula(part, state)).toList());
      case Condition.Any any ->
          formulas.or(any.parts().stream().map(part -> formula(part, state)).toList());
      case Condition.Not not -> formulas.not(formula(not.part(), state));
      case Condition.Named named -> {
        Formula known = conditions.get(named);
        if (known != null) {
          yield known;
        }
        boolean steady = isSteady(named.definition());
        Formula result = formula(named.definition(), state);
        if (steady) {
          conditions.put(named, result);
        }
        yield result;
      }
      case Condition.Test test -> test(test, state);
      case Condition.Unknown unknown -> {
        Blame blame = Blame.of(unknown.why());
        Fetching.Opaque.Key key = opaque(state, unknown.why().text());
        yield formulas.unknown(
            key.text(), Optional.of(key.arrivals()), blame.span(), blame.text(), blame.reason());
      }
    };
  }

  /** Whether asking twice gives the same answer: nothing drawn, nothing unknown. */
  private static boolean isSteady(Condition condition) {
    return switch (condition) {
      case Condition.Always always -> true;
      case Condition.All all -> all.parts().stream().allMatch(Compile::isSteady);
      case Condition.Any any -> any.parts().stream().allMatch(Compile::isSteady);
      case Condition.Not not -> isSteady(not.part());
      case Condition.Named named -> isSteady(named.definition());
      case Condition.Test test ->
          !(test.sample().fetch() instanceof Fetch.Random)
              && !(test.sample().fetch() instanceof Fetch.Unknown);
      case Condition.Unknown unknown -> false;
    };
  }

  private Formula test(Condition.Test test, State state) {
    Term term = fetching.sample(test.sample(), state, http, true);
    Blame blame = new Blame(test.span(), test.text(), "it is not followed");
    if (test.match() instanceof Match.Addresses) {
      term = terms.stepped(Tester.TO_ADDRESS, term);
    }
    Optional<Values> values = matched.of(test.match());
    if (values.isPresent()) {
      return tester.test(term, values.get(), blame);
    }
    return formulas.and(
        tester.present(term, blame),
        formulas.unknown(
            "match " + test.match() + " of " + term.id(),
            Optional.empty(),
            blame.span(),
            blame.text(),
            matched.reason(test.match())));
  }
}
