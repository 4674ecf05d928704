package dev.checkrail.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One concrete request as a client sends it.
 *
 * @param method any token; ignored for TCP
 * @param url {@code http://authority/target}, {@code https://…}, or {@code tcp://host:port}; the
 *     Host header is the authority verbatim unless {@code headers} has a Host
 * @param headers name as sent to its lines in order; a Host here wins; an empty list of Host lines
 *     means that no Host is sent
 * @param from the client's address; empty if nobody looks at it
 * @param listener key of the listener it is sent to, e.g. {@code 127.0.0.1:8080}
 * @param sni server name of the TLS greeting
 * @param version {@code 1.0} or {@code 1.1}; 1.1 if empty
 * @param target raw request target if it differs from the URL's path and query
 */
public record Request(
    String method,
    String url,
    Map<String, List<String>> headers,
    Optional<String> from,
    Optional<String> listener,
    Optional<String> sni,
    Optional<String> version,
    Optional<String> target) {
  public Request {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    headers.forEach((name, lines) -> copy.put(name, List.copyOf(lines)));
    headers = java.util.Collections.unmodifiableMap(copy);
  }

  /** A plain HTTP/1.1 request. */
  public static Request of(String method, String url) {
    return new Request(
        method,
        url,
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** {@code http}, {@code https} or {@code tcp}. */
  public String scheme() {
    int colon = url.indexOf("://");
    return colon < 0 ? "http" : url.substring(0, colon).toLowerCase(Locale.ROOT);
  }

  /** What stands between {@code ://} and the path, verbatim. */
  public String authority() {
    String rest = afterScheme();
    int slash = firstOf(rest, "/?");
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  /**
   * The request target as sent: {@code target} if given, else path and query, {@code /} if empty.
   */
  public String sentTarget() {
    if (target.isPresent()) {
      return target.get();
    }
    String rest = afterScheme();
    int slash = firstOf(rest, "/?");
    if (slash < 0) {
      return "/";
    }
    String path = rest.substring(slash);
    return path.startsWith("?") ? "/" + path : path;
  }

  /** The Host lines as sent; empty if there is none. */
  public List<String> hostLines() {
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      if (header.getKey().equalsIgnoreCase("host")) {
        return header.getValue();
      }
    }
    return authority().isEmpty() ? List.of() : List.of(authority());
  }

  /** All lines of a header (any case of the name), Host included, in order. */
  public List<String> lines(String name) {
    if (name.equalsIgnoreCase("host")) {
      return hostLines();
    }
    List<String> all = new ArrayList<>();
    headers.forEach((key, lines) -> {
      if (key.equalsIgnoreCase(name)) {
        all.addAll(lines);
      }
    });
    return List.copyOf(all);
  }

  /** The HTTP version, {@code 1.1} unless given. */
  public String httpVersion() {
    return version.orElse("1.1");
  }

  private String afterScheme() {
    int colon = url.indexOf("://");
    return colon < 0 ? url : url.substring(colon + 3);
  }

  private static int firstOf(String text, String bytes) {
    for (int i = 0; i < text.length(); i++) {
      if (bytes.indexOf(text.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }
}
