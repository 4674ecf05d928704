package dev.checkrail.balancer.haproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.DriverConformance;
import dev.checkrail.balancer.Processes;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.balancer.RunningState.Admin;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HaproxyDriverTest extends DriverConformance {
  private static final String CONFIG =
      """
      global
          nbthread 1
          maxconn 200
          hard-stop-after 2s
          stats socket @FOLDER@/stats.sock mode 600 level admin expose-fd listeners

      defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s

      frontend fe
          bind 127.0.0.1:@PORT@
          use_backend %[path,map_beg(@FOLDER@/routes.map,good)]

      backend good
          server g1 127.0.0.1:9 weight 100
          server g2 127.0.0.1:9 weight 50
          server g3 127.0.0.1:9 disabled

      backend other
          server o1 127.0.0.1:9
      """;

  private @Nullable RunningHaproxy haproxy;

  private RunningHaproxy lb() {
    RunningHaproxy lb = haproxy;
    if (lb == null) {
      throw new IllegalStateException("not started");
    }
    return lb;
  }

  @Override
  protected Driver start(Path folder) throws Exception {
    Files.writeString(folder.resolve("routes.map"), "# a comment\n/a good\n/b other\n");
    haproxy = new RunningHaproxy(folder, CONFIG, Map.of());
    return lb().driver();
  }

  @Override
  protected void stop() throws Exception {
    lb().close();
  }

  @Override
  protected ConfigurationSet another(Driver driver) throws Exception {
    return lb().candidate(driver, CONFIG.replace("timeout server 5s", "timeout server 6s"));
  }

  @Override
  protected ConfigurationSet broken(Driver driver) throws Exception {
    return lb().candidate(driver, CONFIG + "\nnonsense\n");
  }

  @Override
  protected boolean can(Ability ability) {
    return switch (ability) {
      case SERVER_STATE, TABLES, CUT, STATISTICS -> true;
    };
  }

  @Test
  void aSocketOfALowerLevelSaysWhatItLacks() throws Exception {
    lb().restart("operator");
    refused(() -> driver.admin(new ServerName("good", "g1"), Admin.MAINT), Kind.LEVEL);
    assertThat(driver.processes().current()).isPresent();
  }

  @Test
  void aStatsSocketThatLetsNobodySeeAllIsNotRead() throws Exception {
    String low =
        CONFIG.replace("level admin expose-fd listeners", "level user severity-output number");
    Path folder = Files.createDirectory(temp.resolve("low"));
    try (RunningHaproxy other = new RunningHaproxy(folder, low, Map.of());
        HaproxyDriver asking = other.driver()) {
      assertThat(asking.running().certificates()).isEmpty();
      assertThat(asking.running().servers()).hasSize(4);
    }
  }

  @Test
  void withoutAMasterSocketAWorkerCanBeAskedButNothingReloaded() throws Exception {
    Installation at = lb().installation();
    try (HaproxyDriver alone =
        new HaproxyDriver(
            new Installation(
                at.binary(),
                at.configuration(),
                at.marker(),
                at.workingDirectory(),
                Optional.empty(),
                at.statsSocket(),
                Map.of()))) {
      assertThat(alone.processes().master()).isEmpty();
      assertThat(alone.running().servers()).hasSize(4);
      refused(alone::reload, Kind.UNSUPPORTED);

      // Its answer comes from the worker that serves now, not from the one it first spoke to.
      Processes before = driver.processes();
      driver.reload();
      RunningHaproxy.eventually(
          "the new worker answers",
          () -> {
            try {
              return alone
                  .processes()
                  .current()
                  .filter(now -> now.pid() != before.seen().worker())
                  .isPresent();
            } catch (BalancerException e) {
              return false;
            }
          });
    }
  }

  @Test
  void oneThatTakesConnectionsAndNeverAnswersIsATimeout() throws Exception {
    Path socket = temp.resolve("silent.sock");
    try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket));
      Installation at = lb().installation();
      Installation stuck =
          new Installation(
              at.binary(),
              at.configuration(),
              at.marker(),
              at.workingDirectory(),
              Optional.of(socket),
              Optional.empty(),
              Map.of());
      try (HaproxyDriver waiting = new HaproxyDriver(stuck, Duration.ofMillis(200))) {
        refused(waiting::processes, Kind.TIMEOUT);
      }
    }
  }

  @Test
  void aWorkerThatHangsDoesNotUseUpTheMastersConnections() throws Exception {
    long worker = driver.processes().current().orElseThrow().pid();
    signal("-STOP", worker);
    try {
      for (int i = 0; i < 12; i++) {
        try (HaproxyDriver hasty = new HaproxyDriver(lb().installation(), Duration.ofMillis(50))) {
          refused(hasty::pulse, Kind.TIMEOUT);
        }
      }
      try (HaproxyDriver patient = new HaproxyDriver(lb().installation(), Duration.ofMillis(500))) {
        Processes hanging = patient.processes();
        assertThat(hanging.current().map(Processes.Worker::answers)).contains(false);
        patient.reload();
        RunningHaproxy.eventually(
            "another worker answers",
            () -> {
              try {
                return patient
                    .processes()
                    .current()
                    .filter(now -> now.answers() && now.pid() != worker)
                    .isPresent();
              } catch (BalancerException e) {
                return false;
              }
            });
      }
    } finally {
      signal("-CONT", worker);
    }
  }

  private static void signal(String which, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", which, String.valueOf(pid)).start().waitFor()).isZero();
  }

  @Test
  void aSocketThatIsNoSocketIsGone() throws Exception {
    Files.writeString(temp.resolve("file.sock"), "");
    Installation at = lb().installation();
    Installation wrong =
        new Installation(
            at.binary(),
            at.configuration(),
            at.marker(),
            at.workingDirectory(),
            Optional.of(temp.resolve("file.sock")),
            Optional.empty(),
            Map.of());
    try (HaproxyDriver driver = new HaproxyDriver(wrong)) {
      refused(driver::processes, Kind.GONE);
    }
  }

  @Test
  void showProcIsReadInAllItsStates() throws Exception {
    ShowProc shown =
        ShowProc.parse(
            """
            #<PID>          <type>          <reloads>       <uptime>        <version>
            2119            master          2 [failed: 1]   0d00h05m45s     2.6.12-1+deb12u4
            # workers
            19441           worker          1               0d00h00m01s     2.6.12-1+deb12u4
            # old workers
            2124            worker          2               0d00h05m44s     2.6.12-1+deb12u4
            2100            worker          7               12d00h05m44s    2.6.12-1+deb12u4
            # programs
            99              prog            0               0d00h00m01s     -
            """);
    assertThat(shown)
        .isEqualTo(
            new ShowProc(
                2119,
                2,
                1,
                List.of(
                    new ShowProc.Worker(19441, false, 1, Duration.ofSeconds(1)),
                    new ShowProc.Worker(2124, true, 2, Duration.ofSeconds(5 * 60 + 44)),
                    new ShowProc.Worker(
                        2100, true, 7, Duration.ofDays(12).plusSeconds(5 * 60 + 44)))));
    refused(() -> ShowProc.parse("nonsense"), Kind.UNINTELLIGIBLE);
  }
}
