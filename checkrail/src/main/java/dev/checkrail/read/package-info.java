/**
 * Reading: from files to the model, whatever the dialect.
 *
 * <p><b>In:</b> paths, the files behind them, and the target that they are meant for. <b>Out:</b>
 * {@link dev.checkrail.read.ReadReport}: the lossless tree, the {@link
 * dev.checkrail.model.Configuration}, and all problems with their places. Each dialect has a
 * package of its own below this one. <b>Never:</b> opens a file itself, or throws because of what a
 * file says. <b>May depend on:</b> {@code source}, {@code model}, {@code report}.
 */
@NullMarked
package dev.checkrail.read;

import org.jspecify.annotations.NullMarked;
