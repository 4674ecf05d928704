package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift that nobody asked for: in the journal, and beside the load balancer. */
class FoundByItselfTest {
  @TempDir private Path folder;

  @Test
  void eachPartOfDriftIsFoundAndGoneWithoutBeingAskedForAndOurOwnActsAreNot() throws Exception {
    try (Plane plane = new Plane(folder)) {
      eventually("the first look", () -> plane.drift().get("looked_at") != null);
      for (int i = 1; i < 4; i++) {
        Api.Answer applied = plane.apply(Plane.CONFIG.replace("client 30s", "client 3" + i + "s"));
        assertThat(applied.status()).as(applied.text()).isEqualTo(200);
        assertThat(plane.rollback().status()).isEqualTo(200);
      }
      String looked = plane.drift().get("looked_at").asString();
      eventually(
          "a look after all that", () -> !plane.drift().get("looked_at").asString().equals(looked));
      assertThat(plane.journal("drift.*")).isEmpty();

      String config = Files.readString(plane.haproxy.config);
      Files.writeString(plane.haproxy.config, config + "# by hand\n");
      Files.writeString(plane.haproxy.map, "/a be_b\n");
      try (var driver = plane.haproxy.driver()) {
        driver.raw("set server be_web/web-1 state maint");
        driver.raw("add acl " + plane.haproxy.list + " /more");
      }
      eventually("all of it is found", () -> plane.journal("drift.found").size() == 4);
      assertThat(plane.journal("drift.found"))
          .containsExactlyInAnyOrder(
              "drift.found main-files " + plane.haproxy.config,
              "drift.found referenced-files " + plane.haproxy.map,
              "drift.found runtime-servers be_web/web-1",
              "drift.found runtime-tables " + plane.haproxy.list);
      eventually("and shown", () -> plane.drift().get("found").size() == 4);
      assertThat(plane.drift().get("found").get(0).get("since")).isNotNull();

      try (var driver = plane.haproxy.driver()) {
        driver.reload();
      }
      eventually(
          "the reload is found", () -> plane.journal("drift.found").toString().contains("reload"));
      assertThat(
              plane
                  .api
                  .post("/api/v1/balancers/edge/reload", plane.token, "{\"over_drift\":true}")
                  .status())
          .isEqualTo(200);
      eventually("nothing drifts any more", () -> plane.drift().get("found").isEmpty());
      eventually(
          "and the journal says so",
          () -> plane.journal("drift.gone").size() == plane.journal("drift.found").size());
      assertThat(plane.journal("drift.*")).hasSizeLessThanOrEqualTo(16);
      assertThat(plane.intact()).isTrue();
    }
  }

  @Test
  void aSwitchThatWasInterruptedIsEndedWithoutBeingAskedFor() throws Exception {
    try (Plane plane = new Plane(folder)) {
      // As a crash leaves it: a note of a switch that never began.
      String live =
          plane.api.get("/api/v1/balancers/edge", plane.token).body().get("live").asString();
      Path intent = plane.data.resolve("balancers/edge/versions/intent");
      Files.writeString(
          intent,
          "kind=apply\nactor=ada\nphase=SWITCHING\nfrom=%s\nto=%s\nvisible=true\nbefore=%d 0 0\n"
              .formatted(live, live, plane.haproxy.pid()));
      eventually("it is ended", () -> Files.notExists(intent));
      eventually("and written down", () -> !plane.journal("recover.*").isEmpty());
    }
  }
}
