/**
 * The whole system on one machine: a payment gateway with its database and acquirers, a reports
 * server, a shop, HAProxy, the control plane, and a sink for what it tells people.
 *
 * <p><b>In:</b> a {@link dev.checkrail.scenarios.topology.Staging}. <b>Out:</b> processes that run,
 * each with its raw log, all in one folder. <b>Never:</b> shares a process with the control plane,
 * touches a process that it did not start, leaves one behind.
 *
 * <p><b>May depend on:</b> the product's launchers and its public API; nothing of its classes.
 */
@NullMarked
package dev.checkrail.scenarios.topology;

import org.jspecify.annotations.NullMarked;
