/**
 * The fault bench: real faults, one after the other, injected into the whole system on one machine,
 * and what the control plane said of each of them.
 *
 * <p><b>In:</b> the topology, running; scenarios, seeds, loads. <b>Out:</b> one row (a line of
 * JSON) for each run, and a table of rows. <b>Never:</b> tells the control plane what was done, or
 * reads what was done before the diagnosis is stored: faults are injected by a process of their
 * own, which first shows a digest of the truth and opens it at the end.
 *
 * <p><b>May depend on:</b> {@code topology}; of the product nothing but its commands and its public
 * API.
 */
@NullMarked
package dev.checkrail.scenarios.bench;

import org.jspecify.annotations.NullMarked;
