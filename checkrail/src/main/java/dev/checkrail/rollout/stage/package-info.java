/**
 * In which steps a change reaches a load balancer.
 *
 * <p><b>In:</b> the approved and the new configuration as they were read. <b>Out:</b> a {@link
 * dev.checkrail.rollout.stage.Plan}: files to be put in place one after the other (each approved with
 * the change), weights to be set between them, and in words what can't be staged. <b>Never:</b> puts
 * a file in place, asks a load balancer, decides whether the next step is taken (that is {@code
 * rollout.observe}). <b>May depend on:</b> {@code read}, {@code report}, and what these use.
 */
@NullMarked
package dev.checkrail.rollout.stage;

import org.jspecify.annotations.NullMarked;
