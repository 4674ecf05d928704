package dev.checkrail.gateway.acquirer;

import java.time.Instant;
import java.util.Optional;

/**
 * One entry of the books, never changed once it is written.
 *
 * @param sequence 1, 2, 3, … in the order of the journal
 * @param reference the caller's name of the operation; a {@link Kind#REVERSE} bears the name of
 *     what it undoes
 * @param original what a capture, void or refund builds upon
 * @param approved whether it was done; else {@code declineCode} says why not
 * @param amount in minor units; 0 for a reversal and a tombstone
 * @param currency ISO 4217; empty where there is no amount
 * @param capture whether an authorisation took the money at once
 * @param card first six and last four digits, nothing more
 * @param fingerprint keyed hash of the request, to tell a repetition from another request
 */
public record Operation(
    long sequence,
    Instant at,
    Kind kind,
    String reference,
    Optional<String> original,
    boolean approved,
    Optional<String> declineCode,
    Optional<String> authorisationCode,
    long amount,
    String currency,
    boolean capture,
    Optional<String> card,
    String fingerprint) {}
