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

  @Test
  void aBypassThatHurtsUsersIsNamedTakenBackAndRecorded() throws Exception {
    try (Town town = new Town(folder)) {
      town.start(false);
      town.eventually("the way back is green", () -> town.diagnosis().at("/way_back/green").asBoolean(false));
      town.beBusyFor(Duration.ofSeconds(20));
      long bypass = System.currentTimeMillis();
      town.bypass();
      town.eventually("an incident", () -> town.incident().isPresent());
      town.eventually("the cause", () -> town.incident().orElseThrow().get("cause") != null);
      town.eventually(
          "it is taken back",
          () -> whats(town.incident().orElseThrow()).containsAll(List.of("way-back", "verified")));
      System.out.println("BYPASS " + java.time.Instant.ofEpochMilli(bypass));
      JsonNode incident = town.incident().orElseThrow();
      incident.get("timeline").values().forEach(one -> System.out.println(one));
      assertThat(incident.at("/cause/cause").asString()).isEqualTo("lb-change");
      town.eventually("nobody fails any more", () -> whats(town.incident().orElseThrow()).contains("harm-ended"));
      String id = incident.get("id").asString();
      assertThat(town.api().post("/api/v1/incidents/" + id + "/close", town.token(), "{\"reason\":\"done\"}").status()).isEqualTo(200);
      town.eventually("closed", () -> town.incident().orElseThrow().get("state").asString().equals("closed"));
      System.out.println(town.api().get("/api/v1/incidents/" + id + "/export", town.token()).text());
    }
  }
}
