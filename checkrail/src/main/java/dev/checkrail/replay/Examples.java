package dev.checkrail.replay;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.model.Listener;
import dev.checkrail.report.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A logged request as one that could be sent. What the log does not tell is filled in with
 * something that it may have been: the listener's address as Host, no further headers; what was
 * taken out as a secret stands there as a mark.
 */
final class Examples {
  private Examples() {}

  static Request of(LogRecord record, Captures captures) {
    Optional<Listener> listener = captures.listener(record.frontend(), record.tls());
    Optional<String> key = record.listener().or(() -> listener.map(Listener::key));
    String place = key.map(Examples::reachable).orElse("localhost");
    if (record.method().isEmpty()) {
      return new Request(
          "GET",
          "tcp://" + place,
          Map.of(),
          record.client(),
          key,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    List<Captures.Slot> slots = captures.request(record.frontend());
    Optional<String> host = record.host().filter(it -> !it.isEmpty());
    for (int i = 0; i < slots.size() && i < record.requestHeaders().size(); i++) {
      String value = record.requestHeaders().get(i);
      if (value.isEmpty()) {
        continue;
      }
      if (!slots.get(i).name().equals("host")) {
        headers.put(slots.get(i).name(), List.of(value));
      } else if (host.isEmpty()) {
        host = Optional.of(value);
      }
    }
    String target = record.target().orElse("/");
    String path = path(target);
    return new Request(
        record.method().get(),
        (record.tls() ? "https://" : "http://") + host.orElse(place) + path,
        headers,
        record.client(),
        key,
        Optional.empty(),
        record.version().filter("HTTP/1.0"::equals).map(version -> "1.0"),
        path.equals(target) || target.contains("://") ? Optional.empty() : Optional.of(target));
  }

  /** Path and query; those of an absolute target (HTTP/2), too. */
  private static String path(String target) {
    if (target.startsWith("/")) {
      return target;
    }
    int authority = target.indexOf("://");
    int slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
    return slash < 0 ? "/" : target.substring(slash);
  }

  /** All addresses of a machine are no address that one could go to. */
  private static String reachable(String key) {
    int colon = key.lastIndexOf(':');
    String address = colon < 0 ? key : key.substring(0, colon);
    return address.isEmpty() || address.equals("*") || address.equals("0.0.0.0")
        ? "localhost" + (colon < 0 ? "" : key.substring(colon))
        : key;
  }
}
