package dev.checkrail.model;

/**
 * How many directives (section headers excluded) fall into each of the four classes.
 *
 * @param modelled what explain and prove understand
 * @param noEffect what cannot change which server gets which bytes nor what the client is answered
 * @param response rules on responses: listed, compared as text, not proved
 * @param unmodelled the rest
 */
public record Coverage(int modelled, int noEffect, int response, int unmodelled) {

  /** All directives. */
  public int total() {
    return modelled + noEffect + response + unmodelled;
  }

  /** Both together. */
  public Coverage plus(Coverage other) {
    return new Coverage(
        modelled + other.modelled,
        noEffect + other.noEffect,
        response + other.response,
        unmodelled + other.unmodelled);
  }
}
