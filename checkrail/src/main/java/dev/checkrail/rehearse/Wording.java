package dev.checkrail.rehearse;

import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.rehearse.agent.Endpoint;
import dev.checkrail.rehearse.agent.RawRequest;
import dev.checkrail.report.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts a request into the bytes that a client would send. */
final class Wording {
  private Wording() {}

  /**
   * The request as bytes for a listener.
   *
   * @param listener where it goes; its address may be a wildcard, then {@code address} is used
   * @param address a concrete address of the listener
   */
  static RawRequest of(Request request, Frontend frontend, Listener listener, String address) {
    Endpoint to = new Endpoint(address, listener.port());
    RawRequest raw;
    if (frontend.mode() == Mode.TCP) {
      raw =
          RawRequest.tcp(
              to,
              request.sni().isPresent() && !listener.tls()
                  ? greeting(request.sni().get())
                  : "hello\n");
    } else {
      raw = RawRequest.http(to, http(request));
    }
    if (request.from().isPresent()) {
      raw = raw.from(request.from().get());
    }
    if (listener.tls()) {
      raw = raw.tls(new RawRequest.Tls(request.sni(), Optional.empty()));
    }
    return raw;
  }

  /** Request line and headers, Host first; a body is never sent. */
  static String http(Request request) {
    StringBuilder text = new StringBuilder();
    text.append(request.method())
        .append(' ')
        .append(request.sentTarget())
        .append(" HTTP/")
        .append(request.httpVersion())
        .append("\r\n");
    for (String host : request.hostLines()) {
      text.append("Host: ").append(host).append("\r\n");
    }
    for (Map.Entry<String, List<String>> header : request.headers().entrySet()) {
      if (!header.getKey().equalsIgnoreCase("host")) {
        for (String line : header.getValue()) {
          text.append(header.getKey()).append(": ").append(line).append("\r\n");
        }
      }
    }
    return text.append("\r\n").toString();
  }

  /** A minimal TLS 1.2 client greeting with this server name (RFC 5246, RFC 6066). */
  static String greeting(String serverName) {
    String name = "\0" + two(serverName.length()) + serverName;
    String list = two(name.length()) + name;
    String extension = two(0) + two(list.length()) + list;
    String body =
        "\3\3"
            + "0".repeat(32)
            + "\0"
            + two(2)
            + "\0\u009c"
            + "\1\0"
            + two(extension.length())
            + extension;
    String handshake = "\1\0" + two(body.length()) + body;
    return "\u0016\3\1" + two(handshake.length()) + handshake;
  }

  private static String two(int number) {
    return "" + (char) (number >> 8 & 0xFF) + (char) (number & 0xFF);
  }
}
