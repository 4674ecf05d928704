/**
 * Who may do what: accounts, roles, tokens.
 *
 * <p><b>In:</b> the {@code Authorization} header of a request, names, passwords, the one-time code
 * that is printed at the first start. <b>Out:</b> a {@link dev.checkrail.serve.access.Caller} with
 * its rights, or {@link dev.checkrail.serve.access.Denied}; entries in the journal. <b>Never:</b>
 * keeps a password or token in the clear, on disk or in memory longer than a request, or says
 * whether it was the name or the password that was wrong. <b>May depend on:</b> {@code store},
 * {@code change}, {@code logs}.
 */
@NullMarked
package dev.checkrail.serve.access;

import org.jspecify.annotations.NullMarked;
