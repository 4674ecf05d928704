/**
 * What people and load balancers need of a running instance.
 *
 * <p><b>In:</b> the parts of this process. <b>Out:</b> health, readiness of this process alone,
 * dependencies, capabilities, metrics, fault switches, logs. <b>Never:</b> makes readiness depend
 * on anything that instances share. <b>May depend on:</b> {@code store}, {@code acquiring}.
 */
@NullMarked
package dev.checkrail.gateway.operations;

import org.jspecify.annotations.NullMarked;
