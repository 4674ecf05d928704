package dev.checkrail.logs;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One request, or one TCP session, as HAProxy logged it at its end (Configuration Manual 2.6,
 * section 8.2).
 *
 * @param at when the request began (its first byte), to the millisecond
 * @param client address of the client without port; empty if the format has none
 * @param frontend name, without the tilde that marks TLS
 * @param tls whether the client spoke TLS to the load balancer
 * @param backend the pool; the frontend's name again if none was chosen
 * @param server name of the server; empty for {@code <NOSRV>} (none was chosen, or HAProxy answered
 *     itself)
 * @param times milliseconds of each phase
 * @param status HTTP status sent to the client; -1 if none was, or for TCP
 * @param bytes sent to the client
 * @param termination two characters for TCP, two or four for HTTP, as in section 8.5: {@code ----}
 * @param load connections when it was logged, and what became of the connection to the server
 * @param requestHeaders captured request headers, redacted, by slot; "" where the request had none
 * @param responseHeaders captured response headers alike
 * @param method empty for TCP and for requests that could not be read ({@code <BADREQ>})
 * @param target as sent, redacted (in its path the digits of card numbers are zeros); may be cut by
 *     HAProxy at the end of a long line
 * @param version {@code HTTP/1.1}
 * @param host the Host header in lower case, where the format has it, or the host that the target
 *     names (HTTP/2)
 * @param requestId the request's id, where the format has it
 * @param clientKey a hash of what tells one client from another (API key, session), where the
 *     format has it; else empty
 * @param listener address and port at which it arrived, where the format has it
 */
public record LogRecord(
    Instant at,
    Optional<String> client,
    String frontend,
    boolean tls,
    String backend,
    Optional<String> server,
    Times times,
    int status,
    long bytes,
    String termination,
    Load load,
    List<String> requestHeaders,
    List<String> responseHeaders,
    Optional<String> method,
    Optional<String> target,
    Optional<String> version,
    Optional<String> host,
    Optional<String> requestId,
    Optional<String> clientKey,
    Optional<String> listener) {

  public LogRecord {
    requestHeaders = List.copyOf(requestHeaders);
    responseHeaders = List.copyOf(responseHeaders);
  }

  /**
   * Milliseconds of each phase; -1 where it was not reached.
   *
   * @param request until the request's headers were complete ({@code %TR})
   * @param queue waiting for a free connection ({@code %Tw})
   * @param connect until the server accepted ({@code %Tc})
   * @param response until the response's headers were complete ({@code %Tr})
   * @param active from the first byte of the request to the end ({@code %Ta}; {@code %Tt} for TCP)
   */
  public record Times(int request, int queue, int connect, int response, int active) {}

  /**
   * Counters at the time of the line.
   *
   * @param process connections of the process
   * @param frontend connections of the frontend
   * @param backend connections of the backend
   * @param server connections of the server
   * @param retries how often connecting was tried again
   * @param redispatched whether another server was taken for it
   * @param serverQueue requests that were served before it in the server's queue
   * @param backendQueue the same in the backend's queue
   */
  public record Load(
      int process,
      int frontend,
      int backend,
      int server,
      int retries,
      boolean redispatched,
      int serverQueue,
      int backendQueue) {}
}
