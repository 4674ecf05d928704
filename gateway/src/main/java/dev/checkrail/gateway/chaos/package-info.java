/**
 * Breaks a whole stack under load, then counts.
 *
 * <p><b>In:</b> a seed, a time, how many users. <b>Out:</b> what was done to the stack, what became
 * of the users, and whether the books agree. <b>Never:</b> touches a process that it did not start;
 * leaves one behind, also when it is interrupted; knows more of the gateway than its command line,
 * its API and its tables. <b>May depend on:</b> {@code load}, {@code books}, {@code acquirer}, and
 * {@code store} for the embedded database alone.
 */
@NullMarked
package dev.checkrail.gateway.chaos;

import org.jspecify.annotations.NullMarked;
