package dev.checkrail.logs;

import java.util.List;

/**
 * The format of the log that tells most, for frontends in HTTP mode. Checked with HAProxy 2.6.12.
 *
 * <p>The order is that of trust. First what HAProxy makes itself, so that a line that is cut (at
 * 1024 bytes, unless {@code log … len} says otherwise) has lost none of it. Then what a client has
 * a hand in, the longest last. Nothing a client sends can pass for a field: the id stands in quotes
 * with backslashes, the key is a hash, the host is percent-encoded, in captured headers HAProxy
 * escapes braces and bars, and in the request quotes (section 8.6).
 *
 * <p>The client's key is the {@code Authorization} header, else {@code X-Api-Key}. HAProxy logs the
 * first 16 hexadecimal digits of its SHA-256, never the key. That hides keys that cannot be
 * guessed; passwords of people that come as {@code Basic} can be guessed from it.
 */
public final class RecommendedFormat {
  /** The word with which each line begins: what it is, and which version. */
  public static final String MARK = "checkrail/1";

  /** The argument of {@code log-format}, without quotes around it. */
  public static final String LOG_FORMAT =
      MARK
          + " %[date(0,ms)] %ci:%cp %fi:%fp %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc"
          + " %ac/%fc/%bc/%sc/%rc %sq/%bq %{+Q,+E}ID %[var(txn.checkrail_client)]"
          + " %[var(txn.checkrail_host)] >%hr <%hs %{+Q}r";

  /** Gives requests an id; only where the frontend has no {@code unique-id-format} of its own. */
  public static final String UNIQUE_ID = "unique-id-format %[uuid()]";

  /**
   * What notes host and client of each request. These lines have to stand before all other {@code
   * http-request} lines of the frontend: what is denied before them is logged without. It is the
   * whole line of Host ({@code fhdr}): of {@code Host: a,b} {@code hdr} would log b alone.
   */
  public static final List<String> REQUEST_LINES =
      List.of(
          "http-request set-var(txn.checkrail_host) req.fhdr(host),lower,bytes(0,128),url_enc",
          "http-request set-var(txn.checkrail_client)"
              + " req.hdr(x-api-key),sha2(256),hex,lower,bytes(0,16)",
          "http-request set-var(txn.checkrail_client)"
              + " req.hdr(authorization),sha2(256),hex,lower,bytes(0,16)"
              + " if { req.hdr(authorization) -m found }");

  private RecommendedFormat() {}
}
