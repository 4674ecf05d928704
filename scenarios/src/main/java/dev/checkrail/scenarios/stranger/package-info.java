/**
 * Those of the demo and the fault bench who are neither the system nor the control plane: a
 * stranger with rights on the machine who does things behind everybody's back, and a shop with its
 * visitors. Processes of their own.
 *
 * <p><b>In:</b> for the stranger a JSON object on a line of standard input. <b>Out:</b> his own
 * record of what he did and when. <b>Never:</b> speaks to the control plane.
 *
 * <p><b>May depend on:</b> nothing but the JDK and Jackson.
 */
@NullMarked
package dev.checkrail.scenarios.stranger;

import org.jspecify.annotations.NullMarked;
