package dev.checkrail.balancer.haproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.balancer.Apply;
import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Driver;
import dev.checkrail.balancer.KeptJournal;
import dev.checkrail.balancer.RunningHaproxy;
import dev.checkrail.balancer.Versions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket, or a file, is somebody else's. Asked by a process without root's capabilities. */
class WithoutRightsTest {
  private static final List<String> DROPPED =
      List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all");
  private static final String CONFIG =
      """
      global
          stats socket @FOLDER@/stats.sock mode 600 level admin
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 5s
      frontend web
          bind 127.0.0.1:@PORT@
          http-request return status 200
      """;

  @TempDir private Path temp;

  @Test
  void aSocketAndAFileOfAnotherUserAreSaidInWords() throws Exception {
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))
            && run("true").status() == 0,
        "needs root, and setpriv to drop its capabilities");
    try (RunningHaproxy lb =
        new RunningHaproxy(Files.createDirectory(temp.resolve("lb")), CONFIG, Map.of())) {
      assertThat(ask(lb, "processes")).startsWith("done");
      var nobody =
          lb.folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      Files.setOwner(lb.masterSocket, nobody);
      assertThat(ask(lb, "processes"))
          .isEqualTo(
              "NO_RIGHTS: the socket "
                  + lb.masterSocket
                  + " may not be opened by this user; see its mode and owner");

      Files.setOwner(lb.masterSocket, Files.getOwner(temp));
      Files.setPosixFilePermissions(
          lb.folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwx------"));
      Files.setOwner(lb.folder, nobody);
      assertThat(ask(lb, "processes"))
          .isEqualTo(
              "NO_RIGHTS: the socket "
                  + lb.masterSocket
                  + " lies in a folder that this user may not enter");
      Files.setOwner(lb.folder, Files.getOwner(temp));

      Files.setPosixFilePermissions(
          lb.config, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      Files.setOwner(lb.config, nobody);
      assertThat(ask(lb, "adopt"))
          .isEqualTo("NO_RIGHTS: can't read " + lb.config + ": permission denied");
      assertThat(temp.resolve("state/history")).doesNotExist();
    }
  }

  private String ask(RunningHaproxy lb, String what) throws Exception {
    return run(
            System.getProperty("java.home") + "/bin/java",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Asking.class.getName(),
            what,
            lb.folder.toString(),
            temp.resolve("state").toString())
        .text()
        .strip();
  }

  private record Said(int status, String text) {}

  private static Said run(String... command) throws Exception {
    List<String> all = new ArrayList<>(DROPPED);
    all.addAll(List.of(command));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes());
    return new Said(process.waitFor(), text);
  }

  /** What the other process does. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] words) throws Exception {
      Path folder = Path.of(words[1]);
      Installation at =
          new Installation(
              RunningHaproxy.BINARY,
              List.of(folder.resolve("haproxy.cfg")),
              java.util.Optional.empty(),
              folder,
              java.util.Optional.of(folder.resolve("master.sock")),
              java.util.Optional.empty(),
              Map.of());
      try (Driver driver = new HaproxyDriver(at)) {
        if (words[0].equals("processes")) {
          System.out.println("done " + driver.processes().workers().size());
        } else {
          Versions versions = Versions.in(Path.of(words[2]));
          String digest =
              new Apply("edge", driver, versions, new KeptJournal(), InstantSource.system())
                  .adopt("ada", "a test");
          System.out.println("done " + digest);
        }
      } catch (BalancerException e) {
        System.out.println(e.kind() + ": " + e.getMessage());
      }
    }
  }
}
