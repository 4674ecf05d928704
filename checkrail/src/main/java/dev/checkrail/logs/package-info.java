/**
 * What a load balancer logs: one line in, one record out.
 *
 * <p><b>In:</b> lines of HAProxy's log, from a file, over UDP or a UNIX socket. <b>Out:</b> {@link
 * dev.checkrail.logs.LogRecord}, or the reason why a line is none, counted. <b>Never:</b> keeps or
 * hands on a secret or a card number, lets a line cost more than its length, drops a line without
 * counting it. Parsing is pure; only the intake at the edge touches sockets and files. <b>May
 * depend on:</b> {@code model}.
 *
 * <pre>
 * switch (new LineReader(ZoneOffset.UTC).read(bytes)) {
 *   case Parsed(LogRecord record, boolean cut) -> …
 *   case Refused(Reason reason) -> …
 * }
 *
 * try (Intake intake =
 *     Intake.open(
 *         new LogSource.Udp(new InetSocketAddress("127.0.0.1", 5514)),
 *         new LineReader(ZoneId.systemDefault()),
 *         sample::add,
 *         "edge")) {
 *   … intake.counts() …
 * }
 * </pre>
 */
@NullMarked
package dev.checkrail.logs;

import org.jspecify.annotations.NullMarked;
