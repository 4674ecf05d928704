/**
 * The benchmarks behind {@code bench/README.md}.
 *
 * <p><b>In:</b> seeded configurations of a given number of rules. <b>Out:</b> times. <b>Never:</b>
 * part of a test, asserted anywhere. <b>May depend on:</b> everything in the product.
 */
@NullMarked
package dev.checkrail.bench;

import org.jspecify.annotations.NullMarked;
