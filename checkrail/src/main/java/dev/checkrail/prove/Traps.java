package dev.checkrail.prove;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Fetch;
import dev.checkrail.model.Match;
import dev.checkrail.model.Mode;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.prove.set.AtomSet;
import dev.checkrail.prove.set.Diagrams;
import dev.checkrail.prove.set.FieldEncoding;
import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.report.RuleId;
import dev.checkrail.report.Stage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rules that mean something else than they seem to: hosts that are missed in another spelling, path
 * prefixes that end in the middle of a word, redirects that lead back to themselves.
 */
final class Traps {
  /** So many words of one listener are tried. */
  private static final int MOST = 5_000;

  private final Work work;
  private final Work.Side side;
  private final Answers answers;
  private final Diagrams diagrams;

  Traps(Work work, Work.Side side, Answers answers) {
    this.work = work;
    this.side = side;
    this.answers = answers;
    this.diagrams = work.universe.diagrams;
  }

  void all() {
    for (Dispatch dispatch : side.dispatches()) {
      if (dispatch.program.frontend().mode() == Mode.HTTP) {
        spellings(dispatch);
        boundaries(dispatch);
        loops(dispatch);
      }
    }
  }

  private static String subject(Dispatch dispatch, Program.Entry entry, Rule rule) {
    return "frontend "
        + dispatch.program.frontend().name()
        + " / "
        + Subjects.of(rule, entry.phase());
  }

  // Hosts.

  private void spellings(Dispatch dispatch) {
    Optional<Axis.Single> host = work.universe.single(Field.HOST);
    if (host.isEmpty()) {
      return;
    }
    int tried = 0;
    for (Program.Entry entry : dispatch.program.entries()) {
      if (entry.rule().isEmpty() || !(entry.ending() instanceof Ending.ToPool)) {
        continue;
      }
      for (String word : words(entry.rule().get().when(), Traps::isHost, Match.Kind.EXACT)) {
        if (++tried > MOST) {
          return;
        }
        String plain = word.toLowerCase(Locale.ROOT);
        if (plain.indexOf(':') >= 0 || plain.isEmpty()) {
          continue;
        }
        Rule rule = entry.rule().get();
        String subject = subject(dispatch, entry, rule);
        spelling(
            dispatch,
            host.get(),
            word,
            word.equals(plain) ? word.toUpperCase(Locale.ROOT) : plain,
            RuleId.ROUTE_CASE_SENSITIVE_HOST,
            rule,
            subject,
            "\"" + rule.text() + "\" compares the host with its case: %s goes another way than %s",
            "add -i, or the converter lower");
        spelling(
            dispatch,
            host.get(),
            word,
            word + ":" + dispatch.program.listener().port(),
            RuleId.ROUTE_HOST_WITH_PORT,
            rule,
            subject,
            "\"" + rule.text() + "\" misses a host with its port: %s goes another way than %s",
            "compare req.hdr(host),host_only, or list the name with its port too");
      }
    }
  }

  private void spelling(
      Dispatch dispatch,
      Axis.Single host,
      String word,
      String other,
      RuleId id,
      Rule rule,
      String subject,
      String message,
      String fix) {
    if (answers.known(id, subject)) {
      return;
    }
    Optional<Integer> one = host.atomOf(new Value.Text(word));
    Optional<Integer> two = host.atomOf(new Value.Text(other));
    if (one.isEmpty() || two.isEmpty() || one.get().equals(two.get())) {
      return;
    }
    int usual = diagrams.restrict(dispatch.result, host.encoding(), one.get());
    int odd = diagrams.restrict(dispatch.result, host.encoding(), two.get());
    if (usual == odd) {
      return;
    }
    int differs =
        diagrams.apply(
            usual,
            odd,
            (a, b) ->
                dispatch.leaves.get(a).ending().equals(dispatch.leaves.get(b).ending()) ? 0 : 1);
    int bad =
        work.universe.certainly(
            diagrams.and(
                diagrams.and(differs, diagrams.in(host.encoding(), AtomSet.of(two.get()))),
                work.universe.encode(work.sets.regular())));
    if (bad == Diagrams.FALSE) {
      return;
    }
    answers.add(
        bad,
        dispatch,
        id,
        subject,
        () ->
            Finding.of(id, Stage.PROVE, subject, rule.span(), message.formatted(other, word))
                .withWitness(withHost(work.witness(bad, dispatch), other))
                .withFix(fix));
  }

  /** The same atom, with the spelling that the finding speaks of. */
  private static Request withHost(Request request, String host) {
    String rest = request.url().substring(request.url().indexOf("://") + 3);
    int slash = rest.indexOf('/');
    return new Request(
        request.method(),
        request.scheme() + "://" + host + (slash < 0 ? "/" : rest.substring(slash)),
        request.headers(),
        request.from(),
        request.listener(),
        request.sni(),
        request.version(),
        request.target());
  }

  private static boolean isHost(Fetch fetch) {
    return fetch instanceof Fetch.Header header && header.name().equals("host");
  }

  private static boolean isPath(Fetch fetch) {
    return fetch instanceof Fetch.Path;
  }

  private interface Chosen {
    boolean is(Fetch fetch);
  }

  /** The patterns of a kind that a condition compares a field with, negated ones left out. */
  private static Set<String> words(Condition condition, Chosen chosen, Match.Kind kind) {
    Set<String> found = new LinkedHashSet<>();
    words(condition, chosen, kind, found);
    return found;
  }

  private static void words(
      Condition condition, Chosen chosen, Match.Kind kind, Set<String> found) {
    switch (condition) {
      case Condition.All all -> all.parts().forEach(part -> words(part, chosen, kind, found));
      case Condition.Any any -> any.parts().forEach(part -> words(part, chosen, kind, found));
      case Condition.Named named -> words(named.definition(), chosen, kind, found);
      case Condition.Test test -> {
        if (chosen.is(test.sample().fetch())
            && test.match() instanceof Match.Text text
            && text.kind() == kind) {
          found.addAll(text.patterns());
        }
      }
      case Condition.Always always -> {}
      case Condition.Not not -> {}
      case Condition.Unknown unknown -> {}
    }
  }

  // Path prefixes.

  private void boundaries(Dispatch dispatch) {
    Optional<Axis.Single> path = work.universe.single(Field.PATH);
    if (path.isEmpty()) {
      return;
    }
    int tried = 0;
    List<Program.Entry> entries = dispatch.program.entries();
    for (int i = 0; i < entries.size(); i++) {
      Program.Entry entry = entries.get(i);
      if (entry.rule().isEmpty() || !(entry.ending() instanceof Ending.ToPool)) {
        continue;
      }
      Rule rule = entry.rule().get();
      String subject = subject(dispatch, entry, rule);
      for (String prefix : words(rule.when(), Traps::isPath, Match.Kind.PREFIX)) {
        String longer = prefix + "x";
        if (++tried > MOST) {
          return;
        }
        if (prefix.length() < 2
            || !Character.isLetterOrDigit(prefix.charAt(prefix.length() - 1))
            || answers.known(RuleId.ROUTE_PREFIX_BOUNDARY, subject)) {
          continue;
        }
        Optional<Integer> atom = path.get().atomOf(new Value.Text(longer));
        if (atom.isEmpty()) {
          continue;
        }
        int taken =
            work.universe.certainly(
                diagrams.and(
                    diagrams.and(
                        dispatch.decided(i),
                        diagrams.in(path.get().encoding(), AtomSet.of(atom.get()))),
                    work.universe.encode(work.sets.regular())));
        if (taken != Diagrams.FALSE) {
          answers.add(
              taken,
              dispatch,
              RuleId.ROUTE_PREFIX_BOUNDARY,
              subject,
              () ->
                  Finding.of(
                          RuleId.ROUTE_PREFIX_BOUNDARY,
                          Stage.PROVE,
                          subject,
                          rule.span(),
                          "\""
                              + rule.text()
                              + "\" also takes paths like "
                              + longer
                              + ": the prefix "
                              + prefix
                              + " does not end at a slash")
                      .withWitness(withPath(work.witness(taken, dispatch), longer))
                      .withFix("match " + prefix + " exactly and " + prefix + "/ as a prefix"));
        }
      }
    }
  }

  private static Request withPath(Request request, String path) {
    return new Request(
        request.method(),
        request.scheme() + "://" + request.authority() + path,
        request.headers(),
        request.from(),
        request.listener(),
        request.sni(),
        request.version(),
        request.target());
  }

  // Redirects.

  private void loops(Dispatch dispatch) {
    Diagrams.Regions regions = diagrams.regions(dispatch.result);
    int regular = work.universe.encode(work.sets.regular());
    Router router = new Router(work.space, List.of(dispatch));
    for (int i = 0; i < dispatch.leaves.size(); i++) {
      Dispatch.Leaf leaf = dispatch.leaves.get(i);
      if (!(leaf.ending() instanceof Ending.Redirected) || leaf.entry().rule().isEmpty()) {
        continue;
      }
      int set = work.universe.certainly(diagrams.and(regions.of(i), regular));
      Rule rule = leaf.entry().rule().get();
      String subject =
          leaf.pool()
                  .map(p -> "backend " + p.pool().name())
                  .orElse("frontend " + dispatch.program.frontend().name())
              + " / "
              + Subjects.of(rule, RuleSet.Phase.REDIRECT);
      if (set == Diagrams.FALSE || answers.known(RuleId.ROUTE_REDIRECT_LOOP, subject)) {
        continue;
      }
      Request first = work.witness(set, dispatch);
      if (router.route(first, dispatch) instanceof Outcome.Redirects redirects
          && leadsBack(first, redirects, dispatch)) {
        answers.add(
            set,
            dispatch,
            RuleId.ROUTE_REDIRECT_LOOP,
            subject,
            () ->
                Finding.of(
                        RuleId.ROUTE_REDIRECT_LOOP,
                        Stage.PROVE,
                        subject,
                        rule.span(),
                        "\""
                            + rule.text()
                            + "\" redirects to "
                            + redirects.location()
                            + ", which is redirected to itself again")
                    .withWitness(first)
                    .withFix("exclude requests that have been redirected already"));
      }
    }
  }

  /**
   * Whether a request for the Location, whatever its headers, is sent to the same Location again.
   */
  private boolean leadsBack(Request first, Outcome.Redirects redirects, Dispatch from) {
    String location = redirects.location();
    String url =
        location.startsWith("/") ? first.scheme() + "://" + first.authority() + location : location;
    if (!url.startsWith("http://") && !url.startsWith("https://")) {
      return false;
    }
    boolean tls = url.startsWith("https://");
    for (Dispatch to : targets(tls, from)) {
      Request next =
          new Request(
              first.method(),
              url,
              first.headers().containsKey("Host") ? Map.of() : first.headers(),
              first.from(),
              Optional.of(to.program.listener().key()),
              first.sni(),
              first.version(),
              Optional.empty());
      Outcome outcome = new Router(work.space, List.of(to)).route(next, to);
      if (outcome instanceof Outcome.Redirects again
          && again.location().equals(location)
          && alwaysRedirects(next, to)) {
        return true;
      }
    }
    return false;
  }

  private boolean alwaysRedirects(Request request, Dispatch dispatch) {
    Arrival arrival = new Arrival(request, dispatch.program.listener());
    int left = dispatch.result;
    for (Axis axis : work.universe.axes()) {
      Field.Kind kind = axis.field().kind();
      if (kind == Field.Kind.HOST
          || kind == Field.Kind.PATH
          || kind == Field.Kind.QUERY
          || kind == Field.Kind.METHOD) {
        Optional<Map<FieldEncoding, Integer>> codes =
            arrival.value(axis.field()).flatMap(axis::codes);
        if (codes.isEmpty()) {
          return false;
        }
        left = work.universe.at(left, codes.get());
      }
    }
    for (int leaf : diagrams.leaves(left)) {
      if (!(dispatch.leaves.get(leaf).ending() instanceof Ending.Redirected)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Where a request for a Location arrives: at this listener if the scheme is its own; else at
   * those of the scheme; if there is none, TLS ends before the proxy, and the request comes back
   * here, unless redirecting is all that this listener does.
   */
  private List<Dispatch> targets(boolean tls, Dispatch from) {
    if (from.program.listener().tls() == tls) {
      return List.of(from);
    }
    List<Dispatch> others = new ArrayList<>();
    for (Dispatch other : side.dispatches()) {
      if (other.program.listener().tls() == tls && other.program.frontend().mode() == Mode.HTTP) {
        others.add(other);
      }
    }
    boolean routes =
        from.program.entries().stream().anyMatch(entry -> entry.ending() instanceof Ending.ToPool);
    return !others.isEmpty() || !routes ? others : List.of(from);
  }
}
