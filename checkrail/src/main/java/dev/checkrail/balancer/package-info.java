/**
 * Owning a running load balancer: its files, its processes, what it holds in memory.
 *
 * <p><b>In:</b> a {@link dev.checkrail.balancer.Driver} of it, a folder for kept versions, the
 * journal and a clock. <b>Out:</b> versions that are kept, put in place, proven to run and gone back
 * to; what drifted from the approved one. <b>Never:</b> judges a configuration (that is what {@link
 * dev.checkrail.change.Checks} is for), serves HTTP, or lets an unapproved version live by itself.
 * <b>May depend on:</b> {@code change}, {@code read}, and what these use.
 *
 * <p>Where to begin: {@link dev.checkrail.balancer.Versions} keeps and approves; {@link
 * dev.checkrail.balancer.Apply} puts a version in place and recovers after a crash; {@link
 * dev.checkrail.balancer.Truth} says what really serves; {@link dev.checkrail.balancer.Preflight}
 * finds what a reload would lose; {@link dev.checkrail.balancer.Drift} finds what nobody approved;
 * {@link dev.checkrail.balancer.Rollback} goes back. The implementation for HAProxy is in {@code
 * balancer.haproxy}: {@code Adopt} finds one that runs, {@code Doctor} says what it lacks, {@code
 * HaproxyDriver} speaks to it.
 */
@NullMarked
package dev.checkrail.balancer;

import org.jspecify.annotations.NullMarked;
