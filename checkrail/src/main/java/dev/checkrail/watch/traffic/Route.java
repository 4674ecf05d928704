package dev.checkrail.watch.traffic;

/**
 * Requests that the approved rules treat alike, as far as the log can tell them apart.
 *
 * @param frontend where they arrive
 * @param service the policy's services that they belong to, joined by {@code +}; with a question
 *     mark those that depend on what the log does not have; {@code -} for none
 * @param approved the pools to which the approved rules send them, joined by {@code |}; {@code
 *     (answer)} where the load balancer answers; {@code ?} where that is not known
 * @param unseen what the rules look at and the log does not have, if it matters; else empty
 */
public record Route(String frontend, String service, String approved, String unseen) {
  /** Requests for which there was no room any more. */
  public static final Route OTHER = new Route("(other)", "(other)", "?", "");
}
