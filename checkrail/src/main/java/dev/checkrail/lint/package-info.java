/**
 * What is suspicious about a configuration on its face, without asking where each request goes.
 *
 * <p><b>In:</b> the lossless tree, the model, the policy; for a change also the model of the old
 * configuration. <b>Out:</b> {@link dev.checkrail.lint.LintReport}: findings of the rules {@code
 * acl/…}, {@code pool/…}, {@code time/…}, {@code file/shrunk}, {@code reload/…}, {@code tls/…} and
 * {@code read/unmodelled}, each with the severity of the case. {@link dev.checkrail.lint.Judge}
 * then applies the policy's severities and suppressions and tells what is live already, for
 * findings of every stage. <b>Never:</b> guesses: a rule says nothing where it cannot tell. Linear
 * in the size of the configuration. <b>May depend on:</b> read, policy, report, model, source.
 */
@NullMarked
package dev.checkrail.lint;

import org.jspecify.annotations.NullMarked;
