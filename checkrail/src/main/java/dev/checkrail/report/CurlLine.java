package dev.checkrail.report;

import dev.checkrail.source.Redaction;
import dev.checkrail.source.SourceFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a command that a person can paste into a shell: {@code curl}, or {@code nc} / {@code
 * openssl s_client} for what curl can't send (several Host lines, plain TCP). What no command can
 * say stands in a comment at its end. curl adds {@code User-Agent} and {@code Accept}; secrets are
 * replaced by a mark.
 */
public final class CurlLine {
  private static final String PLAIN = "[A-Za-z0-9@%+=:,./_-]+";

  private final Request request;
  private final List<String> words = new ArrayList<>();

  private CurlLine(Request request) {
    this.request = request;
  }

  /** The command, on one line. */
  public static String of(Request request) {
    CurlLine line = new CurlLine(request);
    if (request.scheme().equals("tcp")) {
      line.connection(line.place(), line.encrypted());
    } else if (request.hostLines().size() > 1) {
      line.bytes();
    } else {
      line.curl();
    }
    String command = String.join(" ", line.words);
    return request.from().map(from -> command + "  # from " + from).orElse(command);
  }

  private void curl() {
    words.add("curl");
    words.add("-sS");
    words.add(request.method().equals("HEAD") ? "-I" : "-i");
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      words.add("-X");
      quoted(request.method());
    }
    if (request.httpVersion().equals("1.0")) {
      words.add("--http1.0");
    } else if (encrypted()) {
      words.add("--http1.1");
    }
    if (encrypted()) {
      words.add("-k");
    }
    // Who is asked (name in the URL), where that is (connection), and what Host says are three
    // things.
    String named = request.sni().orElse(request.authority());
    boolean usable =
        named.matches(
            "[A-Za-z0-9]([A-Za-z0-9_-]|\\.(?!$|:|\\.))*(:[0-9]{1,5})?|\\[[0-9a-fA-F:.]+](:[0-9]{1,5})?");
    Optional<String> place = listener();
    String authority = usable ? named : place.orElse("127.0.0.1");
    if (request.sni().isPresent() && usable && authority.indexOf(':') < 0) {
      authority = authority + port(request.authority());
    }
    place
        .filter(it -> it.startsWith("/"))
        .ifPresent(it -> {
          words.add("--unix-socket");
          quoted(it);
        });
    String connected = authority;
    place
        .filter(it -> !it.startsWith("/") && !it.equals(withPort(connected)))
        .ifPresent(it -> {
          words.add("--connect-to");
          quoted("::" + it);
        });
    String target = request.sentTarget();
    String shownTarget = target;
    if (!target.startsWith("/")
        || !target.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '#' && c != '\\')) {
      words.add("--request-target");
      quoted(target);
      shownTarget = "/";
    } else if (target.contains("/.")) {
      words.add("--path-as-is");
    }
    if (shownTarget.matches(".*[\\[\\]{}].*") || authority.startsWith("[")) {
      words.add("-g");
    }
    host(authority);
    headers();
    quoted(request.scheme() + "://" + authority + shownTarget);
  }

  /** A Host header of our own where curl would send another one, or one although there is none. */
  private void host(String authority) {
    List<String> lines = request.hostLines();
    String byCurl = authority;
    String usual = encrypted() ? ":443" : ":80";
    if (byCurl.endsWith(usual)) {
      byCurl = byCurl.substring(0, byCurl.length() - usual.length());
    }
    if (lines.isEmpty()) {
      header("Host:");
    } else if (!lines.getFirst().equals(byCurl)) {
      header(
          lines.getFirst().isEmpty()
              ? "Host;"
              : "Host: " + Redaction.header("Host", lines.getFirst()));
    }
  }

  private void headers() {
    for (Map.Entry<String, List<String>> entry : request.headers().entrySet()) {
      if (!entry.getKey().toLowerCase(Locale.ROOT).equals("host")) {
        for (String line : entry.getValue()) {
          header(
              line.isEmpty()
                  ? entry.getKey() + ";"
                  : entry.getKey() + ": " + Redaction.header(entry.getKey(), line));
        }
      }
    }
  }

  private void header(String text) {
    words.add("-H");
    quoted(text);
  }

  /** The request's bytes themselves. */
  private void bytes() {
    StringBuilder text = new StringBuilder();
    text.append(request.method()).append(' ').append(request.sentTarget());
    text.append(" HTTP/").append(request.httpVersion()).append("\r\n");
    request
        .hostLines()
        .forEach(
            line -> text.append("Host: ").append(Redaction.header("Host", line)).append("\r\n"));
    request
        .headers()
        .forEach((name, lines) -> {
          if (!name.equalsIgnoreCase("host")) {
            lines.forEach(line ->
                text.append(name).append(": ").append(Redaction.header(name, line)).append("\r\n"));
          }
        });
    words.add("printf");
    words.add("'%b'");
    words.add(
        quote(text.append("\r\n").toString().replace("\\", "\\\\"))
            .replace("\r", "\\r")
            .replace("\n", "\\n"));
    words.add("|");
    connection(place(), encrypted());
  }

  private void connection(String place, boolean tls) {
    if (tls) {
      words.add("openssl s_client -quiet -connect");
      quoted(place);
      request
          .sni()
          .ifPresent(name -> {
            words.add("-servername");
            quoted(name);
          });
    } else if (place.startsWith("/")) {
      words.add("nc -U");
      quoted(place);
    } else {
      int colon = place.lastIndexOf(':');
      String host = place.substring(0, colon);
      words.add("nc");
      quoted(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
      quoted(place.substring(colon + 1));
    }
  }

  private String place() {
    return listener().orElse(withPort(request.authority()));
  }

  private boolean encrypted() {
    return request.scheme().equals("https")
        || (request.scheme().equals("tcp") && request.sni().isPresent());
  }

  /** Where to connect: the listener's address, or the loopback for one that takes any. */
  private Optional<String> listener() {
    return request
        .listener()
        .map(key -> {
          if (key.startsWith("unix@")) {
            return key.substring(5);
          }
          int colon = key.lastIndexOf(':');
          String host = colon < 0 ? key : key.substring(0, colon);
          String port = colon < 0 ? "" : key.substring(colon);
          return switch (host) {
            case "*", "0.0.0.0", "" -> "127.0.0.1" + port;
            case "::", "[::]", ":" -> "[::1]" + port;
            default -> key;
          };
        });
  }

  private String withPort(String authority) {
    return port(authority).isEmpty() ? authority + (encrypted() ? ":443" : ":80") : authority;
  }

  /** {@code :8080}, or nothing. */
  private static String port(String authority) {
    int colon = authority.lastIndexOf(':');
    return colon > authority.lastIndexOf(']') ? authority.substring(colon) : "";
  }

  private void quoted(String text) {
    words.add(quote(text));
  }

  private static String quote(String text) {
    String shown = Redaction.of(SourceFile.display(text));
    return shown.matches(PLAIN) ? shown : "'" + shown.replace("'", "'\\''") + "'";
  }
}
