package dev.checkrail.model;

import dev.checkrail.source.Span;

/**
 * A field of the request [7.3]. Types: text (bytes), number (signed 64 bit), address (IPv4 or
 * IPv6), flag. HTTP fields have no value in TCP mode and before the request is parsed ({@code
 * CONNECTION}, {@code SESSION}).
 */
public sealed interface Fetch {

  /** {@code method}: text. */
  record Method() implements Fetch {}

  /**
   * {@code path}: from the first {@code /} of the target up to {@code ?}; no value for {@code *}.
   */
  record Path() implements Fetch {}

  /** {@code pathq}: as {@link Path}, but with the {@code ?} and what follows. */
  record PathAndQuery() implements Fetch {}

  /** {@code query}: what follows the first {@code ?}; no value without a {@code ?}. */
  record Query() implements Fetch {}

  /** {@code url}: the target as it stands in the request line. */
  record Url() implements Fetch {}

  /** {@code base}: the first Host header's value followed by the path. */
  record Base() implements Fetch {}

  /** {@code req.ver}: {@code 1.0}, {@code 1.1}, {@code 2.0}. */
  record HttpVersion() implements Fetch {}

  /**
   * {@code req.hdr}, {@code req.fhdr} and their families: text, values in order of the lines.
   *
   * @param name lower case
   * @param splitting whether a line is cut at commas ({@code hdr}) or is one value ({@code fhdr})
   * @param occurrence 0 for all of them; n &gt; 0 for the n-th from the start, n &lt; 0 from the
   *     end
   */
  record Header(String name, Splitting splitting, int occurrence) implements Fetch {}

  /** {@code req.hdr_cnt} / {@code req.fhdr_cnt}: number of values. */
  record HeaderCount(String name, Splitting splitting) implements Fetch {}

  /** How a header line becomes values. */
  enum Splitting {
    /** At commas outside quotes, blanks trimmed. */
    COMMA,
    /** The whole line is one value. */
    LINE
  }

  /** {@code req.cook(name)}: text, every cookie of that name. */
  record Cookie(String name) implements Fetch {}

  /** {@code req.cook_cnt(name)}: number. */
  record CookieCount(String name) implements Fetch {}

  /**
   * {@code url_param(name)}: text, the values of that parameter in the query, undecoded.
   *
   * @param delimiter what separates the parameters from the path, {@code ?} unless the
   *     configuration names another
   */
  record UrlParameter(String name, char delimiter, boolean ignoreCase) implements Fetch {}

  /** {@code src}: the client's address. */
  record SourceAddress() implements Fetch {}

  /** {@code src_port}: number. */
  record SourcePort() implements Fetch {}

  /** {@code dst}: the address that the client connected to. */
  record DestinationAddress() implements Fetch {}

  /** {@code dst_port}: number. */
  record DestinationPort() implements Fetch {}

  /** {@code ssl_fc}: flag, whether the client's connection is TLS that ends here. */
  record Tls() implements Fetch {}

  /** {@code ssl_fc_sni}: text, the server name of a TLS connection that ends here. */
  record TerminatedServerName() implements Fetch {}

  /** {@code req.ssl_sni}: text, the server name in the TLS greeting that is passed through. */
  record GreetingServerName() implements Fetch {}

  /** {@code req.ssl_hello_type}: number, 1 for a TLS client greeting; no value for other bytes. */
  record GreetingType() implements Fetch {}

  /**
   * {@code var(scope.name)}: the value that was set before, of the type it was set with; no value
   * if it was not.
   *
   * @param name with its scope, e.g. {@code txn.pool}
   */
  record Variable(String name) implements Fetch {}

  /** {@code rand(n)}: number from 0 to n - 1, drawn anew at each evaluation, all equally likely. */
  record Random(long bound) implements Fetch {}

  /** {@code str(…)}. */
  record TextConstant(String value) implements Fetch {}

  /** {@code int(…)}. */
  record NumberConstant(long value) implements Fetch {}

  /** {@code bool(…)}, {@code always_true}, {@code always_false}. */
  record FlagConstant(boolean value) implements Fetch {}

  /** {@code nbsrv(pool)}: number of usable servers; all that are configured, with nothing down. */
  record UsableServers(String pool) implements Fetch {}

  /**
   * {@code http_auth(userlist)}: flag. False without an {@code Authorization} header; otherwise
   * unknown (credentials are never looked at).
   */
  record Authenticated(String userlist) implements Fetch {}

  /**
   * {@code http_auth_group(userlist)}: text, the user's name; the patterns of a test on it are
   * groups of that user. No value without an {@code Authorization} header; otherwise unknown
   * (credentials are never looked at).
   */
  record AuthenticatedUser(String userlist) implements Fetch {}

  /**
   * A fetch that is not modelled: an unknown function of the request as it stands.
   *
   * @param reason why it is not modelled
   */
  record Unknown(String text, String reason, Span span) implements Fetch {}
}
