/**
 * Amounts of money as whole minor units of an ISO 4217 currency.
 *
 * <p><b>In:</b> a currency code and a number of minor units, as a merchant sent them. <b>Out:</b>
 * {@code Amount} and {@code Currency}: positive where a charge is meant, bounded, never a fraction.
 * <b>Never:</b> computes with floating point, converts between currencies. <b>May depend on:</b>
 * nothing of the gateway.
 */
@NullMarked
package dev.checkrail.gateway.money;

import org.jspecify.annotations.NullMarked;
