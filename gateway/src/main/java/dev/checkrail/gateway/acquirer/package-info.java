/**
 * Two simulated acquirers, each a process of its own with durable books.
 *
 * <p><b>In:</b> requests of the protocol that {@code acquiring} speaks. <b>Out:</b> answers,
 * delays, half answers and silence, as card numbers and the control call ask. <b>Never:</b>
 * shares code or a table with the gateway. <b>May depend on:</b> nothing of the gateway.
 */
@NullMarked
package dev.checkrail.gateway.acquirer;

import org.jspecify.annotations.NullMarked;
