/**
 * HAProxy configurations, from text to a lossless tree (and, by the lowering, on to the model).
 *
 * <p><b>In:</b> the configuration's files in load order, and the {@link
 * dev.checkrail.read.haproxy.Target} they are meant for. <b>Out:</b> a {@link
 * dev.checkrail.read.haproxy.HaproxyTree} that prints back byte for byte, and all problems found,
 * with their places. Expressions, ACLs, conditions and log-format strings have parsers of their
 * own; {@link dev.checkrail.read.haproxy.Registry} knows the words of HAProxy 2.6, {@link
 * dev.checkrail.read.haproxy.Classification} what each of them does to a request. <b>Never:</b>
 * opens a file, asks the environment of its own process, or throws because of what a file says.
 * <b>May depend on:</b> {@code source}, {@code model}, {@code report}.
 */
@NullMarked
package dev.checkrail.read.haproxy;

import org.jspecify.annotations.NullMarked;
