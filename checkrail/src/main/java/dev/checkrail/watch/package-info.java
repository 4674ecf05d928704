/**
 * What a load balancer does, second by second.
 *
 * <p><b>In:</b> what {@code watch.collect} and {@code watch.traffic} saw of each second.
 * <b>Out:</b> {@link dev.checkrail.watch.Series}, the last quarter of an hour in fixed memory, and
 * its minutes for {@link dev.checkrail.watch.Rollups}. <b>Never:</b> invents a second that was not
 * seen, grows without bound, waits for a database. <b>May depend on:</b> {@code balancer}, {@code
 * logs}, {@code prove}, {@code replay} (what a record tells), and what these use.
 */
@NullMarked
package dev.checkrail.watch;

import org.jspecify.annotations.NullMarked;
