/**
 * What is said of a configuration.
 *
 * <p><b>In:</b> the results of the stages. <b>Out:</b> the catalogue of rules ({@link
 * dev.checkrail.report.RuleId}), findings, concrete {@linkplain dev.checkrail.report.Request
 * requests} and {@linkplain dev.checkrail.report.Outcome outcomes}, verdicts, and the JSON that
 * other people's scripts read. <b>Never:</b> decides what is true of a configuration, prints to a
 * terminal, writes a file. <b>May depend on:</b> {@code model}, {@code source}.
 */
@NullMarked
package dev.checkrail.report;

import org.jspecify.annotations.NullMarked;
