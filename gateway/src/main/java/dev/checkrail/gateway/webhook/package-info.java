/**
 * Tells merchants what happened to their payments.
 *
 * <p><b>In:</b> events from the outbox. <b>Out:</b> signed POST requests, at least once, in
 * sequence, until taken or dead. <b>Never:</b> sends a card number; connects to a private address
 * unless it is allowed. <b>May depend on:</b> {@code store}.
 */
@NullMarked
package dev.checkrail.gateway.webhook;

import org.jspecify.annotations.NullMarked;
