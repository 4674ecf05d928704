package dev.checkrail.balancer;

/**
 * What the load balancer's own check says of files.
 *
 * @param text its output without what looks like a secret, at most 16 KiB
 */
public record NativeAnswer(boolean accepted, String text) {}
