/**
 * Looks at a running load balancer each second, and at its servers themselves.
 *
 * <p><b>In:</b> a {@link dev.checkrail.balancer.Driver}, a clock; for probes the configuration that
 * runs and the policy. <b>Out:</b> a {@link dev.checkrail.watch.collect.Snapshot} for each second,
 * blind ones included, and the latest {@link dev.checkrail.watch.collect.Probed} of each target.
 * <b>Never:</b> changes anything, sends a credential or a body, makes up a second that was not
 * seen, lets what it looks at hold up anybody else. <b>May depend on:</b> {@code balancer}, {@code
 * policy}, {@code watch}.
 */
@NullMarked
package dev.checkrail.watch.collect;

import org.jspecify.annotations.NullMarked;
