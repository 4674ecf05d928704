package dev.checkrail.read.haproxy;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The kinds of sections that HAProxy 2.6 knows, by the word that opens them (manual chapters 3 and
 * 4).
 */
public enum SectionKind {
  GLOBAL("global"),
  DEFAULTS("defaults"),
  FRONTEND("frontend"),
  BACKEND("backend"),
  LISTEN("listen"),
  RESOLVERS("resolvers"),
  PEERS("peers"),
  CACHE("cache"),
  USERLIST("userlist"),
  HTTP_ERRORS("http-errors"),
  RING("ring"),
  PROGRAM("program"),
  MAILERS("mailers"),
  FCGI_APP("fcgi-app"),
  LOG_FORWARD("log-forward"),
  NAMESPACE_LIST("namespace_list");

  private static final Map<String, SectionKind> BY_WORD =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(k -> k.word, k -> k));

  private final String word;

  SectionKind(String word) {
    this.word = word;
  }

  /** The word in the file. */
  public String word() {
    return word;
  }

  /** True of the four kinds that share the proxy keywords: defaults, frontend, backend, listen. */
  public boolean isProxy() {
    return this == DEFAULTS || this == FRONTEND || this == BACKEND || this == LISTEN;
  }

  /** The kind that a word opens, if it opens one. */
  public static Optional<SectionKind> of(String word) {
    return Optional.ofNullable(BY_WORD.get(word));
  }
}
