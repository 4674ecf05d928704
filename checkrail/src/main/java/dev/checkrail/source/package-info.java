/**
 * Where text came from.
 *
 * <p><b>In:</b> bytes of configuration, map, list and policy files, as the edge of the program read
 * them. <b>Out:</b> {@link dev.checkrail.source.SourceFile} (text with line positions), {@link
 * dev.checkrail.source.Span} (a place in it) and {@link dev.checkrail.source.Problem} (what is
 * wrong there). <b>Never:</b> opens a file, a socket or a process itself; {@link
 * dev.checkrail.source.Files} asks a loader that the edge supplies. <b>May depend on:</b> nothing
 * of Checkrail.
 */
@NullMarked
package dev.checkrail.source;

import org.jspecify.annotations.NullMarked;
