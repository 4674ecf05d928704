package dev.checkrail.watch.incident;

import java.time.Instant;

/**
 * What people and notifiers did about it.
 *
 * @param who an account, a chain, a notifier; {@code checkrail} for what happened by itself
 */
public record Happening(Instant at, Incident.What what, String who, String text) {}
