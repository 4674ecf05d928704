/**
 * A simulated acquirer: a process of its own that behaves, and misbehaves, like a bank's.
 *
 * <p><b>In:</b> HTTP/1.1 with JSON on loopback: {@code POST /authorise /capture /void /refund
 * /reverse}, {@code GET /operations/{reference}}, and with the control token {@code POST /control}
 * and {@code GET /books}. <b>Out:</b> answers, and the {@linkplain
 * dev.checkrail.gateway.acquirer.Operation operations} in an append-only journal that is on the
 * disk before anybody is answered. <b>Never:</b> charges a reference twice, forgets what it has
 * answered (also after kill -9), writes a full card number or a CVC anywhere. <b>May depend on:</b>
 * nothing of the gateway: the two share a protocol, not code.
 *
 * <p>The protocol. {@code reference} is chosen by the caller and makes every operation idempotent:
 * the same reference with the same request has the same answer for ever, with another request it is
 * refused (409). "Not found" by {@code GET /operations} is no proof that nothing will be charged: a
 * slow request may still be on its way. {@code /reverse} is: it undoes what the reference did, or,
 * if it has done nothing yet, leaves a <em>tombstone</em>, on which the late request is declined.
 */
@NullMarked
package dev.checkrail.gateway.acquirer;

import org.jspecify.annotations.NullMarked;
