/**
 * The routing model that all load-balancer dialects share: a configuration is a small program over
 * a request.
 *
 * <p>A {@link dev.checkrail.model.Frontend} runs its {@linkplain dev.checkrail.model.RuleSet rule
 * sets} in order; each {@link dev.checkrail.model.Rule} is a {@link dev.checkrail.model.Condition}
 * and an {@link dev.checkrail.model.Action}; the request is answered there or sent to a {@link
 * dev.checkrail.model.Pool}, which has rule sets of its own and picks a {@link
 * dev.checkrail.model.Server}. What is not understood is a value, {@link
 * dev.checkrail.model.Unmodelled}, at the place where it stands.
 *
 * <p><b>In:</b> built by the readers only. <b>Out:</b> read by explain, lint, prove, rehearse.
 * <b>Never:</b> evaluates anything: what a condition or an action <i>means</i> is written in its
 * Javadoc and implemented twice, by explain and by prove, which do not see each other. Everything
 * is immutable data; text is ISO 8859-1, one {@code char} per byte. <b>May depend on:</b> {@code
 * source}.
 */
@NullMarked
package dev.checkrail.model;

import org.jspecify.annotations.NullMarked;
