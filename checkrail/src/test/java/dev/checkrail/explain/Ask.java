package dev.checkrail.explain;

import dev.checkrail.model.Configuration;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Explanation;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A configuration text to ask, and answers short enough for a table. */
final class Ask {
  private final Configuration configuration;

  private Ask(Configuration configuration) {
    this.configuration = configuration;
  }

  static Ask of(String text) {
    return of(text, Map.of());
  }

  static Ask of(String text, Map<String, String> files) {
    Map<String, String> all = new LinkedHashMap<>(files);
    all.put("test.cfg", text);
    ReadReport report =
        Read.haproxy(Files.of(all), List.of("test.cfg"), HaproxyTarget.debian12(Map.of()));
    return new Ask(report.configuration());
  }

  /** A frontend in HTTP mode with these lines, and a pool with one server. */
  static Ask frontend(String lines) {
    return of(
        """
        defaults
          mode http
          timeout client 1s
          timeout server 1s
          timeout connect 1s
        frontend fe
          bind 127.0.0.1:8080
        """
            + lines.indent(2)
            + """
              default_backend b
            backend b
              server s 127.0.0.1:9000
            """
                .indent(0));
  }

  /** {@code METHOD target}, then header lines; Host h unless one is given. */
  static Request request(String line, String... headers) {
    String[] words = line.split(" ", 2);
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("Host", new ArrayList<>(List.of("h")));
    boolean host = false;
    for (String header : headers) {
      int colon = header.indexOf(':');
      String name = header.substring(0, colon);
      if (name.equalsIgnoreCase("host") && !host) {
        all.put("Host", new ArrayList<>());
        host = true;
        if (header.equals("Host:-")) {
          continue;
        }
      }
      all.computeIfAbsent(name, n -> new ArrayList<>()).add(header.substring(colon + 1));
    }
    return new Request(
        words[0],
        "http://h:8080/",
        all,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(words[1]));
  }

  Explanation report(Request request) {
    return Explain.explain(configuration, request);
  }

  Configuration configuration() {
    return configuration;
  }

  String ask(String line, String... headers) {
    return show(report(request(line, headers)).outcome());
  }

  static String show(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Reaches reaches -> {
        StringBuilder out = new StringBuilder(reaches.pool());
        reaches
            .servers()
            .forEach(share ->
                out.append(' ')
                    .append(share.name())
                    .append(share.share() == 1 ? "" : "=" + Wording.percent(share.share())));
        reaches.path().ifPresent(path -> out.append(" path ").append(path));
        reaches
            .headers()
            .forEach((name, value) ->
                out.append(' ').append(name).append(": ").append(value.orElse("(removed)")));
        yield out + (reaches.varies() ? " varies" : "");
      }
      case Outcome.Responds responds ->
          responds.status() + responds.pool().map(pool -> " " + pool).orElse("");
      case Outcome.Redirects redirects -> redirects.status() + " to " + redirects.location();
      case Outcome.Drops drops -> "closed" + drops.pool().map(pool -> " " + pool).orElse("");
      case Outcome.Splits splits ->
          String.join(
              " | ",
              splits.of().stream()
                  .map(part -> Wording.percent(part.share()) + " " + show(part.outcome()))
                  .toList());
      case Outcome.Undecided undecided -> "undecided: " + undecided.because();
    };
  }
}
