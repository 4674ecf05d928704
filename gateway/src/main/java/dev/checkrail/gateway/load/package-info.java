/**
 * Users who pay: an open loop with patience and one retry.
 *
 * <p><b>In:</b> an address, a rate, a seed. <b>Out:</b> what became of each user, percentiles, a
 * log of the client. <b>Never:</b> waits for the server before the next user comes. <b>May depend
 * on:</b> nothing of the gateway.
 */
@NullMarked
package dev.checkrail.gateway.load;

import org.jspecify.annotations.NullMarked;
