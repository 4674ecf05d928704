/**
 * Whether a step of a rollout is followed by the next one, waits, or is undone.
 *
 * <p><b>In:</b> how requests fared before, and second by second since: those that the change moved
 * and those that it did not; what probes and alerts say. <b>Out:</b> a {@link
 * dev.checkrail.rollout.observe.Decision} each second, with its reason in words. <b>Never:</b> passes
 * for want of data, takes the success of probes for that of users, lets the number of looks inflate
 * an error; asks a clock, a load balancer or a log. <b>May depend on:</b> nothing but the JDK.
 */
@NullMarked
package dev.checkrail.rollout.observe;

import org.jspecify.annotations.NullMarked;
