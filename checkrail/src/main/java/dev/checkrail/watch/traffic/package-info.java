/**
 * What the log says of each second: how many requests of which route went where, and how they
 * ended.
 *
 * <p><b>In:</b> {@link dev.checkrail.logs.LogRecord records} as they arrive, and the {@link
 * dev.checkrail.prove.Regions regions} of the approved configuration. <b>Out:</b> {@link
 * dev.checkrail.watch.traffic.Second}: rows by route, pool and server, distinct clients, busiest
 * clients; requests that went where the approved rules do not send them. <b>Never:</b> grows with
 * the traffic (seconds, rows, clients and words are bounded, and what did not fit is counted), puts
 * a late record into another second, calls misrouted what the log cannot decide; opens sockets or
 * files, starts threads. <b>May depend on:</b> logs, prove, replay (what a record
 * tells), and what they may.
 */
@NullMarked
package dev.checkrail.watch.traffic;

import org.jspecify.annotations.NullMarked;
