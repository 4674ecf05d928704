package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load balancer is owned once; it can be let go, and taken over again. */
class OwnershipTest {
  @TempDir private Path folder;

  private static Api.Answer add(Plane plane, String name, Path socket, String more) {
    return plane.api.post(
        "/api/v1/balancers",
        plane.token,
        "{\"name\":\"%s\",\"master_socket\":\"%s\"%s}".formatted(name, socket, more));
  }

  @Test
  void oneIsNotOwnedUnderTwoNames() throws Exception {
    try (Plane plane = new Plane(folder)) {
      Path link = Files.createSymbolicLink(folder.resolve("link"), plane.haproxy.folder);
      for (Path socket : List.of(plane.haproxy.masterSocket, link.resolve("master.sock"))) {
        Api.Answer twice = add(plane, "front", socket, "");
        assertThat(twice.status()).as(twice.text()).isEqualTo(409);
        assertThat(twice.type()).isEqualTo("owned-already");
        assertThat(twice.body().get("detail").asString())
            .startsWith("this load balancer is owned as edge already: its master socket is ")
            .endsWith("'lb forget edge' lets it go");
      }
      assertThat(plane.api.get("/api/v1/balancers", plane.token).body().get("balancers").size())
          .isEqualTo(1);
      assertThat(add(plane, "edge", plane.haproxy.masterSocket, ",\"again\":true").status())
          .as("anew under its own name")
          .isEqualTo(201);
    }
  }

  @Test
  void twoOfThemDoNotShareAFile() throws Exception {
    try (Plane plane = new Plane(folder);
        dev.checkrail.balancer.RunningHaproxy other =
            new dev.checkrail.balancer.RunningHaproxy(
                Files.createDirectory(folder.resolve("other")),
                Plane.CONFIG,
                java.util.Map.of("WEB", "1"))) {
      Path link = Files.createSymbolicLink(folder.resolve("same.cfg"), plane.haproxy.config);
      Api.Answer answer =
          add(plane, "other", other.masterSocket, ",\"configuration\":[\"%s\"]".formatted(link));
      assertThat(answer.status()).as(answer.text()).isEqualTo(409);
      assertThat(answer.text())
          .contains("owned as edge already: it loads " + plane.haproxy.config.toRealPath());
      assertThat(add(plane, "other", other.masterSocket, "").status()).isEqualTo(201);
    }
  }

  @Test
  void oneIsLetGoAndNothingOfItIsTouchedAndItCanComeBack() throws Exception {
    try (Plane plane = new Plane(folder)) {
      String edge = "/api/v1/balancers/edge";
      String approved = plane.api.get(edge, plane.token).body().get("live").asString();
      String config = Files.readString(plane.haproxy.config);
      String marker = Files.readString(plane.haproxy.marker);
      long worker = plane.haproxy.driver().processes().current().orElseThrow().pid();
      eventually("it is watched", () -> plane.api.get(edge + "/live", plane.token).status() == 200);
      eventually("drift is looked for", () -> plane.drift().get("looked_at") != null);

      Api.Answer gone = plane.api.call("DELETE", edge, plane.token, "");

      assertThat(gone.status()).as(gone.text()).isEqualTo(200);
      assertThat(plane.journal("lb.forgotten")).hasSize(1);
      Path kept = Path.of(gone.body().get("kept").asString());
      assertThat(kept.getParent()).isEqualTo(plane.data.resolve("balancers-former"));
      assertThat(kept.resolve("versions/versions").resolve(approved)).exists();
      for (String path : List.of("", "/live", "/drift", "/probes", "/runtime")) {
        assertThat(plane.api.get(edge + path, plane.token).status()).as(path).isEqualTo(404);
      }
      assertThat(plane.api.call("DELETE", edge, plane.token, "").status()).isEqualTo(404);
      assertThat(plane.api.get("/metrics", "").text()).doesNotContain("balancer=\"edge\"");
      eventually("its threads end", () -> threads("edge").isEmpty());
      assertThat(Files.readString(plane.haproxy.config)).isEqualTo(config);
      assertThat(Files.readString(plane.haproxy.marker)).isEqualTo(marker);
      assertThat(plane.haproxy.driver().processes().current().orElseThrow().pid())
          .isEqualTo(worker);
      assertThat(plane.data.resolve("balancers/edge")).doesNotExist();

      Api.Answer again =
          add(
              plane,
              "front",
              plane.haproxy.masterSocket,
              ",\"marker\":\"%s\"".formatted(plane.haproxy.marker));
      assertThat(again.status()).as(again.text()).isEqualTo(201);
      assertThat(again.body().get("approved").asString()).isEqualTo(approved);
      assertThat(plane.intact()).isTrue();
    }
  }

  private static List<String> threads(String name) {
    try (Stream<Thread> all = Thread.getAllStackTraces().keySet().stream()) {
      return all.map(Thread::getName).filter(it -> it.endsWith(" " + name)).toList();
    }
  }
}
