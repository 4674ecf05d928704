/**
 * The path of a change: the stages in their order.
 *
 * <p><b>In:</b> {@link dev.checkrail.path.Subject configurations} as the edge found them, and the
 * {@link dev.checkrail.path.Terms} on which they are judged. <b>Out:</b> {@link
 * dev.checkrail.path.PathReport}: the verdict and what the stages reported. {@link
 * dev.checkrail.path.Path} is the table of contents: each line takes what the stages before it
 * found and gives a report. Nothing else strings stages together.
 *
 * <p><b>Never:</b> looks at a configuration itself, opens a file, prints, decides on an exit
 * status, skips a stage in silence. Time is a parameter; only {@code rehearse} meets processes.
 *
 * <p><b>May depend on:</b> lint, replay, rehearse, change and what their arrows reach.
 */
@NullMarked
package dev.checkrail.path;

import org.jspecify.annotations.NullMarked;
