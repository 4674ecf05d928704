/**
 * The command line: the outer edge of the product.
 *
 * <p><b>In:</b> arguments, the files they name, standard input. <b>Out:</b> text or JSON on
 * standard output, one line on standard error when something could not be done, and an exit status.
 * Here, and nowhere below, files are opened and an exit status is decided.
 *
 * <p><b>Never:</b> judges a configuration itself, prints a stack trace for bad input, writes
 * outside the paths it was given.
 *
 * <p><b>May depend on:</b> every package except {@code serve}.
 */
@NullMarked
package dev.checkrail.cli;

import org.jspecify.annotations.NullMarked;
