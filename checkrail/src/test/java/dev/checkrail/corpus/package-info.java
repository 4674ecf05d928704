/**
 * Material that others wrote, as far as it is there: configurations, regression tests, outages.
 *
 * <p><b>In:</b> the folder {@code ../shared} beside the repository; tests are skipped by name where
 * it is missing. <b>Out:</b> scores, and {@code docs/coverage.md}. <b>Never:</b> copies any of it
 * into the repository. <b>May depend on:</b> everything.
 */
@NullMarked
package dev.checkrail.corpus;

import org.jspecify.annotations.NullMarked;
