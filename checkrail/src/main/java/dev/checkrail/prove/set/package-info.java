/**
 * Sets of strings and sets of requests, as mathematics: regular languages over bytes, the atoms of
 * a field, decision diagrams.
 *
 * <p><b>What comes in:</b> strings (Latin-1, one {@code char} per byte), regular expressions in
 * PCRE syntax, lists of tests, guards in the order of a rule list. <b>What goes out:</b> exact
 * answers (is this set empty, is it inside that one, which word lies in it) or a typed "too large"
 * ({@link dev.checkrail.prove.set.BudgetExceeded}) or "not regular" ({@link
 * dev.checkrail.prove.set.Pattern.Unsupported}).
 *
 * <p><b>What it never does:</b> approximate. Every answer is exact or is refused. It knows no HTTP,
 * no load balancer, no files, clock, threads or randomness; budgets count states, so the answer is
 * the same on every machine. <b>What it may depend on:</b> the JDK and JSpecify's annotations.
 *
 * <p>{@link dev.checkrail.prove.set.Language} values are immutable and may be shared by threads;
 * {@link dev.checkrail.prove.set.Diagrams} is confined to one thread.
 */
@NullMarked
package dev.checkrail.prove.set;

import org.jspecify.annotations.NullMarked;
