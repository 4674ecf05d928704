/**
 * Recorded traffic through what was proved: what goes where, and what a change would move.
 *
 * <p><b>In:</b> lines or {@linkplain dev.checkrail.logs.LogRecord records} of a log, and the
 * diagrams of one or two configurations as {@code prove} built them ({@link
 * dev.checkrail.prove.Sorter}). <b>Out:</b> {@link dev.checkrail.replay.ReplayReport}. <b>Never:</b>
 * guesses what a log does not tell (an outcome holds for everything that may have been, or is
 * undecided), loses a line (each is a request that was sorted or rejected for a reason), sends
 * anything anywhere, touches files or sockets, asks for the time. <b>May depend on:</b> {@code
 * prove}, {@code logs}, and what these use.
 */
@NullMarked
package dev.checkrail.replay;

import org.jspecify.annotations.NullMarked;
