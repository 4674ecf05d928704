package dev.checkrail.serve;

import static dev.checkrail.serve.FaultsTest.command;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Versions;
import dev.checkrail.serve.FaultsTest.Said;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code lb} commands say to an operator under stress. */
class ByCommandTest {
  @TempDir private Path folder;

  private Path candidate(Plane plane, String name, String text) throws Exception {
    Path own = Files.createDirectories(folder.resolve(name));
    Files.copy(plane.haproxy.map, own.resolve("routes.map"));
    Files.copy(plane.haproxy.list, own.resolve("blocked.lst"));
    return Files.writeString(own.resolve("haproxy.cfg"), plane.haproxy.text(text));
  }

  private static String live(Plane plane) {
    return Versions.brief(
        plane.api.get("/api/v1/balancers/edge", plane.token).body().get("live").asString());
  }

  @Test
  void goingBackSaysWhereAndTwiceLeadsFurtherBack() throws Exception {
    try (Plane plane = new Plane(folder)) {
      final String one = live(plane);
      plane.apply(Plane.CONFIG.replace("client 30s", "client 31s"));
      final String two = live(plane);
      plane.apply(Plane.CONFIG.replace("client 30s", "client 32s"));
      final String three = live(plane);
      Api.Answer held =
          plane.apply(Plane.CONFIG.replace("bind 127.0.0.1:@PORT@", "bind 192.0.2.77:8080"));
      assertThat(held.status()).isEqualTo(409);
      assertThat(held.text()).contains("192.0.2.77:8080");

      Said shown = command(plane, "lb", "show", "edge");
      assertThat(shown.text())
          .contains("version " + three + "  live  ")
          .contains("version " + two + "  the way back  ")
          .contains("version " + one + "  served  ")
          .contains("  never served  approved");

      Said first = command(plane, "lb", "rollback", "edge", "--reason", "payments fail");
      assertThat(first.status()).as(first.text()).isZero();
      assertThat(words(first)).contains("note: from %s to %s, approved ".formatted(three, two));
      assertThat(live(plane)).isEqualTo(two);

      Said second = command(plane, "lb", "rollback", "edge", "--reason", "still");
      assertThat(words(second)).contains("note: from %s to %s, approved ".formatted(two, one));
      assertThat(live(plane)).isEqualTo(one);

      Said third = command(plane, "lb", "rollback", "edge", "--reason", "and still");
      assertThat(third.status()).isEqualTo(2);
      assertThat(words(third)).contains("name one with --to ('lb show' lists them)");
      Said named = command(plane, "lb", "rollback", "edge", "--reason", "x", "--to", three);
      assertThat(named.status()).as(named.text()).isZero();
      assertThat(live(plane)).isEqualTo(three);
    }
  }

  @Test
  void whatIsLiveAlreadyIsNotLoadedAgainAndThatIsSaid() throws Exception {
    try (Plane plane = new Plane(folder)) {
      Path same = candidate(plane, "same", Plane.CONFIG);
      Said first = command(plane, "lb", "apply", "edge", same.toString());
      assertThat(first.status()).as(first.text()).isZero();
      assertThat(words(first))
          .as("the worker did not say its version yet")
          .contains("this version was the live one already: it was loaded again");
      long worker = plane.haproxy.driver().processes().current().orElseThrow().pid();

      Said again = command(plane, "lb", "apply", "edge", same.toString());

      assertThat(again.status()).as(again.text()).isZero();
      assertThat(words(again)).contains("is the live one already: nothing was done");
      assertThat(plane.haproxy.driver().processes().current().orElseThrow().pid())
          .isEqualTo(worker);
      assertThat(command(plane, "lb", "show", "edge").text())
          .as("who approved it is not written over")
          .contains("by ada: lb add")
          .doesNotContain("lb apply");
    }
  }

  @Test
  void aMapThatWasForgottenIsNamed() throws Exception {
    try (Plane plane = new Plane(folder)) {
      Path config =
          candidate(plane, "new", Plane.CONFIG.replace("@FOLDER@/routes.map", "@FOLDER@/more.map"));
      Said said = command(plane, "lb", "apply", "edge", config.toString());
      assertThat(said.status()).as(said.text()).isEqualTo(1);
      assertThat(words(said))
          .contains(plane.haproxy.folder + "/more.map is not here: what the load balancer has at")
          .contains(
              "it names %s/more.map, which was not sent with it (put it beside the configuration)"
                      .formatted(plane.haproxy.folder)
                  + " and is not on the load balancer's disk");
    }
  }

  @Test
  void aWrongSocketIsSaidInWords() throws Exception {
    try (Plane plane = new Plane(folder);
        ServerSocketChannel closed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path silent = folder.resolve("silent.sock");
      closed.bind(UnixDomainSocketAddress.of(silent));
      closed.close();
      Map<Path, String> wrong =
          Map.of(
              folder.resolve("none.sock"),
              "there is no such socket",
              folder,
              "that is a folder, no socket",
              plane.haproxy.config,
              "that is a file, no socket",
              silent,
              "nobody listens on it: HAProxy does not run");
      for (Map.Entry<Path, String> one : wrong.entrySet()) {
        Said said =
            command(plane, "lb", "add", "other", "--master-socket", one.getKey().toString());
        assertThat(said.status()).isEqualTo(2);
        assertThat(words(said))
            .contains("HAProxy's socket " + one.getKey() + ": " + one.getValue())
            .contains("see whether HAProxy runs, and whether the path is the one of its -S")
            .doesNotContain("try again");
      }
    }
  }

  private static String words(Said said) {
    return said.text().replaceAll("\\s+", " ");
  }
}
