package dev.checkrail.policy;

import dev.checkrail.source.Span;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of people's own tests: this request must end like that.
 *
 * @param name what it is called; the request's text unless given
 * @param request what is sent
 * @param expect what is to become of it. In a test {@code reach} and {@code serving} also say that
 *     it is sent on; the reader has written that into {@code expect} as {@link Must.Always}
 * @param span where it is written
 */
public record RoutingTest(String name, Sent request, Must expect, Span span) {

  /**
   * A request, in the parts of the REQUEST of the JSON outputs.
   *
   * @param url {@code http://authority/target}, {@code https://…} or {@code tcp://host:port}
   * @param headers name as sent to its lines in order
   */
  public record Sent(
      String method,
      String url,
      Map<String, List<String>> headers,
      Optional<String> from,
      Optional<String> listener,
      Optional<String> sni,
      Optional<String> version,
      Optional<String> target) {
    public Sent {
      Map<String, List<String>> copy = new LinkedHashMap<>();
      headers.forEach((header, lines) -> copy.put(header, List.copyOf(lines)));
      headers = Collections.unmodifiableMap(copy);
    }
  }
}
