/**
 * What runs <em>inside</em> the sandbox: one process of our own that starts HAProxy, plays the
 * backend servers and sends the requests.
 *
 * <p><b>In</b>: frames on standard input ({@link dev.checkrail.rehearse.agent.Wire}), written by
 * {@link dev.checkrail.rehearse.Sandbox}. <b>Out</b>: one frame on standard output for each.
 *
 * <p><b>Never</b>: reads a configuration's meaning, changes a byte of a request or of an answer,
 * executes anything but the given HAProxy binary (behind {@code setpriv}), resolves a name, or
 * outlives its standard input.
 *
 * <p><b>May use</b>: the JDK only. The classes of this package are copied into the sandbox and
 * started alone there, so that start-up is short and an unprivileged user can read them.
 */
@NullMarked
package dev.checkrail.rehearse.agent;

import org.jspecify.annotations.NullMarked;
