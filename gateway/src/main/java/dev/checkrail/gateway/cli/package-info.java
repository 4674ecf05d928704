/**
 * The command line: wires the parts together, alone knows the clock and chance.
 *
 * <p><b>In:</b> arguments and environment. <b>Out:</b> a running process, an exit status.
 * <b>Never:</b> decides anything about payments. <b>May depend on:</b> all packages.
 */
@NullMarked
package dev.checkrail.gateway.cli;

import org.jspecify.annotations.NullMarked;
