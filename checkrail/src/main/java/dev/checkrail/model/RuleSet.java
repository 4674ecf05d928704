package dev.checkrail.model;

import java.util.List;

/**
 * Rules that are run one after another until one of them ends the set.
 *
 * @param phase when it runs
 * @param rules in order
 */
public record RuleSet(Phase phase, List<Rule> rules) {
  public RuleSet {
    rules = List.copyOf(rules);
  }

  /**
   * The rule sets of a frontend, then of a pool, in the order in which HAProxy 2.6 runs them. It is
   * the phase that counts, not the order of lines of different families [4.2].
   */
  public enum Phase {
    /** {@code tcp-request connection}: only addresses are known. */
    CONNECTION,
    /** {@code tcp-request session}: TLS is known too. */
    SESSION,
    /** {@code tcp-request content}. */
    CONTENT,
    /** {@code monitor-uri}, {@code monitor fail}: before all {@code http-request} rules. */
    MONITOR,
    /** {@code http-request}. */
    REQUEST,
    /** {@code stats uri} and the {@code stats http-request} rules behind it. */
    STATISTICS,
    /** {@code redirect}. */
    REDIRECT,
    /** {@code use_backend}: first match. */
    SWITCH,
    /** {@code default_backend}, or a {@code listen}'s own servers. */
    DEFAULT,
    /** {@code use-server}, in a pool only, before persistence and balancing. */
    SERVER
  }
}
