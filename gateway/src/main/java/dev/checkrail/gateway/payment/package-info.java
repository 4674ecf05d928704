/**
 * The states of a payment and of its attempts, as tables.
 *
 * <p><b>In:</b> a state and an event. <b>Out:</b> the next state, or the refusal with its reason.
 * <b>Never:</b> touches a database, a socket or a clock. <b>May depend on:</b> {@code money}.
 */
@NullMarked
package dev.checkrail.gateway.payment;

import org.jspecify.annotations.NullMarked;
