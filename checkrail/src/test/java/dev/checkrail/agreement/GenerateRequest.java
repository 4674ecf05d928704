package dev.checkrail.agreement;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Mode;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Draws requests near the words that configurations use, some of them odd. */
final class GenerateRequest {
  private final Draw draw;
  private final List<Frontend> frontends;

  GenerateRequest(long seed, Configuration configuration) {
    this.draw = new Draw(seed);
    this.frontends =
        configuration.frontends().stream().filter(f -> !f.listeners().isEmpty()).toList();
  }

  Request next() {
    Frontend frontend = draw.of(frontends);
    Listener listener = draw.of(frontend.listeners());
    if (frontend.mode() == Mode.TCP) {
      return new Request(
          "",
          "tcp://" + listener.key(),
          Map.of(),
          Optional.of(draw.of(Words.SOURCES)),
          Optional.of(listener.key()),
          draw.chance(0.8) ? Optional.of(draw.of(Words.HOSTS)) : Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    if (draw.chance(0.05)) {
      headers.put("Host", List.of());
    }
    if (draw.chance(0.5)) {
      headers.put(draw.of("X-A", "x-a"), values());
    }
    if (draw.chance(0.3)) {
      headers.put("X-B", values());
    }
    if (draw.chance(0.3)) {
      headers.put("x-n", List.of(draw.of(Words.NUMBERS)));
    }
    if (draw.chance(0.3)) {
      headers.put("X-Forwarded-For", draw.some(1, 2, Words.SOURCES));
    }
    if (draw.chance(0.35)) {
      headers.put("Cookie", List.of(cookies()));
    }
    if (draw.chance(0.05)) {
      headers.put(
          draw.of("Authorization", "Proxy-Authorization"),
          List.of(draw.of("Basic YWxpY2U6d29uZGVy", "Basic Ym9iOmJ1aWxkZXI=", "Bearer a")));
    }
    return new Request(
        draw.chance(0.6) ? draw.of("GET", "POST") : draw.of(Words.METHODS),
        "http://" + host() + path() + query(),
        headers,
        Optional.of(draw.of(Words.SOURCES)),
        Optional.of(listener.key()),
        Optional.empty(),
        draw.chance(0.1) ? Optional.of("1.0") : Optional.empty(),
        Optional.empty());
  }

  private List<String> values() {
    return draw.some(1, draw.chance(0.2) ? 2 : 1, Words.VALUES);
  }

  private String host() {
    String host = draw.of(Words.HOSTS);
    return draw.of("", "", "", "www.")
        .concat(host)
        .concat(draw.of("", "", "", "", ":80", ":8081", "."))
        .transform(text -> draw.chance(0.15) ? text.toUpperCase(Locale.ROOT) : text);
  }

  private String path() {
    String path = draw.of(Words.PATHS);
    if (draw.chance(0.3)) {
      path += draw.of(Words.PATH_PIECES);
    }
    if (draw.chance(0.1)) {
      path = path.toUpperCase(Locale.ROOT);
    }
    return path;
  }

  private String query() {
    if (draw.chance(0.55)) {
      return "";
    }
    List<String> parameters = new ArrayList<>();
    for (int i = draw.between(0, 3); i > 0; i--) {
      parameters.add(
          draw.of(Words.PARAMETERS)
              + draw.of("=", "=", "=", "")
              + draw.of("", draw.of(Words.ATOMS), draw.of(Words.NUMBERS)));
    }
    return "?" + String.join(draw.of("&", "&", ";"), parameters);
  }

  private String cookies() {
    List<String> pairs = new ArrayList<>();
    for (int i = draw.between(1, 3); i > 0; i--) {
      pairs.add(
          draw.of(Words.COOKIES)
              + draw.of("=", "=", "")
              + draw.of("", draw.of(Words.ATOMS), "s11", "s12"));
    }
    return String.join(draw.of("; ", ";", "; "), pairs);
  }
}
