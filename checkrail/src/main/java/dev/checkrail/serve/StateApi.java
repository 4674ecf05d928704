package dev.checkrail.serve;

import dev.checkrail.store.Database;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is asked by machines: does it live, can it serve, what does it count, what does it speak.
 */
final class StateApi {
  private final Database database;
  private final BooleanSupplier stopping;
  private final PrometheusMeterRegistry metrics;
  private final Figures figures;

  StateApi(
      Database database,
      BooleanSupplier stopping,
      PrometheusMeterRegistry metrics,
      Figures figures) {
    this.database = database;
    this.stopping = stopping;
    this.metrics = metrics;
    this.figures = figures;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.open("GET", "/live", call -> Reply.json(200, Wire.object().put("live", true))),
        Endpoint.open("GET", "/ready", this::ready),
        Endpoint.open("GET", "/metrics", this::metrics),
        Endpoint.open("GET", "/openapi.yaml", call -> resource("openapi.yaml", "application/yaml")),
        Endpoint.open("GET", "/first", call -> firstPage()));
  }

  private Reply ready(Call call) {
    boolean down = !database.answers();
    ObjectNode body = Wire.object();
    body.put("ready", !down && !stopping.getAsBoolean());
    body.put("database", down ? "down" : "up");
    body.put("stopping", stopping.getAsBoolean());
    return Reply.json(body.get("ready").booleanValue() ? 200 : 503, body);
  }

  private Reply metrics(Call call) {
    return Reply.text(
        200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape() + figures.text());
  }

  private Reply firstPage() throws IOException {
    return resource("first.html", "text/html; charset=utf-8")
        .with(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline';"
                + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'");
  }

  private static Reply resource(String name, String type) throws IOException {
    try (InputStream in = Objects.requireNonNull(StateApi.class.getResourceAsStream(name), name)) {
      return Reply.text(200, type, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
