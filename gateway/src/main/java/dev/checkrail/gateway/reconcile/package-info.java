/**
 * Ends what nobody knows: asks, reverses, and only then calls it failed.
 *
 * <p><b>In:</b> attempts whose outcome is unknown and whose next step is due, leased from the
 * database. <b>Out:</b> attempts settled or scheduled again. <b>Never:</b> sends an authorisation,
 * leaves an unknown attempt without a next step. <b>May depend on:</b> {@code store}, {@code
 * acquiring}, {@code ledger}.
 */
@NullMarked
package dev.checkrail.gateway.reconcile;

import org.jspecify.annotations.NullMarked;
