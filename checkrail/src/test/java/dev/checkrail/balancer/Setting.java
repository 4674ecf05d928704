package dev.checkrail.balancer;

import dev.checkrail.change.ConfigurationSet;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** A running HAProxy with two good servers and a stuck one, adopted, and all that acts on it. */
public final class Setting implements AutoCloseable {
  public static final String CONFIG =
      """
      global
          nbthread 1
          maxconn 500
          hard-stop-after 10s
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners

      defaults
          mode http
          option idle-close-on-response
          option redispatch
          retries 1
          timeout connect 1s
          timeout client 10s
          timeout server 5s
          timeout queue 1s

      frontend fe
          bind 127.0.0.1:@PORT@
          http-request deny deny_status 403 if { path -f @FOLDER@/blocked.lst }
          use_backend %[path,map_beg(@FOLDER@/routes.map)] if { path,map_beg(@FOLDER@/routes.map) -m found }
          default_backend be_a

      backend be_a
          server a1 127.0.0.1:@A@ weight 100
          server a2 127.0.0.1:@A@ weight 50

      backend be_b
          server b1 127.0.0.1:@B@

      backend be_stuck
          server s1 127.0.0.1:@S@
      """;

  public final NamedServer a = NamedServer.good("a");
  public final NamedServer b = NamedServer.good("b");
  public final NamedServer stuck = NamedServer.stuck("stuck");
  public final RunningHaproxy haproxy;
  public final Driver driver;
  public final Versions versions;
  public final KeptJournal journal = new KeptJournal();
  public final InstantSource clock;
  public final Apply apply;
  public final Rollback rollback;

  public Setting(Path folder) throws Exception {
    this(folder, CONFIG);
  }

  public Setting(Path folder, String config) throws Exception {
    haproxy =
        new RunningHaproxy(
            java.nio.file.Files.createDirectories(folder.resolve("lb")),
            config,
            Map.of(
                "A", String.valueOf(a.port()),
                "B", String.valueOf(b.port()),
                "S", String.valueOf(stuck.port())));
    driver = haproxy.driver();
    versions = Versions.in(folder.resolve("state"));
    Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
    clock = () -> now[0] = now[0].plusSeconds(1);
    apply = new Apply("edge", driver, versions, journal, clock);
    rollback =
        new Rollback("edge", driver, versions, journal, clock, Probe.direct(Duration.ofSeconds(1)));
  }

  /** Keeps a version and allows it. */
  public String approved(ConfigurationSet set) throws BalancerException {
    String digest = versions.keep(set);
    versions.approve(digest, clock.instant(), "ada", "a test");
    return digest;
  }

  /** Keeps and allows a new main file. */
  public String approved(String template) throws BalancerException {
    return approved(haproxy.candidate(driver, template));
  }

  public Applied apply(String digest) throws Exception {
    return apply.apply(Apply.Order.of(digest, "ada"), Progress.NONE);
  }

  /** What the load balancer answers: status and body. */
  public String get(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + haproxy.port + path))
                  .timeout(Duration.ofSeconds(8))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body().strip().split("\n")[0];
    }
  }

  @Override
  public void close() throws Exception {
    driver.close();
    haproxy.close();
    a.close();
    b.close();
    stuck.close();
  }
}
