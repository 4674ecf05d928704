/**
 * The demo: the whole system on one machine, and the incident of 18 August 2024 played against it.
 *
 * <p><b>In:</b> the example in {@code examples/payment-gateway} and the product's command line,
 * used as people use it. <b>Out:</b> a story on standard output, and with {@code --format json} a
 * last line for machines. <b>Never:</b> fakes a result: what it shows is what the commands print.
 *
 * <p><b>May depend on:</b> everything; nothing of the product depends on it.
 */
@NullMarked
package dev.checkrail.scenarios;

import org.jspecify.annotations.NullMarked;
