package dev.checkrail.prove;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Rule;
import dev.checkrail.model.RuleSet;
import dev.checkrail.source.Span;
import java.util.ArrayList;
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
 * @param unclear requests with several values in a header whose order matters: what becomes of them
 *     is not followed
 */
record Program(
    Frontend frontend,
    Listener listener,
    List<Entry> entries,
    List<Rewrite> rewrites,
    List<Stray> strays,
    Map<String, PoolProgram> pools,
    Formula unclear) {
  Program {
    entries = List.copyOf(entries);
    rewrites = List.copyOf(rewrites);
    strays = List.copyOf(strays);
    pools = Collections.unmodifiableMap(new LinkedHashMap<>(pools));
  }

  /** All formulas: what a universe must be able to tell apart. */
  List<Formula> asked() {
    List<Formula> all = new ArrayList<>();
    entries.forEach(entry -> entry.asked(all));
    for (PoolProgram pool : pools.values()) {
      pool.entries().forEach(entry -> entry.asked(all));
      all.add(pool.sent().noRetry());
    }
    rewrites.forEach(rewrite -> all.add(rewrite.guard()));
    strays.forEach(stray -> all.add(stray.guard()));
    all.add(unclear);
    return all;
  }

  Program butUnclear(Formula requests) {
    return new Program(frontend, listener, entries, rewrites, strays, pools, requests);
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
      Optional<Formula> untouched) {
    private void asked(List<Formula> all) {
      all.add(guard);
      all.add(own);
      untouched.ifPresent(all::add);
    }
  }

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
