package dev.checkrail.report;

import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.Optional;

/**
 * Something that people should know about a configuration or a change.
 *
 * @param rule which rule found it
 * @param severity as the policy sets it
 * @param stage the stage that found it
 * @param subject section and object name, never a line or text, e.g. {@code frontend fe /
 *     use_backend be_pay}; with {@code rule} it identifies the finding over changes of the file
 * @param span where
 * @param message one sentence: what will happen to which requests
 * @param witness a request that shows it
 * @param fix how to mend it
 * @param live whether the approved configuration has it already
 * @param suppression the policy's suppression that covers it
 */
public record Finding(
    RuleId rule,
    Severity severity,
    Stage stage,
    String subject,
    Span span,
    String message,
    Optional<Request> witness,
    Optional<String> fix,
    boolean live,
    Optional<Suppressed> suppression) {

  /** Why a finding does not count. */
  public record Suppressed(String reason, String owner, Optional<String> until) {}

  /** A finding of the rule's own severity without witness or fix. */
  public static Finding of(RuleId rule, Stage stage, String subject, Span span, String message) {
    return new Finding(
        rule,
        rule.severity(),
        stage,
        subject,
        span,
        message,
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty());
  }

  /** The same with a witness. */
  public Finding withWitness(Request request) {
    return new Finding(
        rule,
        severity,
        stage,
        subject,
        span,
        message,
        Optional.of(request),
        fix,
        live,
        suppression);
  }

  /** The same with a way to mend it. */
  public Finding withFix(String text) {
    return new Finding(
        rule,
        severity,
        stage,
        subject,
        span,
        message,
        witness,
        Optional.of(text),
        live,
        suppression);
  }

  /** The same with another severity. */
  public Finding withSeverity(Severity other) {
    return new Finding(rule, other, stage, subject, span, message, witness, fix, live, suppression);
  }

  /** The same, known to be live already. */
  public Finding asLive() {
    return new Finding(
        rule, severity, stage, subject, span, message, witness, fix, true, suppression);
  }

  /** The same, suppressed. */
  public Finding suppressedBy(Suppressed why) {
    return new Finding(
        rule, severity, stage, subject, span, message, witness, fix, live, Optional.of(why));
  }

  /** Whether it counts for the verdict. */
  public boolean counts() {
    return !live && suppression.isEmpty();
  }
}
