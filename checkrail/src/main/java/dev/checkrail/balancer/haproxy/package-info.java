/**
 * HAProxy as a running load balancer.
 *
 * <p><b>In:</b> an {@link dev.checkrail.balancer.haproxy.Installation}: where its sockets and files
 * are. <b>Out:</b> {@link dev.checkrail.balancer.haproxy.HaproxyDriver}, which speaks to the master
 * CLI and to the current worker through it; {@link dev.checkrail.balancer.haproxy.Adopt}, which
 * finds an installation from a process that runs; {@link dev.checkrail.balancer.haproxy.Doctor},
 * which says what it lacks. <b>Never:</b> takes a word from outside into a command unchecked, or
 * keeps a connection to a worker that was replaced. <b>May depend on:</b> {@code balancer}.
 */
@NullMarked
package dev.checkrail.balancer.haproxy;

import org.jspecify.annotations.NullMarked;
