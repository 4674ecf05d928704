/**
 * The same incident under a textbook Prometheus with Alertmanager, as Debian packages them, and
 * once more with both set to be as quick as they can.
 *
 * <p><b>In:</b> a topology that runs without the control plane. <b>Out:</b> when each alert was
 * pending, firing and at the pager, and what it said; as a table and as JSON. <b>Never:</b> changes
 * the load balancer other than as the demo does, or gives the monitoring what a team would not
 * have.
 *
 * <p><b>May depend on:</b> the topology and the stranger; nothing of the product's classes.
 */
@NullMarked
package dev.checkrail.scenarios.textbook;

import org.jspecify.annotations.NullMarked;
