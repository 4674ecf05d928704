/**
 * Asks the real binary: HAProxy itself, in a sandbox, with servers and clients that we play.
 *
 * <p><b>In</b>: a configuration's files (a copy, in a folder of the sandbox), what the servers
 * shall do, requests as bytes. <b>Out</b>: what each client saw and what each server received.
 *
 * <p><b>Never</b>: executes a command of a configuration, lets a packet leave the machine, gives
 * HAProxy our environment, or leaves a process, a namespace or a file behind.
 *
 * <p><b>May use</b>: {@code read prove explain} and what their arrows reach; the mechanical part
 * ({@link dev.checkrail.rehearse.Sandbox} and what it names) uses the JDK alone.
 */
@NullMarked
package dev.checkrail.rehearse;

import org.jspecify.annotations.NullMarked;
