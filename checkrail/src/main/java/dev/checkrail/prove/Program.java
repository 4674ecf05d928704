package dev.checkrail.prove;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.source.Span;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a listener does with requests, as first-match lists of formulas over what the client sent.
 *
 * @param entries the frontend's decisions in order; the last one takes all that is left
 * @param strays computed names that are no pool
 * @param rewrites rules that changed something before, for the question whether they changed a
 *     match
 * @param pools the decisions of each pool that the entries route to, and what it is sent
 */
record Program(
    Frontend frontend,
    Listener listener,
    List<Entry> entries,
    List<Rewrite> rewrites,
    List<Stray> strays,
    Map<String, PoolProgram> pools) {
  Program {
    entries = List.copyOf(entries);
    rewrites = List.copyOf(rewrites);
    strays = List.copyOf(strays);
    pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
  }

  /**
   * A decision.
   *
   * @param guard which requests it takes if none before did
   * @param own the rule's own condition as written, with all rewrites before it
   * @param rule the rule; empty for "no rule was left"
   * @param untouched the condition on the request as if nothing had been rewritten; empty if
   *     nothing was
   */
  record Entry(
      Formula guard,
      Ending ending,
      Formula own,
      Optional<Rule> rule,
      RuleSet.Phase phase,
      Span span,
      Optional<Formula> untouched) {}

  /**
   * A name that a rule can compute and that no pool has.
   *
   * @param guard the requests for which it does
   */
  record Stray(Formula guard, Rule rule, String name, Span place) {}

  /** A rule that changes what later rules see. */
  record Rewrite(Formula guard, Rule rule, int before) {}

  /** A pool as reached from this listener. */
  record PoolProgram(Pool pool, List<Entry> entries, Sent sent) {
    PoolProgram {
      entries = List.copyOf(entries);
    }
  }

  /**
   * What is sent on, as functions of what came.
   *
   * @param target path and query
   * @param headers those that some rule touched, by lower-case name
   * @param wide changes of all headers whose names fit a pattern, as texts
   * @param state everything at the end of the rules
   * @param noRetry requests for which a second sending is switched off
   */
  record Sent(
      Term method,
      Term target,
      Map<String, Term> headers,
      List<String> wide,
      State state,
      Formula noRetry) {
    Sent {
      wide = List.copyOf(wide);
      headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** The lines of a header as they are sent on. */
    Term header(String name) {
      return state.header(name);
    }
  }
}
