package dev.checkrail.serve;

import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.store.DatabaseAddress;
import dev.checkrail.watch.incident.Chronicle;
import dev.checkrail.watch.incident.Incident;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** A control plane that owns a running HAProxy named edge, and its administrator ada. */
final class Plane implements AutoCloseable {
  static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners
          hard-stop-after 5s
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 5s
          option idle-close-on-response
      frontend web
          bind 127.0.0.1:@PORT@
          http-request set-header X-Pool %[path,map_beg(@FOLDER@/routes.map,none)]
          http-request deny deny_status 403 if { path -f @FOLDER@/blocked.lst }
          http-request return status 200 if { path /ok }
          default_backend be_web
      backend be_web
          server web-1 127.0.0.1:@WEB@
      """;

  final Path data;
  final RunningHaproxy haproxy;
  final ControlPlane plane;
  final Api api;
  final String token;

  Plane(Path folder) throws Exception {
    this(folder, CONFIG);
  }

  Plane(Path folder, String config) throws Exception {
    this(
        folder,
        config,
        Optional.empty(),
        InstantSource.system(),
        Duration.ofMillis(200),
        Optional.empty());
  }

  Plane(Path folder, Optional<DatabaseAddress> database, InstantSource clock, Duration driftEvery)
      throws Exception {
    this(folder, CONFIG, database, clock, driftEvery, Optional.empty());
  }

  /** One that tells people. */
  Plane(Path folder, DatabaseAddress database, InstantSource clock, Path onCall) throws Exception {
    this(folder, CONFIG, Optional.of(database), clock, Duration.ofMillis(200), Optional.of(onCall));
  }

  private Plane(
      Path folder,
      String config,
      Optional<DatabaseAddress> database,
      InstantSource clock,
      Duration driftEvery,
      Optional<Path> onCall)
      throws Exception {
    this.data = folder.resolve("data");
    this.haproxy =
        new RunningHaproxy(
            Files.createDirectories(folder.resolve("edge")),
            config,
            Map.of("WEB", Integer.toString(RunningHaproxy.freePort())));
    this.plane =
        ControlPlane.start(
            new ControlPlane.Settings(
                data,
                Path.of("target/postgres"),
                database,
                Optional.empty(),
                "127.0.0.1",
                0,
                Optional.empty(),
                driftEvery,
                false,
                onCall,
                Map.of(),
                Duration.ofSeconds(1)),
            clock,
            System::nanoTime);
    this.api = new Api(plane.address());
    this.token =
        api.post(
                "/api/v1/first-admin",
                "",
                "{\"code\":\"%s\",\"name\":\"ada\",\"password\":\"long enough, really\"}"
                    .formatted(plane.firstCode().orElseThrow()))
            .body()
            .get("secret")
            .asString();
    Api.Answer added =
        api.post(
            "/api/v1/balancers",
            token,
            "{\"name\":\"edge\",\"master_socket\":\"%s\",\"marker\":\"%s\"}"
                .formatted(haproxy.masterSocket, haproxy.marker));
    if (added.status() != 201) {
      throw new AssertionError(added.text());
    }
  }

  Api.Answer apply(String template) {
    return api.post(
        "/api/v1/balancers/edge/apply",
        token,
        "{\"main\":[\"%s\"],\"names\":[\"candidate.cfg\"],\"force\":true}"
            .formatted(
                Base64.getEncoder()
                    .encodeToString(haproxy.text(template).getBytes(StandardCharsets.UTF_8))));
  }

  Api.Answer rollback() {
    return api.post("/api/v1/balancers/edge/rollback", token, "{\"reason\":\"a test\"}");
  }

  Api.Answer event(String text) {
    return api.post("/api/v1/events", token, "{\"text\":\"%s\"}".formatted(text));
  }

  /** As if users were failing: an incident of edge, open since now. */
  void incidentIsOpen() throws Exception {
    keep(plane, "edge-1", "edge", Instant.now(), Incident.State.OPEN, Optional.empty());
  }

  /** As if there had been an incident. */
  static void keep(
      ControlPlane plane,
      String id,
      String balancer,
      Instant at,
      Incident.State state,
      Optional<Instant> end) {
    Incident incident =
        new Incident(
            id,
            balancer,
            at,
            at.plusSeconds(2),
            state,
            Optional.empty(),
            Optional.empty(),
            new Incident.Impact(0, 0, 0, 0, 0, 0, 0, OptionalLong.empty()),
            List.of(),
            Optional.empty(),
            end,
            0);
    plane
        .incidents()
        .put(
            new Recorded(
                new Chronicle.Memory(incident, 0.001, Set.of(), false),
                Optional.empty(),
                Optional.empty()));
  }

  JsonNode drift() {
    return api.get("/api/v1/balancers/edge", token).body().get("drift");
  }

  /** Kind, part and subject of entries of these kinds. */
  List<String> journal(String kind) {
    return api
        .get("/api/v1/journal?limit=1000&kind=" + kind, token)
        .body()
        .get("entries")
        .values()
        .stream()
        .map(entry ->
            entry.get("kind").asString()
                + " "
                + detail(entry, "part")
                + " "
                + detail(entry, "subject"))
        .map(String::strip)
        .toList();
  }

  private static String detail(JsonNode entry, String name) {
    return Optional.ofNullable(entry.get("details").get(name)).map(JsonNode::asString).orElse("");
  }

  boolean intact() {
    return api.get("/api/v1/journal/verification", token).body().get("intact").booleanValue();
  }

  @Override
  public void close() throws Exception {
    plane.close();
    haproxy.close();
  }
}
