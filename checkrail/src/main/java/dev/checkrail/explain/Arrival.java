package dev.checkrail.explain;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Mode;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What HAProxy's parser makes of a request before any rule: the message, an answer 400, or, where a
 * request is so odd that we are not sure, undecided.
 */
final class Arrival {
  private static final int HEAD = 15_000;
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  /** A message or an answer. */
  sealed interface Parsed {
    record Accepted(Message message) implements Parsed {}

    record Refused(Outcome outcome, String why) implements Parsed {}
  }

  private Arrival() {}

  static Parsed parse(Frontend frontend, Request request) {
    if (frontend.mode() == Mode.TCP) {
      return new Parsed.Accepted(new Message(request, "", List.of()));
    }
    List<Message.Header> headers = headers(request);
    String target = request.sentTarget();
    Optional<String> odd = odd(frontend, request, target, headers);
    if (odd.isPresent()) {
      return undecided(odd.get());
    }
    if (target.indexOf('#') >= 0) {
      return refused("# in the target");
    }
    if (request.method().equals("PRI")) {
      return refused("method PRI");
    }
    Optional<Parsed> hosts = oneHost(headers);
    if (hosts.isPresent()) {
      return hosts.get();
    }
    if (lacksWebSocketKey(headers)) {
      return refused("WebSocket without a Sec-WebSocket-Key of 24 characters");
    }
    if (target.startsWith("/") || target.equals("*")) {
      return new Parsed.Accepted(new Message(request, target, headers));
    }
    return absolute(request, target, headers);
  }

  private static Parsed refused(String why) {
    return new Parsed.Refused(new Outcome.Responds(400, Optional.empty(), Optional.empty()), why);
  }

  private static Parsed undecided(String why) {
    return new Parsed.Refused(new Outcome.Undecided("irregular: " + why), why);
  }

  private static List<Message.Header> headers(Request request) {
    List<Message.Header> headers = new ArrayList<>();
    boolean host = false;
    for (Map.Entry<String, List<String>> entry : request.headers().entrySet()) {
      host |= entry.getKey().equalsIgnoreCase("host");
    }
    if (!host) {
      request.hostLines().forEach(line -> add(headers, "host", line));
    }
    request.headers().forEach((name, lines) -> lines.forEach(line -> add(headers, name, line)));
    return headers;
  }

  private static void add(List<Message.Header> headers, String name, String line) {
    headers.add(new Message.Header(Converters.lower(name), new Value.Text(Lines.trim(line))));
  }

  private static String line(Message.Header header) {
    return Casts.text(header.value()).orElse("");
  }

  private static Optional<String> odd(
      Frontend frontend, Request request, String target, List<Message.Header> headers) {
    if (frontend.settings().stream()
        .anyMatch(setting ->
            setting.name().equals("option accept-invalid-http-request")
                && setting.value().equals("on"))) {
      return Optional.of("option accept-invalid-http-request");
    }
    if (!request.method().matches(TOKEN)) {
      return Optional.of("the method is no token");
    }
    if (request.method().equals("CONNECT")) {
      return Optional.of("CONNECT");
    }
    if (!request.httpVersion().equals("1.1") && !request.httpVersion().equals("1.0")) {
      return Optional.of("HTTP version " + request.httpVersion());
    }
    if (target.isEmpty() || target.chars().anyMatch(c -> c <= ' ' || c > 255)) {
      return Optional.of("blanks or wide characters in the target");
    }
    int size = target.length();
    for (Message.Header header : headers) {
      size += header.name().length() + line(header).length() + 4;
      if (!header.name().matches(TOKEN)) {
        return Optional.of("a header name is no token");
      }
      if (line(header).chars().anyMatch(c -> c == 0 || c == '\r' || c == '\n' || c > 255)) {
        return Optional.of("line ends or wide characters in header " + header.name());
      }
      if (header.name().equals("content-length") && !line(header).matches("[0-9]{1,18}")
          || header.name().equals("transfer-encoding")
              && !line(header).equalsIgnoreCase("chunked")) {
        return Optional.of("an odd " + header.name());
      }
    }
    if (headers.stream().filter(header -> header.name().equals("content-length")).count() > 1) {
      return Optional.of("more than one Content-Length");
    }
    return size > HEAD || headers.size() > 100
        ? Optional.of("larger than HAProxy's buffer may be")
        : Optional.empty();
  }

  /** A handshake to WebSocket lacks its key; HAProxy refuses it before any rule. */
  private static boolean lacksWebSocketKey(List<Message.Header> headers) {
    return hasWord(headers, "connection", "upgrade")
        && hasWord(headers, "upgrade", "websocket")
        && headers.stream()
            .noneMatch(
                header -> header.name().equals("sec-websocket-key") && line(header).length() == 24);
  }

  private static boolean hasWord(List<Message.Header> headers, String name, String word) {
    return headers.stream()
        .filter(header -> header.name().equals(name))
        .flatMap(header -> Stream.of(line(header).split(",", -1)))
        .anyMatch(part -> Lines.trim(part).equalsIgnoreCase(word));
  }

  /** Equal Hosts are one, different ones are refused. */
  private static Optional<Parsed> oneHost(List<Message.Header> headers) {
    List<Message.Header> hosts =
        headers.stream().filter(header -> header.name().equals("host")).toList();
    for (int i = 1; i < hosts.size(); i++) {
      if (!line(hosts.get(i)).equalsIgnoreCase(line(hosts.getFirst()))) {
        return Optional.of(refused("two different Host headers"));
      }
    }
    if (hosts.size() > 1) {
      int first = headers.indexOf(hosts.getFirst());
      for (int i = headers.size() - 1; i > first; i--) {
        if (headers.get(i).name().equals("host")) {
          headers.remove(i);
        }
      }
    }
    return Optional.empty();
  }

  /** Absolute form: the authority must be the Host's; a default port is dropped from both. */
  private static Parsed absolute(Request request, String target, List<Message.Header> headers) {
    int start = Message.authorityStart(target);
    if (start < 0) {
      return refused("the target is neither a path nor absolute");
    }
    int slash = target.indexOf('/', start);
    int end = slash < 0 ? target.length() : slash;
    String authority = target.substring(start, end);
    String scheme = Converters.lower(target.substring(0, start));
    Optional<String> host =
        headers.stream()
            .filter(header -> header.name().equals("host"))
            .map(Arrival::line)
            .findFirst();
    if (authority.isEmpty() || !authority.matches("[A-Za-z0-9._-]+(:[0-9]+)?")) {
      return undecided("an absolute target with an odd authority");
    }
    String port = scheme.equals("http://") ? ":80" : scheme.equals("https://") ? ":443" : "::";
    String name = without(authority, port);
    if (host.isPresent() && !without(host.get(), port).equalsIgnoreCase(name)) {
      return host.get().matches("[A-Za-z0-9._-]+(:[0-9]+)?")
          ? refused("the target's authority is not the Host")
          : undecided("an absolute target and an odd Host");
    }
    if (name.equals(authority)) {
      return new Parsed.Accepted(new Message(request, target, headers));
    }
    List<Message.Header> normal = new ArrayList<>();
    headers.forEach(header ->
        normal.add(
            header.name().equals("host")
                ? new Message.Header("host", new Value.Text(name))
                : header));
    String shorter = target.substring(0, start) + name + target.substring(end);
    return new Parsed.Accepted(new Message(request, shorter, normal));
  }

  private static String without(String text, String port) {
    return text.endsWith(port) ? text.substring(0, text.length() - port.length()) : text;
  }
}
