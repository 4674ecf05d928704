/**
 * The database: the embedded PostgreSQL, its migrations, and one class of statements per table.
 *
 * <p><b>In:</b> values of the pure packages. <b>Out:</b> rows as records; transactions that the
 * callers bound. <b>Never:</b> calls an acquirer inside a transaction, holds a card number in
 * clear. <b>May depend on:</b> {@code money}, {@code card}, {@code payment}, {@code ledger}.
 */
@NullMarked
package dev.checkrail.gateway.store;

import org.jspecify.annotations.NullMarked;
