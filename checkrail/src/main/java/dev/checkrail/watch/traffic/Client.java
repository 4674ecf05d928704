package dev.checkrail.watch.traffic;

/**
 * A client that asks a lot.
 *
 * @param key as logged (a hash of its API key or session), else its address
 * @param requests how many, at most {@code atMostTooHigh} too many
 * @param failures how many of those that were surely its own failed
 */
public record Client(String key, long requests, long atMostTooHigh, long failures) {}
