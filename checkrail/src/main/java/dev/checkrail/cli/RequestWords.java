package dev.checkrail.cli;

import dev.checkrail.report.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as people write it on the command line. */
final class RequestWords {
  private static final String EXAMPLE = "write it like 'POST https://pay.example.com/v1/payments'";
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

  private RequestWords() {}

  static Request request(
      String words, List<String> headers, @Nullable String from, @Nullable String listener) {
    String[] parts = words.strip().split("\\s+");
    if (parts.length > 2 || parts[0].isEmpty()) {
      throw CannotRun.usage("\"" + words + "\" is no request", EXAMPLE);
    }
    String url = bytes(parts[parts.length - 1]);
    String method = parts.length == 2 ? parts[0] : "GET";
    if (!url.matches("(?is)(https?|tcp)://.*")) {
      throw CannotRun.usage("\"" + words + "\" is no request: it needs a URL", EXAMPLE);
    }
    if (!method.matches(TOKEN)) {
      throw CannotRun.usage("\"" + method + "\" can't be a method", EXAMPLE);
    }
    if (from != null && !from.matches("[0-9a-fA-F:.]+")) {
      throw CannotRun.usage("--from: \"" + from + "\" is no address", "write --from 203.0.113.7");
    }
    return new Request(
        method,
        url,
        headers(headers),
        Optional.ofNullable(from),
        Optional.ofNullable(listener),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Map<String, List<String>> headers(List<String> lines) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).strip();
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      if (!name.matches(TOKEN)
          || value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
        throw CannotRun.usage("-H: that is no header line", "write -H 'Name: value'");
      }
      headers.computeIfAbsent(name, key -> new ArrayList<>()).add(bytes(value));
    }
    return headers;
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }
}
