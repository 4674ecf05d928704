package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What drift means for requests, and that its answer tells no secret. */
class DriftAnswerTest {
  private static final String DRIFT = "/api/v1/balancers/edge/drift";
  private static final String ANOTHER =
      Plane.CONFIG.replace(
          "    default_backend be_web\n",
          "    use_backend be_new if { path /new }\n    default_backend be_web\n");

  @TempDir private Path folder;

  @Test
  void whatIsInMemoryGoesElsewhereNowAndWhatIsOnTheDiskAfterAReload() throws Exception {
    try (Plane plane = new Plane(folder)) {
      assertThat(body(plane).get("now")).isNull();
      try (var driver = plane.haproxy.driver()) {
        driver.raw("add acl " + plane.haproxy.list + " /more");
        // That of { path /ok }: the other one has a file.
        String id =
            driver
                .raw("show acl")
                .lines()
                .filter(it -> it.contains("'path'"))
                .toList()
                .getLast()
                .split(" ", 2)[0];
        assertThat(driver.raw("add acl #" + id + " /also")).isBlank();
      }
      ObjectNode drift = body(plane);
      assertThat(drift.get("after_reload")).as("the files are the approved ones").isNull();
      JsonNode now = drift.get("now");
      assertThat(now.get("regions").size()).isEqualTo(2);
      for (JsonNode region : now.get("regions").values()) {
        assertThat(region.get("from").get("kind").asString()).isEqualTo("reaches");
        assertThat(region.get("to").get("kind").asString()).isEqualTo("responds");
        assertThat(region.get("witness").get("url").asString()).matches("http://.*/(more|also)");
      }

      Files.writeString(
          plane.haproxy.config,
          plane.haproxy.text(ANOTHER + "backend be_new\n    server n 127.0.0.1:9\n"));
      JsonNode after = body(plane).get("after_reload");
      assertThat(after.get("regions").size()).isEqualTo(1);
      assertThat(after.get("regions").get(0).get("to").get("pool").asString()).isEqualTo("be_new");
      assertThat(after.get("regions").get(0).get("witness").get("url").asString()).endsWith("/new");

      // Somebody else loads it: then it is what runs.
      try (var driver = plane.haproxy.driver()) {
        driver.reload();
      }
      eventually(
          "what is on the disk runs",
          () -> {
            ObjectNode body = body(plane);
            return body.get("after_reload") == null
                && body.get("now") != null
                && body.get("now").get("regions").size() == 1;
          });
    }
  }

  @Test
  void cardNumbersInMemoryAreInNoAnswerAndNotInTheJournal() throws Exception {
    try (Plane plane = new Plane(folder)) {
      try (var driver = plane.haproxy.driver()) {
        driver.raw("add map " + plane.haproxy.map + " /4242424242424242 token=s3cr3tword");
        driver.raw("add acl " + plane.haproxy.list + " /4242-4242-4242-4242x");
      }
      eventually("it is found", () -> plane.journal("drift.found").size() == 2);
      String all =
          plane.api.get(DRIFT, plane.token).text()
              + plane.api.get("/api/v1/balancers/edge", plane.token).text()
              + plane.api.get("/api/v1/balancers/edge/runtime", plane.token).text()
              + plane.api.get("/api/v1/balancers/edge/live", plane.token).text()
              + plane.api.send("POST", "/api/v1/balancers/edge/reload", plane.token, "{}").text()
              + plane.event("paid with 5555 5555 5555 4444, deploy 7").text()
              + plane.api.get("/api/v1/journal?limit=1000", plane.token).text()
              + plane.api.get("/metrics", "").text();
      assertThat(all)
          .contains("[redacted]", "deploy 7", plane.haproxy.map.toString())
          .doesNotContain("4242424242424242", "4242-4242-4242-4242", "5555 5555", "s3cr3tword");
      assertThat(plane.intact()).isTrue();
    }
  }

  private static ObjectNode body(Plane plane) {
    return plane.api.get(DRIFT, plane.token).body();
  }
}
