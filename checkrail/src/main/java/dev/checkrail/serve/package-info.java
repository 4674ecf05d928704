/**
 * The control plane: one process that owns load balancers and answers HTTP.
 *
 * <p><b>In:</b> options, requests. <b>Out:</b> answers in JSON as {@code /openapi.yaml} says,
 * errors as {@code application/problem+json}, metrics, entries in the journal. The wiring of the
 * live half is here: {@link dev.checkrail.serve.ControlPlane}. <b>Never:</b> acts for a caller
 * without the right to it, or answers with a stack trace or a secret. <b>May depend on:</b>
 * everything except {@code cli}.
 */
@NullMarked
package dev.checkrail.serve;

import org.jspecify.annotations.NullMarked;
