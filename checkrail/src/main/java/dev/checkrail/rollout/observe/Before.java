package dev.checkrail.rollout.observe;

/**
 * A stretch of time before the step, its length fixed beforehand.
 *
 * @param moved requests of the kind that the change moves; for a new server those of its pool
 * @param others all others; for a new server those of its pool, too
 */
public record Before(Group moved, Group others) {}
