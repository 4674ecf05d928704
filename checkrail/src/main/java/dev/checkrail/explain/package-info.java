/**
 * The reference semantics: what becomes of one concrete request, with its trace.
 *
 * <p>Entry points: {@link dev.checkrail.explain.Explain#explain} and {@link
 * dev.checkrail.explain.Explain#listener}. A plain interpreter of the model, written for
 * obviousness, not speed: it does what HAProxy 2.6.12 does (docs/haproxy-semantics.md has what the
 * manual does not say), one rule after another. Where something is not modelled or not given it
 * tries both answers, and says <i>undecided</i> only if they lead to different outcomes; where
 * chance decides it follows each side with its exact share.
 *
 * <p><b>In:</b> a {@link dev.checkrail.model.Configuration} and a {@link
 * dev.checkrail.report.Request}. <b>Out:</b> an {@link dev.checkrail.report.Explanation}.
 * <b>Never:</b> shares code with {@code prove} (they are compared by tests), adds what the
 * configuration adds by itself ({@code forwardfor}, {@code unique-id-header}, connection headers, a
 * persistence cookie taken out), prints a pattern of a header test (it may be a secret). <b>May
 * depend on:</b> {@code model}, {@code report}, {@code source}.
 */
@NullMarked
package dev.checkrail.explain;

import org.jspecify.annotations.NullMarked;
