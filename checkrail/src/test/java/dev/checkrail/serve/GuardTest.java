package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A bypass that hurts users: found, named, taken back and recorded, without anybody's help. */
class GuardTest {
  @TempDir private Path folder;

  private static Set<String> whats(JsonNode incident) {
    return incident.get("timeline").values().stream()
        .map(one -> one.get("what").asString())
        .collect(Collectors.toSet());
  }

  private static JsonNode incident(Town town) {
    return town.incident().orElseThrow();
  }

  private static void untilTheWayBackIsGreen(Town town) throws Exception {
    town.eventually(
        "the way back is green", () -> town.diagnosis().at("/way_back/green").asBoolean(false));
    town.beBusyFor(Duration.ofSeconds(20));
    // A machine that is too busy to serve its users is not what is looked for here.
    town.eventually(
        "nobody is harmed before",
        () -> town.diagnosis().get("harmed_since") == null && town.incident().isEmpty());
  }

  @Test
  void aBypassThatHurtsUsersIsNamedTakenBackAndRecorded() throws Exception {
    try (Town town = new Town(folder)) {
      town.start();
      untilTheWayBackIsGreen(town);
      town.bypass();
      town.eventually("an incident", () -> town.incident().isPresent());
      town.eventually(
          "it is named and taken back",
          () -> whats(incident(town)).containsAll(List.of("cause", "way-back", "verified")));
      assertThat(incident(town).at("/cause/cause").asString()).isEqualTo("lb-change");
      assertThat(incident(town).at("/answer/ranking/0/change/kind").asString()).isEqualTo("bypass");
      assertThat(whats(incident(town))).contains("harm-began", "alerted", "ruled-out");

      // Nothing new until a person has looked.
      assertThat(town.apply(false).type()).isEqualTo("rollouts-wait");
      town.eventually("confirmed", () -> incident(town).get("aftermath") != null);
      assertThat(incident(town).at("/aftermath/result").asString()).isEqualTo("confirmed");
      town.eventually("the harm ends", () -> whats(incident(town)).contains("harm-ended"));

      String one = "/api/v1/incidents/" + incident(town).get("id").asString();
      assertThat(town.api().post(one + "/notes", town.token(), "{\"text\":\"told them\"}").status())
          .isEqualTo(201);
      assertThat(
              town.api().post(one + "/close", town.token(), "{\"reason\":\"went back\"}").status())
          .isEqualTo(200);
      town.eventually(
          "it is closed", () -> incident(town).get("state").asString().equals("closed"));
      assertThat(town.apply(false).status()).isEqualTo(200);
      assertThat(town.api().get(one + "/export", town.token()).text())
          .contains(
              "**Issue Summary:**",
              "- **Duration:**",
              "- **Impact:**",
              "- **Root Cause:** lb-change",
              "**Timeline:**",
              "(ada): told them",
              "**Root Cause and Resolution:**",
              "**Corrective and Preventative Measures:**",
              "nobody approved it",
              "- **Specific Tasks:**",
              "must: { reach: [\"be_pay\"], always: true }");
      assertThat(town.api().get("/api/v1/incidents?state=open", town.token()).text())
          .isEqualTo("{\"incidents\":[]}");
    }
  }

  /** The control plane is killed as soon as it has seen that users fail. */
  @Test
  void whatACrashInterruptsGoesOnAsTheSameIncident() throws Exception {
    try (Town town = new Town(folder)) {
      town.start();
      untilTheWayBackIsGreen(town);
      town.bypass();
      town.eventually(
          "the cause is named, and kept",
          () ->
              town.incident()
                  .filter(it -> it.get("cause") != null && it.get("stored").booleanValue())
                  .isPresent());
      String id = incident(town).get("id").asString();
      town.kill();
      town.start();
      town.eventually("it is known", () -> town.incident().isPresent());
      assertThat(incident(town).get("id").asString()).isEqualTo(id);
      assertThat(incident(town).at("/cause/cause").asString()).isEqualTo("lb-change");
      town.eventually(
          "it was taken back, or is",
          () -> whats(incident(town)).containsAll(List.of("way-back", "verified")));
      town.eventually("the harm ends", () -> whats(incident(town)).contains("harm-ended"));
      assertThat(incident(town).get("state").asString()).isEqualTo("open");
    }
  }

  @Test
  void whoOnlyObservesDoesNothingAndRecordsWhatWouldHaveBeen() throws Exception {
    try (Town town = new Town(folder)) {
      town.start("--observe-only");
      untilTheWayBackIsGreen(town);
      town.bypass();
      town.eventually("an incident", () -> town.incident().isPresent());
      town.eventually(
          "what would have been",
          () -> incident(town).toString().contains("observe-only: it would have gone back to"));
      town.beBusyFor(Duration.ofSeconds(5));
      assertThat(whats(incident(town))).doesNotContain("way-back");
      assertThat(
              town.api().get("/api/v1/journal?kind=rollback.*", town.token()).body().get("entries"))
          .isEmpty();
    }
  }
}
