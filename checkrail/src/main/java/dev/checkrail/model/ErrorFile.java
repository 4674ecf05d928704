package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A complete answer that is sent instead of the proxy's own for one status [4.2 errorfile].
 *
 * @param path the file as written
 * @param status the status that the file's own status line gives; empty if the file is missing or
 *     {@code /dev/null} (then the connection is closed without an answer)
 * @param digest SHA-256 of the file in hexadecimal, empty if missing
 * @param span where it is set
 */
public record ErrorFile(String path, OptionalInt status, Optional<String> digest, Span span) {}
