package dev.checkrail.policy;

import dev.checkrail.source.Span;
import java.time.LocalDate;
import java.util.Optional;

/**
 * A finding that people decided to live with.
 *
 * @param rule id of the rule
 * @param at the beginning of the finding's subject, in whole segments: {@code backend be_static}
 *     covers {@code backend be_static} and {@code backend be_static / server s1}, not {@code
 *     backend be_static2}
 * @param reason why
 * @param owner who answers for it
 * @param until last day (UTC) on which it holds; for ever if empty
 * @param requests required for {@code contract/*} and {@code diff/*}: it covers a finding only if
 *     all requests concerned lie in this set, which the prover decides
 * @param span where it is written
 */
public record Suppression(
    String rule,
    String at,
    String reason,
    String owner,
    Optional<LocalDate> until,
    Optional<RequestSet> requests,
    Span span) {

  private static final String SEPARATOR = " / ";

  /** Whether it speaks of this rule and subject, on any day and for any requests. */
  public boolean concerns(String ruleId, String subject) {
    return rule.equals(ruleId) && (subject.equals(at) || subject.startsWith(at + SEPARATOR));
  }

  /** Whether it no longer holds on this day. */
  public boolean expired(LocalDate today) {
    return until.isPresent() && today.isAfter(until.get());
  }
}
