/**
 * Decides each second what is wrong with a load balancer, and whom to tell.
 *
 * <p><b>In:</b> a {@link dev.checkrail.watch.detect.Moment}, all that was observed in one second;
 * {@link dev.checkrail.watch.detect.Expectations}, what people want of it. <b>Out:</b> {@link
 * dev.checkrail.watch.detect.Sign}s, what the detectors see, and the {@link
 * dev.checkrail.watch.detect.Alert}s that become of them. <b>Never:</b> asks a clock, opens
 * anything, draws a random number; takes what was not observed for 0; blames a cause. The same
 * moments give the same alerts on every machine. <b>May depend on:</b> {@code balancer}, {@code
 * logs}, {@code policy}, {@code watch.collect}, {@code watch.traffic}.
 */
@NullMarked
package dev.checkrail.watch.detect;

import org.jspecify.annotations.NullMarked;
