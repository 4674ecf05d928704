/**
 * Talks to the acquirers.
 *
 * <p><b>In:</b> an attempt with our reference. <b>Out:</b> what the acquirer said, or that nobody
 * knows (with what is known about whether it was sent). <b>Never:</b> repeats a request that may
 * have been received; decides what a payment becomes. <b>May depend on:</b> {@code money}, {@code
 * card}, {@code payment}.
 */
@NullMarked
package dev.checkrail.gateway.acquiring;

import org.jspecify.annotations.NullMarked;
