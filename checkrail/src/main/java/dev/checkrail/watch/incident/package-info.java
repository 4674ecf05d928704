/**
 * The record of an outage, kept by itself: from the first harm to the last.
 *
 * <p><b>In:</b> {@link dev.checkrail.watch.detect.Moment}s with their {@link
 * dev.checkrail.watch.diagnose.Diagnosis}, and what people and notifiers did. <b>Out:</b> {@link
 * dev.checkrail.watch.incident.Incident}, a value with its timeline; {@link
 * dev.checkrail.watch.incident.Postmortem}, its text; {@link
 * dev.checkrail.watch.incident.Prevention}, what would refuse such a change for ever. <b>Never:</b>
 * asks a clock, opens anything, writes what was not recorded. <b>May depend on:</b> {@code
 * watch.diagnose}, {@code watch.detect}.
 */
@NullMarked
package dev.checkrail.watch.incident;

import org.jspecify.annotations.NullMarked;
