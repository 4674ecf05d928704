/**
 * What the live half keeps: PostgreSQL, and the statements that are sent to it.
 *
 * <p><b>In:</b> a data folder (then a PostgreSQL of our own runs in it, durable) or the address of
 * a database. <b>Out:</b> {@link dev.checkrail.store.ChainedJournal}, the journal, append only and
 * hash-chained; {@link dev.checkrail.store.AccountTable}, accounts and tokens as rows; {@link
 * dev.checkrail.store.OnCallTable}, whom to tell of what; and what {@code balancer}, {@code
 * review}, {@code rollout} and {@code watch} ask to be kept. <b>Never:</b> decides who may do what,
 * keeps a password or a token in the clear, runs an embedded database that may lose what it
 * acknowledged. <b>May depend on:</b> {@code change}, {@code balancer}, {@code review}, {@code
 * rollout}, {@code watch}.
 */
@NullMarked
package dev.checkrail.store;

import org.jspecify.annotations.NullMarked;
