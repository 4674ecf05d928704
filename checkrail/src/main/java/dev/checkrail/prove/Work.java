package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RoutingTest;
import dev.checkrail.prove.set.BudgetExceeded;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One or two configurations and a policy, compiled into one space: what all questions are asked of.
 */
final class Work {
  final Policy policy;
  final Formulas formulas = new Formulas();
  final Terms terms = new Terms();
  final Tester tester = new Tester(formulas, terms);
  final RequestSets sets;
  final Universe universe;
  final Witnesses witnesses;
  final Space space;
  private final List<Request> own;
  final List<Side> sides;

  /** One configuration of the proof. */
  record Side(Configuration configuration, List<Dispatch> dispatches) {
    Side {
      dispatches = List.copyOf(dispatches);
    }
  }

  Work(List<Configuration> configurations, Policy policy) {
    this(configurations, policy, (tester, programs) -> List.of());
  }

  /** Formulas that will be asked about, beside those of rules and policy. */
  interface MoreRoots {
    List<Formula> of(Tester tester, List<List<Program>> programs);
  }

  Work(List<Configuration> configurations, Policy policy, MoreRoots more) {
    this.policy = policy;
    this.own = ownRequests(policy);
    this.sets = new RequestSets(tester, policy);
    Compile.Matched matched = new Compile.Matched();
    List<List<Program>> programs = new ArrayList<>();
    List<Formula> roots = new ArrayList<>();
    for (Configuration configuration : configurations) {
      List<Program> own = new ArrayList<>();
      for (Frontend frontend : configuration.frontends()) {
        for (Listener listener : frontend.listeners()) {
          Program program = Compile.listener(configuration, frontend, listener, tester, matched);
          roots.addAll(program.asked());
          if (frontend.mode() == Mode.HTTP) {
            policy.services().forEach(s -> roots.add(sets.of(s.requests(), frontend, listener)));
            policy.invariants().forEach(i -> roots.add(sets.of(i.requests(), frontend, listener)));
            roots.add(sets.regular());
          }
          own.add(program);
        }
      }
      programs.add(own);
    }
    roots.addAll(Questions.roots(tester));
    roots.addAll(more.of(tester, programs));
    Universe wide = new Universe(formulas, roots, true);
    List<Side> compiled;
    try {
      compiled = sides(configurations, programs, wide);
    } catch (BudgetExceeded tooLarge) {
      if (!wide.looksIntoLists()) {
        throw tooLarge;
      }
      // Then at least what becomes of headers with one value.
      wide = new Universe(formulas, roots, false);
      compiled = sides(configurations, programs, wide);
    }
    this.universe = wide;
    this.sides = List.copyOf(compiled);
    this.witnesses = new Witnesses(universe, new Dictionary(configurations, policy));
    State state = new State(terms, formulas.none);
    Term original =
        terms.choice(
            formulas.present(Field.PATH),
            terms.choice(
                formulas.present(Field.QUERY),
                terms.joined(List.of(state.path, terms.text("?"), state.query)),
                state.path),
            terms.nothing);
    this.space = new Space(universe, tester, witnesses, original);
  }

  private static List<Side> sides(
      List<Configuration> configurations, List<List<Program>> programs, Universe universe) {
    List<Side> sides = new ArrayList<>();
    for (int i = 0; i < configurations.size(); i++) {
      List<Dispatch> dispatches = new ArrayList<>();
      for (Program program : programs.get(i)) {
        dispatches.add(new Dispatch(program, universe));
      }
      sides.add(new Side(configurations.get(i), dispatches));
    }
    return sides;
  }

  /** A request of a set that is not empty, as it comes to this listener. */
  Request witness(int set, Dispatch dispatch) {
    // People's own test requests are the best witnesses.
    Router router = new Router(space, List.of(dispatch));
    for (Request request : own) {
      Request here = at(request, dispatch);
      if (router.isIn(here, dispatch, set)) {
        return here;
      }
    }
    Set<Field> relevant = new HashSet<>(looked(dispatch));
    universe.fieldsOf(set).forEach(relevant::add);
    return witnesses.of(set, dispatch.program.frontend(), dispatch.program.listener(), relevant);
  }

  private static Request at(Request request, Dispatch dispatch) {
    String url = request.url();
    int colon = url.indexOf("://");
    String scheme =
        dispatch.program.frontend().mode() == Mode.TCP
            ? "tcp"
            : dispatch.program.listener().tls() ? "https" : "http";
    return new Request(
        request.method(),
        colon < 0 ? url : scheme + url.substring(colon),
        request.headers(),
        request.from(),
        Optional.of(dispatch.program.listener().key()),
        request.sni(),
        request.version(),
        request.target());
  }

  private static List<Request> ownRequests(Policy policy) {
    return policy.tests().stream()
        .limit(100)
        .map(RoutingTest::request)
        .map(sent ->
            new Request(
                sent.method(),
                sent.url(),
                sent.headers(),
                sent.from(),
                Optional.empty(),
                sent.sni(),
                sent.version(),
                sent.target()))
        .toList();
  }

  private final Map<Dispatch, Set<Field>> looked = new IdentityHashMap<>();

  /** The fields that a listener's rules look at. */
  private Set<Field> looked(Dispatch dispatch) {
    return looked.computeIfAbsent(dispatch, d -> Set.copyOf(universe.fieldsOf(dispatch.result)));
  }

  /** The services' diagram of a listener: leaf = index of a set of services. */
  Services services(Dispatch dispatch) {
    return new Services(dispatch);
  }

  /** Which services a request belongs to, all in one diagram. */
  final class Services {
    final List<List<String>> groups = new ArrayList<>();
    final int diagram;

    private Services(Dispatch dispatch) {
      Map<List<String>, Integer> index = new LinkedHashMap<>();
      groups.add(List.of());
      index.put(List.of(), 0);
      int node = universe.diagrams.terminal(0);
      for (Policy.Service service : policy.services()) {
        int set =
            universe.encode(
                sets.of(
                    service.requests(), dispatch.program.frontend(), dispatch.program.listener()));
        node =
            universe.diagrams.apply(
                node,
                set,
                (group, inside) -> {
                  if (inside == 0) {
                    return group;
                  }
                  List<String> longer = new ArrayList<>(groups.get(group));
                  longer.add(service.name());
                  return index.computeIfAbsent(
                      longer,
                      l -> {
                        groups.add(List.copyOf(longer));
                        return groups.size() - 1;
                      });
                });
      }
      this.diagram = node;
    }
  }
}
