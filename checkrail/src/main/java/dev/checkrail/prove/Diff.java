package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Compares two configurations request by request: both are compiled into one space, where the
 * diagrams of a pair of listeners are laid on each other.
 */
final class Diff {
  private final Work work;
  private final Differences differences;
  private final Policy policy;
  private final Set<String> moves;
  private final boolean allMoves;
  private final Diagrams diagrams;
  private final Map<String, Dispatch> old = new HashMap<>();
  private final List<DiffReport.Region> regions = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<Undecided> undecided = new ArrayList<>();

  private Diff(Work work, Differences differences, Set<String> moves) {
    this.work = work;
    this.differences = differences;
    this.policy = work.policy;
    this.moves = moves;
    this.allMoves = moves.contains("all");
    this.diagrams = work.universe.diagrams;
    work.sides
        .get(0)
        .dispatches()
        .forEach(it -> old.putIfAbsent(normalised(it.program.listener()), it));
  }

  /**
   * Compares.
   *
   * @param moves services whose requests may move; {@code all} for every request
   */
  static DiffReport diff(Configuration old, Configuration now, Policy policy, Set<String> moves) {
    // One instance for announcing and asking: a formula is known by the values it was made with.
    List<Differences> shared = new ArrayList<>(1);
    Work work =
        new Work(
            List.of(old, now),
            policy,
            (tester, programs) -> {
              shared.add(new Differences(tester));
              return comparisons(shared.getFirst(), programs);
            });
    Diff diff = new Diff(work, shared.getFirst(), moves);
    RetriedRequests retried = new RetriedRequests(work);
    List<Counterparts.Pools> pools = Counterparts.of(old, now).pools();
    diff.listeners((one, other) -> retried.pair(one, other, pools));
    List<SettingChange> settings = new ArrayList<>(CompareSettings.compare(old, now));
    settings.addAll(retried.changes());
    List<Finding> findings = new ArrayList<>(diff.findings);
    Set<String> listens = Counterparts.listenNames(now);
    for (SettingChange change : settings) {
      Finding finding =
          Finding.of(
              change.rule(),
              Stage.DIFF,
              change.subject(),
              change.span().orElse(Span.startOf("?")),
              change.what()
                  + (change.from().isEmpty() ? "" : " from " + change.from())
                  + (change.to().isEmpty() ? "" : " to " + change.to()));
      if (change.rule() == RuleId.DIFF_UNDECLARED_MOVE) {
        diff.undeclared(change, listens).map(it -> announce(finding, it)).ifPresent(findings::add);
      } else {
        findings.add(finding);
      }
    }
    return new DiffReport(
        diff.regions.isEmpty() && diff.undecided.isEmpty() && settings.isEmpty(),
        diff.regions,
        settings,
        findings,
        diff.undecided);
  }

  private static Finding announce(Finding finding, Request witness) {
    return finding
        .withWitness(witness)
        .withFix("if this is meant, announce it with --moves and the service");
  }

  /**
   * A request that goes where a setting changed what is sent on, a header or how the server is
   * spoken to, and that belongs to no service whose moves were announced.
   */
  private Optional<Request> undeclared(SettingChange change, Set<String> listens) {
    for (Dispatch now : work.sides.get(1).dispatches()) {
      if (!old.containsKey(normalised(now.program.listener()))) {
        continue;
      }
      String frontend = Counterparts.subject("frontend", now.program.frontend().name(), listens);
      int concerned =
          diagrams.region(
              now.result,
              leaf ->
                  now.leaves.get(leaf).ending() instanceof Ending.ToServers to
                      && (change.subject().equals(frontend)
                          || (change.subject() + " / ")
                              .startsWith(
                                  Counterparts.subject("backend", to.pool().name(), listens)
                                      + " / ")));
      int some = work.universe.possibly(work.universe.byChance(concerned));
      int outside = diagrams.minus(some, declared(now));
      int regular = diagrams.and(outside, regular(now));
      boolean goesAlong = outside != some && regular == Diagrams.FALSE;
      if (outside != Diagrams.FALSE && !goesAlong) {
        return Optional.of(work.witness(regular == Diagrams.FALSE ? outside : regular, now));
      }
    }
    return Optional.empty();
  }

  /** Address and port so that equal ways of writing are equal texts. */
  static String normalised(Listener listener) {
    String address = listener.address();
    String bytes =
        address.equals("*") || address.isEmpty()
            ? "0.0.0.0"
            : Addresses.parse(address).map(Addresses::text).orElse(address);
    return bytes + " " + listener.port();
  }

  /** The formulas that laying two configurations on each other will ask about. */
  private static List<Formula> comparisons(Differences differences, List<List<Program>> programs) {
    List<Formula> roots = new ArrayList<>();
    Map<String, Program> olds = new HashMap<>();
    programs.get(0).forEach(p -> olds.putIfAbsent(normalised(p.listener()), p));
    for (Program now : programs.get(1)) {
      Program old = olds.get(normalised(now.listener()));
      if (old != null) {
        roots.addAll(comparisons(differences, old, now));
      }
    }
    return roots;
  }

  /** The same for one pair of listeners. */
  static List<Formula> comparisons(Differences differences, Program old, Program now) {
    List<Formula> roots = new ArrayList<>(sent(differences, old, now));
    roots.addAll(redirects(differences, old, now));
    return roots;
  }

  private static List<Formula> sent(Differences differences, Program old, Program now) {
    Collection<Program.Sent> olds = different(old);
    Collection<Program.Sent> nows = different(now);
    List<Formula> roots = new ArrayList<>();
    for (Program.Sent a : olds) {
      for (Program.Sent b : nows) {
        roots.add(differences.sent(a, b));
      }
    }
    return roots;
  }

  /** One of each: ten thousand pools mostly get the same, and each is laid on each. */
  private static Collection<Program.Sent> different(Program program) {
    Map<Object, Program.Sent> found = new LinkedHashMap<>();
    for (Program.PoolProgram pool : program.pools().values()) {
      Program.Sent sent = pool.sent();
      found.putIfAbsent(sent.wide().isEmpty() ? Lines.of(sent) : sent, sent);
    }
    return found.values();
  }

  /** What is sent on, by the numbers of its terms; says all if no pattern of names was changed. */
  private record Lines(int method, int target, Map<String, Integer> headers) {
    Lines {
      headers = Map.copyOf(headers);
    }

    static Lines of(Program.Sent sent) {
      Map<String, Integer> headers = new HashMap<>();
      sent.headers().forEach((name, term) -> headers.put(name, term.id()));
      return new Lines(sent.method().id(), sent.target().id(), headers);
    }
  }

  private static List<Formula> redirects(Differences differences, Program old, Program now) {
    List<Formula> roots = new ArrayList<>();
    for (Ending.Redirected a : redirections(old)) {
      for (Ending.Redirected b : redirections(now)) {
        if (a.status() == b.status()) {
          roots.add(differences.terms(a.location(), b.location()));
        }
      }
    }
    return roots;
  }

  private static Set<Ending.Redirected> redirections(Program program) {
    Set<Ending.Redirected> found = new LinkedHashSet<>();
    List<Program.Entry> entries = new ArrayList<>(program.entries());
    program.pools().values().forEach(pool -> entries.addAll(pool.entries()));
    for (Program.Entry entry : entries) {
      if (entry.ending() instanceof Ending.Redirected redirected) {
        found.add(redirected);
      }
    }
    return found;
  }

  private void listeners(BiConsumer<Dispatch, Dispatch> also) {
    for (Dispatch now : work.sides.get(1).dispatches()) {
      Dispatch was = old.get(normalised(now.program.listener()));
      if (was != null) {
        pair(was, now);
        also.accept(was, now);
      }
    }
  }

  // One pair of listeners.

  private record Kind(String from, String to) {}

  private void pair(Dispatch old, Dispatch now) {
    Overlay overlay = new Overlay(work, differences, old, now);
    Diagrams.Regions areas = diagrams.regions(overlay.both());
    Map<Kind, Integer> moved = new LinkedHashMap<>();
    for (int i = 0; i < overlay.pairs(); i++) {
      Formula differ = overlay.differ(i);
      if (differ == work.formulas.none) {
        continue;
      }
      int set = diagrams.and(areas.of(i), work.universe.encode(differ));
      if (set != Diagrams.FALSE) {
        moved.merge(new Kind(overlay.from(i), overlay.to(i)), set, diagrams::or);
      }
    }
    int regular = regular(now);
    boolean allDeclared =
        !moved.isEmpty()
            && moved.values().stream()
                .allMatch(set ->
                    diagrams.isInside(
                        diagrams.and(work.universe.certainly(set), regular), declared(now)));
    moved.values().forEach(set -> region(set, allDeclared, old, now));
  }

  private void region(int set, boolean allDeclared, Dispatch old, Dispatch now) {
    int certain = work.universe.certainly(set);
    if (certain != Diagrams.FALSE) {
      int regular = regular(now);
      int inside = diagrams.and(certain, declared(now));
      int outside = diagrams.minus(certain, inside);
      // Requests that are not well-formed belong to no service. Where they go the way of
      // well-formed
      // ones that were all announced, they go along with them.
      if (inside != Diagrams.FALSE && diagrams.and(outside, regular) == Diagrams.FALSE) {
        inside = certain;
        outside = Diagrams.FALSE;
      }
      if (inside != Diagrams.FALSE) {
        moved(inside, old, now, true);
      }
      if (outside != Diagrams.FALSE) {
        moved(outside, old, now, false);
      }
    }
    int open = diagrams.minus(work.universe.possibly(set), certain);
    boolean alongDeclared = allDeclared && diagrams.and(open, regular(now)) == Diagrams.FALSE;
    if (open != Diagrams.FALSE && !alongDeclared) {
      List<Formula.Unknown> unknowns = work.universe.unknownsOf(set);
      List<Span> lines = unknowns.stream().map(Formula.Unknown::span).distinct().toList();
      Request witness = work.witness(open, now);
      String because =
          unknowns.isEmpty()
              ? "it depends on something that is not modelled"
              : "it depends on \""
                  + unknowns.getFirst().text()
                  + "\" ("
                  + unknowns.getFirst().span()
                  + "): "
                  + unknowns.getFirst().reason();
      undecided.add(
          new Undecided(
              RuleId.DIFF_UNDECLARED_MOVE,
              "listener " + now.program.listener().key(),
              because,
              lines,
              Optional.of(witness)));
    }
  }

  private int regular(Dispatch dispatch) {
    return dispatch.program.frontend().mode() == Mode.HTTP
        ? work.universe.encode(work.sets.regular())
        : Diagrams.TRUE;
  }

  /** Requests whose moves were announced. */
  private int declared(Dispatch now) {
    if (allMoves) {
      return Diagrams.TRUE;
    }
    int declared = Diagrams.FALSE;
    if (now.program.frontend().mode() == Mode.HTTP) {
      for (Policy.Service service : policy.services()) {
        if (moves.contains(service.name())) {
          declared =
              diagrams.or(
                  declared,
                  work.universe.encode(
                      work.sets.of(
                          service.requests(), now.program.frontend(), now.program.listener())));
        }
      }
    }
    return declared;
  }

  private void moved(int set, Dispatch old, Dispatch now, boolean declared) {
    int regular = diagrams.and(set, regular(now));
    int shown = regular == Diagrams.FALSE ? set : regular;
    Request witness = work.witness(shown, now);
    Outcome from = new Router(work.space, List.of(old)).route(witness, old);
    Outcome to = new Router(work.space, List.of(now)).route(witness, now);
    String words =
        now.program.frontend().mode() == Mode.HTTP
            ? new Words(work).of(shown, regular != Diagrams.FALSE)
            : new Words(work).ofConnections(shown);
    String listener = now.program.listener().key();
    regions.add(new DiffReport.Region(listener, words, from, to, witness, declared));
    if (!declared) {
      List<Program.Entry> deciding = now.decidingIn(shown);
      Span place =
          deciding.isEmpty() ? now.program.frontend().span() : Questions.place(deciding.getFirst());
      findings.add(
          Finding.of(
                  RuleId.DIFF_UNDECLARED_MOVE,
                  Stage.DIFF,
                  "listener " + listener + " / " + says(from) + " -> " + says(to),
                  place,
                  words + ": " + says(from) + " before, " + says(to) + " now")
              .withWitness(witness)
              .withFix("if this is meant, announce it with --moves and the service"));
    }
  }

  private static String says(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Reaches reaches -> reaches.pool();
      case Outcome.Responds responds -> "answer " + responds.status();
      case Outcome.Redirects redirects -> "redirect " + redirects.status();
      case Outcome.Drops drops -> "closed";
      case Outcome.Splits splits ->
          String.join(" or ", splits.of().stream().map(part -> says(part.outcome())).toList());
      case Outcome.Undecided undecided -> "undecided";
    };
  }
}
