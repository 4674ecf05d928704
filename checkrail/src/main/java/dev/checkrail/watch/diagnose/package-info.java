/**
 * Says why users fail, from what was observed, and when that may be said.
 *
 * <p><b>In:</b> {@link dev.checkrail.watch.detect.Moment}s, one after the other; {@link
 * dev.checkrail.watch.diagnose.Moved}, what each change did to requests. <b>Out:</b> {@link
 * dev.checkrail.watch.diagnose.Diagnosis}: all causes in order, each with its likelihood ratios;
 * the first published answer, which stays; whether to go back by itself ({@link
 * dev.checkrail.watch.diagnose.AutoRollback}). <b>Never:</b> asks a clock, opens anything, draws a
 * random number; blames a change because it was the last one; calls ruled out what was not
 * observed. The same moments give the same answers on every machine. <b>May depend on:</b> {@code
 * watch.detect}, {@code watch.collect}, {@code watch.traffic}, {@code balancer}, {@code prove}.
 */
@NullMarked
package dev.checkrail.watch.diagnose;

import org.jspecify.annotations.NullMarked;
