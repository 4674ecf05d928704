/**
 * Compares the ledger with the acquirers' books and with what users were told.
 *
 * <p><b>In:</b> a database (read only, one snapshot), acquirers' books, a client log. <b>Out:</b>
 * the three numbers: lost, charged twice, told failed but charged; sums per acquirer and currency;
 * each difference by name. <b>Never:</b> corrects anything; believes a summary where the single
 * entries can be counted. <b>May depend on:</b> {@code acquirer} and {@code load}, to read their
 * files; nothing of the gateway: it knows the tables, not the code that fills them.
 */
@NullMarked
package dev.checkrail.gateway.books;

import org.jspecify.annotations.NullMarked;
