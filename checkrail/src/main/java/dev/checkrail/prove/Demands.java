package dev.checkrail.prove;

import dev.checkrail.model.Mode;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import dev.checkrail.policy.Must;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.RoutingTest;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the policy demands: contract, invariants, floors, tests, retries. */
final class Demands {
  private final Work work;
  private final Work.Side side;
  private final Answers answers;
  private final Policy policy;
  private final Diagrams diagrams;

  Demands(Work work, Work.Side side, Answers answers) {
    this.work = work;
    this.side = side;
    this.answers = answers;
    this.policy = work.policy;
    this.diagrams = work.universe.diagrams;
  }

  void all() {
    Set<String> reported = new HashSet<>();
    for (Dispatch dispatch : side.dispatches()) {
      if (dispatch.program.frontend().mode() == Mode.HTTP && reachesServers(dispatch)) {
        ofServices(dispatch, reported);
        invariants(dispatch, reported);
      }
    }
    for (RoutingTest test : policy.tests()) {
      test(test);
    }
  }

  /** Only whether requests can be sent again. */
  void retries() {
    for (Dispatch dispatch : side.dispatches()) {
      if (dispatch.program.frontend().mode() == Mode.HTTP && reachesServers(dispatch)) {
        Services services = services(dispatch);
        retries(dispatch, services);
      }
    }
  }

  private static boolean reachesServers(Dispatch dispatch) {
    return dispatch.leaves.stream().anyMatch(leaf -> leaf.ending() instanceof Ending.ToServers);
  }

  // Contract, floors and retries: all ask which services go which way.

  private record Way(int leaf, int group) {}

  /**
   * Which services go which way.
   *
   * @param regions by the index of a way
   */
  private record Services(List<List<String>> groups, List<Way> ways, Diagrams.Regions regions) {
    Services {
      groups = List.copyOf(groups);
      ways = List.copyOf(ways);
    }
  }

  private void ofServices(Dispatch dispatch, Set<String> reported) {
    Services services = services(dispatch);
    contract(dispatch, services, reported);
    floors(dispatch, services, reported);
    retries(dispatch, services);
  }

  private Services services(Dispatch dispatch) {
    Work.Services services = work.services(dispatch);
    Map<Way, Integer> index = new LinkedHashMap<>();
    List<Way> ways = new ArrayList<>();
    int pairs =
        diagrams.apply(
            dispatch.result,
            services.diagram,
            (leaf, group) ->
                index.computeIfAbsent(
                    new Way(leaf, group),
                    way -> {
                      ways.add(way);
                      return ways.size() - 1;
                    }));
    return new Services(services.groups, ways, diagrams.regions(pairs));
  }

  private record Offence(Pool pool, Server server) {}

  private void contract(Dispatch dispatch, Services services, Set<String> reported) {
    if (policy.inventory().isEmpty()) {
      return;
    }
    // By the first of the services that it does not serve, in the policy's order.
    Map<Offence, TreeMap<Integer, List<Integer>>> offences = new LinkedHashMap<>();
    List<String> names = policy.services().stream().map(Policy.Service::name).toList();
    for (int i = 0; i < services.ways.size(); i++) {
      Way way = services.ways.get(i);
      List<String> group = services.groups.get(way.group());
      if (group.isEmpty()
          || !(dispatch.leaves.get(way.leaf()).ending() instanceof Ending.ToServers to)) {
        continue;
      }
      for (Server server : to.servers()) {
        Optional<Policy.InventoryEntry> entry = policy.server(server.key());
        boolean serves =
            entry.isPresent() && group.stream().anyMatch(entry.get().serves()::contains);
        if (!serves) {
          offences
              .computeIfAbsent(new Offence(to.pool(), server), o -> new TreeMap<>())
              .computeIfAbsent(names.indexOf(group.getFirst()), g -> new ArrayList<>())
              .add(i);
        }
      }
    }
    offences.forEach((offence, byService) -> {
      List<String> what = byService.keySet().stream().map(names::get).toList();
      int bad =
          diagrams.or(
              byService.firstEntry().getValue().stream().map(services.regions::of).toList());
      offence(dispatch, offence, what, bad, reported);
    });
  }

  private void offence(
      Dispatch dispatch, Offence offence, List<String> wronged, int bad, Set<String> reported) {
    boolean known = policy.server(offence.server().key()).isPresent();
    RuleId rule = known ? RuleId.CONTRACT_INCAPABLE_SERVER : RuleId.CONTRACT_UNKNOWN_SERVER;
    String subject = "backend " + offence.pool().name() + " / server " + offence.server().name();
    if (reported.contains(rule.id() + subject)) {
      return;
    }
    List<Program.Entry> deciding = dispatch.decidingIn(bad);
    // A server that is wrong among right ones is the server's line; a pool that is wrong as a whole
    // is the fault of the rule that sends requests there.
    boolean othersServe =
        offence.pool().servers().stream()
            .filter(Server::active)
            .anyMatch(other ->
                policy
                    .server(other.key())
                    .map(e -> wronged.stream().anyMatch(e.serves()::contains))
                    .orElse(false));
    Span place =
        othersServe || deciding.isEmpty()
            ? offence.server().span()
            : Questions.place(deciding.getFirst());
    String by =
        deciding.isEmpty()
            ? ""
            : "; \""
                + deciding.getFirst().rule().map(r -> r.text()).orElse("")
                + "\" (line "
                + deciding.getFirst().span().line()
                + ") sends them there";
    String what = String.join(" and ", wronged);
    boolean found =
        answers.decide(
            bad,
            dispatch,
            rule,
            subject,
            witness ->
                Finding.of(
                        rule,
                        Stage.PROVE,
                        subject,
                        place,
                        "requests of "
                            + what
                            + " go to "
                            + offence.server().name()
                            + " ("
                            + offence.server().key()
                            + ") in "
                            + offence.pool().name()
                            + ", which "
                            + (known ? "does not serve " + what : "is not in the inventory")
                            + by)
                    .withWitness(witness)
                    .withFix(
                        known
                            ? "send them to a pool that serves "
                                + what
                                + ", or, if the server does serve them, say so in the inventory"
                            : "add the server to the inventory of the policy with what it serves"));
    if (found) {
      reported.add(rule.id() + subject);
    }
  }

  private void floors(Dispatch dispatch, Services services, Set<String> reported) {
    for (Policy.Floor floor : policy.floors()) {
      Map<Pool, List<Integer>> tooFew = new LinkedHashMap<>();
      Map<Pool, Integer> left = new LinkedHashMap<>();
      for (int i = 0; i < services.ways.size(); i++) {
        Way way = services.ways.get(i);
        if (!services.groups.get(way.group()).contains(floor.service())
            || !(dispatch.leaves.get(way.leaf()).ending() instanceof Ending.ToServers to)) {
          continue;
        }
        Set<String> able = new HashSet<>();
        for (Server server : to.servers()) {
          boolean serves =
              policy.inventory().isEmpty()
                  || policy
                      .server(server.key())
                      .map(e -> e.serves().contains(floor.service()))
                      .orElse(false);
          if (server.active() && serves) {
            able.add(server.key());
          }
        }
        int remaining = Math.max(0, able.size() - 1);
        if (remaining < floor.servers()) {
          tooFew.computeIfAbsent(to.pool(), p -> new ArrayList<>()).add(i);
          left.merge(to.pool(), remaining, Math::min);
        }
      }
      tooFew.forEach((pool, list) -> {
        String subject = "backend " + pool.name() + " / " + floor.service();
        if (!reported.add("floor" + subject)) {
          return;
        }
        answers.decide(
            diagrams.or(list.stream().map(services.regions::of).toList()),
            dispatch,
            RuleId.FLOOR_TOO_FEW_SERVERS,
            subject,
            witness ->
                Finding.of(
                        RuleId.FLOOR_TOO_FEW_SERVERS,
                        Stage.PROVE,
                        subject,
                        pool.span(),
                        "with its largest server lost, "
                            + left.get(pool)
                            + " of the servers for "
                            + floor.service()
                            + " remain in "
                            + pool.name()
                            + "; the policy asks for "
                            + floor.servers())
                    .withWitness(witness)
                    .withFix(
                        "keep at least "
                            + (floor.servers() + 1)
                            + " active servers that serve "
                            + floor.service()));
      });
    }
  }

  private void retries(Dispatch dispatch, Services services) {
    int unsafe = work.universe.encode(Questions.unsafe(work.tester));
    Map<Pool, List<Integer>> never = new LinkedHashMap<>();
    Map<Pool, List<Integer>> others = new LinkedHashMap<>();
    Map<Pool, Program.PoolProgram> programs = new LinkedHashMap<>();
    for (int i = 0; i < services.ways.size(); i++) {
      Dispatch.Leaf leaf = dispatch.leaves.get(services.ways.get(i).leaf());
      if (!(leaf.ending() instanceof Ending.ToServers to)
          || leaf.pool().isEmpty()
          || !sendsAgain(to.pool().retry())) {
        continue;
      }
      programs.put(to.pool(), leaf.pool().get());
      List<String> group = services.groups.get(services.ways.get(i).group());
      boolean isNever =
          group.stream()
              .anyMatch(s -> policy.retryOf(s).equals(Optional.of(Policy.Retrying.NEVER)));
      boolean safe =
          group.stream()
              .anyMatch(s -> policy.retryOf(s).equals(Optional.of(Policy.Retrying.SAFE_BY_KEY)));
      if (isNever) {
        never.computeIfAbsent(to.pool(), p -> new ArrayList<>()).add(i);
      } else if (!safe) {
        others.computeIfAbsent(to.pool(), p -> new ArrayList<>()).add(i);
      }
    }
    programs.forEach((pool, program) -> {
      int allowed = work.universe.encode(work.formulas.not(program.sent().noRetry()));
      retry(dispatch, pool, diagrams.and(of(never.get(pool), services), allowed), true);
      int loose = diagrams.and(of(others.get(pool), services), allowed);
      retry(dispatch, pool, diagrams.and(loose, unsafe), false);
    });
  }

  private int of(@Nullable List<Integer> ways, Services services) {
    return ways == null
        ? Diagrams.FALSE
        : diagrams.or(ways.stream().map(services.regions::of).toList());
  }

  private void retry(Dispatch dispatch, Pool pool, int bad, boolean never) {
    String subject = "backend " + pool.name();
    if (bad == Diagrams.FALSE || answers.known(RuleId.RETRY_NON_IDEMPOTENT, subject)) {
      return;
    }
    answers.decide(
        bad,
        dispatch,
        RuleId.RETRY_NON_IDEMPOTENT,
        subject,
        witness ->
            Finding.of(
                    RuleId.RETRY_NON_IDEMPOTENT,
                    Stage.PROVE,
                    subject,
                    pool.retry().span(),
                    "a request can be sent to "
                        + pool.name()
                        + " a second time after it was received (retry-on "
                        + String.join(" ", pool.retry().on())
                        + ")"
                        + (never ? ", which the policy forbids for its service" : ""))
                .withSeverity(never ? Severity.ERROR : Severity.WARNING)
                .withWitness(witness)
                .withFix(
                    "retry on conn-failure only, or add http-request disable-l7-retry for these"
                        + " requests"));
  }

  /** Whether a request can be sent again after a server got it [4.2 retry-on]. */
  private static boolean sendsAgain(Pool.Retry retry) {
    return retry.attempts() > 0
        && retry.on().stream()
            .anyMatch(word -> !word.equals("conn-failure") && !word.equals("none"));
  }

  // Invariants.

  private void invariants(Dispatch dispatch, Set<String> reported) {
    for (Policy.Invariant invariant : policy.invariants()) {
      String subject = invariant.name();
      if (reported.contains("invariant" + subject)) {
        continue;
      }
      int requests =
          work.universe.encode(
              work.sets.of(
                  invariant.requests(), dispatch.program.frontend(), dispatch.program.listener()));
      int broken =
          diagrams.region(
              dispatch.result, leaf -> !holds(invariant.must(), dispatch.leaves.get(leaf)));
      int bad = diagrams.and(requests, broken);
      if (bad == Diagrams.FALSE) {
        continue;
      }
      List<Program.Entry> deciding = dispatch.decidingIn(bad);
      Span place = deciding.isEmpty() ? invariant.span() : Questions.place(deciding.getFirst());
      boolean found =
          answers.decide(
              bad,
              dispatch,
              RuleId.INVARIANT_VIOLATED,
              subject,
              witness ->
                  Finding.of(
                          RuleId.INVARIANT_VIOLATED,
                          Stage.PROVE,
                          subject,
                          place,
                          "\""
                              + invariant.name()
                              + "\" is not so for some requests: "
                              + (deciding.isEmpty()
                                  ? ""
                                  : "\""
                                      + deciding
                                          .getFirst()
                                          .rule()
                                          .map(r -> r.text())
                                          .orElse("the end of the rules")
                                      + "\" (line "
                                      + deciding.getFirst().span().line()
                                      + ") decides them"))
                      .withWitness(witness));
      if (found) {
        reported.add("invariant" + subject);
      }
    }
  }

  /** Whether each way that requests of a leaf can go is as demanded. */
  boolean holds(Must must, Dispatch.Leaf leaf) {
    return switch (must) {
      case Must.Reach reach ->
          !(leaf.ending() instanceof Ending.ToServers to)
              || reach.pools().stream().anyMatch(pool -> pool.text().equals(to.pool().name()));
      case Must.Serving serving ->
          !(leaf.ending() instanceof Ending.ToServers to)
              || to.servers().stream().allMatch(server -> serves(server, serving.service()));
      case Must.Respond respond ->
          switch (leaf.ending()) {
            case Ending.Answer answer -> respond.statuses().contains(answer.status());
            case Ending.Redirected redirected -> respond.statuses().contains(redirected.status());
            case Ending.Closed closed -> false;
            case Ending.ToPool to -> false;
            case Ending.ToServers to -> false;
            case Ending.Unclear unclear -> false;
          };
      case Must.Redirect redirect -> leaf.ending() instanceof Ending.Redirected;
      case Must.Always always -> leaf.ending() instanceof Ending.ToServers;
      case Must.All all -> all.of().stream().allMatch(part -> holds(part, leaf));
      case Must.Not not -> fails(not.what(), leaf);
    };
  }

  /** Whether each way fails the demand; answers never fail a demand on servers. */
  private boolean fails(Must must, Dispatch.Leaf leaf) {
    return switch (must) {
      case Must.Reach reach ->
          !(leaf.ending() instanceof Ending.ToServers to)
              || reach.pools().stream().noneMatch(pool -> pool.text().equals(to.pool().name()));
      case Must.Serving serving ->
          !(leaf.ending() instanceof Ending.ToServers to)
              || to.servers().stream().noneMatch(server -> serves(server, serving.service()));
      case Must.Respond respond -> !holds(respond, leaf);
      case Must.Redirect redirect -> !holds(redirect, leaf);
      case Must.Always always -> !holds(always, leaf);
      case Must.All all -> all.of().stream().anyMatch(part -> fails(part, leaf));
      case Must.Not not -> holds(not.what(), leaf);
    };
  }

  private boolean serves(Server server, String service) {
    return policy.server(server.key()).map(e -> e.serves().contains(service)).orElse(false);
  }

  // Tests.

  private void test(RoutingTest test) {
    RoutingTest.Sent sent = test.request();
    Request request =
        new Request(
            sent.method(),
            sent.url(),
            sent.headers(),
            sent.from(),
            sent.listener(),
            sent.sni(),
            sent.version(),
            sent.target());
    Router router = new Router(work.space, side.dispatches());
    List<Router.Ways> all = router.ways(request);
    if (all.isEmpty()) {
      answers.add(failed(test, "no listener takes this request", request));
    }
    for (Router.Ways ways : all) {
      if (!passes(test, ways, request)) {
        return;
      }
    }
  }

  private boolean passes(RoutingTest test, Router.Ways ways, Request request) {
    List<Dispatch.Leaf> leaves = ways.leaves();
    if (leaves.stream().allMatch(leaf -> holds(test.expect(), leaf))) {
      return true;
    }
    boolean none = leaves.stream().noneMatch(leaf -> holds(test.expect(), leaf));
    if (!none && !ways.because().isEmpty()) {
      answers.undecided.add(
          new Undecided(
              RuleId.TEST_FAILED,
              test.name(),
              "it depends on " + ways.because().getFirst(),
              List.of(),
              Optional.of(request)));
      return false;
    }
    Dispatch.Leaf wrong =
        leaves.stream().filter(leaf -> !holds(test.expect(), leaf)).findFirst().orElseThrow();
    answers.add(failed(test, "at " + ways.listener() + " it " + becomes(wrong.ending()), request));
    return false;
  }

  private static Finding failed(RoutingTest test, String message, Request request) {
    return Finding.of(
            RuleId.TEST_FAILED,
            Stage.PROVE,
            test.name(),
            test.span(),
            "the test \"" + test.name() + "\" fails: " + message)
        .withWitness(request);
  }

  static String becomes(Ending ending) {
    return switch (ending) {
      case Ending.Answer answer ->
          "is answered "
              + answer.status()
              + answer.pool().map(p -> " (no server in " + p + ")").orElse("");
      case Ending.Closed closed -> "is closed without an answer";
      case Ending.Redirected redirected -> "is redirected (" + redirected.status() + ")";
      case Ending.ToPool to -> "goes to " + to.pool().name();
      case Ending.ToServers to -> "goes to " + to.pool().name();
      case Ending.Unclear unclear -> "is decided by a line that is not modelled";
    };
  }
}
