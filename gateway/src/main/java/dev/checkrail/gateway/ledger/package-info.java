/**
 * Double-entry postings for what acquirers confirmed.
 *
 * <p><b>In:</b> a settled attempt. <b>Out:</b> the entries that it books: balanced, per currency.
 * <b>Never:</b> changes or removes an entry. <b>May depend on:</b> {@code money}, {@code payment}.
 */
@NullMarked
package dev.checkrail.gateway.ledger;

import org.jspecify.annotations.NullMarked;
