/**
 * Compares the ledger with the acquirers' books and with what users were told.
 *
 * <p><b>In:</b> a database, acquirers' books, a client log. <b>Out:</b> the three numbers: lost,
 * charged twice, told failed but charged. <b>Never:</b> corrects anything. <b>May depend on:</b>
 * {@code money}.
 */
@NullMarked
package dev.checkrail.gateway.books;

import org.jspecify.annotations.NullMarked;
