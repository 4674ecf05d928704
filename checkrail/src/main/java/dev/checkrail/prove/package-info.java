/**
 * What holds for <i>all</i> requests: which rule decides them, who gets them, and what changes
 * between two configurations.
 *
 * <p><b>In:</b> {@link dev.checkrail.model.Configuration configurations} and a policy. <b>Out:</b>
 * {@link dev.checkrail.prove.ProveReport}, {@link dev.checkrail.prove.DiffReport}, and a {@link
 * dev.checkrail.prove.Router}: the very diagram that was proved, for concrete requests.
 *
 * <p>The way through: {@code Compile} runs the model symbolically, so that every condition becomes
 * a {@code Formula} over the request <i>as the client sent it</i>; {@code Universe} cuts each field
 * of the request into atoms and turns formulas into decision diagrams; questions are asked of
 * those. What HAProxy does beyond its manual is in docs/haproxy-semantics.md.
 *
 * <p><b>Never:</b> approximates: what is not known exactly is a boolean of its own, and an answer
 * that depends on it is undecided. No files, clock, chance or threads; budgets count states. <b>May
 * depend on:</b> model, policy, report, source, and {@code prove.set} below it; never on {@code
 * explain}.
 */
@NullMarked
package dev.checkrail.prove;

import org.jspecify.annotations.NullMarked;
