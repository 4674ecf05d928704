/**
 * HTTP API v1.
 *
 * <p><b>In:</b> requests of merchants. <b>Out:</b> JSON answers and {@code
 * application/problem+json}. <b>Never:</b> starts what nobody waits for any more; answers twice
 * with different words to one idempotency key. <b>May depend on:</b> all packages but {@code cli},
 * {@code load}, {@code books} and {@code acquirer}.
 */
@NullMarked
package dev.checkrail.gateway.api;

import org.jspecify.annotations.NullMarked;
