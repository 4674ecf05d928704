/**
 * A payment card while it is in memory.
 *
 * <p><b>In:</b> number, expiry and CVC as a merchant sent them. <b>Out:</b> a checked {@code Card},
 * or the reason why not; its masked form for people. <b>Never:</b> prints a number or a CVC: no
 * {@code toString} here does. Stores nothing. <b>May depend on:</b> nothing of the gateway.
 */
@NullMarked
package dev.checkrail.gateway.card;

import org.jspecify.annotations.NullMarked;
