/**
 * The meaning of a HAProxy configuration: from the lossless tree to the routing model.
 *
 * <p><b>In:</b> a {@link dev.checkrail.read.haproxy.HaproxyTree}, and the files that it refers to
 * (maps, lists, error files). <b>Out:</b> {@link dev.checkrail.read.haproxy.lower.Lowered}: the
 * model with everything inherited and expanded, and all problems found on the way. One file per
 * family of directives; {@link dev.checkrail.read.haproxy.lower.LowerHaproxy} is the entry.
 * <b>Never:</b> guesses: what is not understood stands as {@link dev.checkrail.model.Unmodelled}
 * where it acts. <b>May depend on:</b> {@code read.haproxy}, {@code source}, {@code model}, {@code
 * report}.
 */
@NullMarked
package dev.checkrail.read.haproxy.lower;

import org.jspecify.annotations.NullMarked;
