package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.haproxy.HaproxyDriver;
import dev.checkrail.balancer.haproxy.Installation;
import dev.checkrail.change.ConfigurationSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process of its own applies (and rolls back) and is ended at once, as by {@code kill -9}, after
 * its first step, after its second, and so on until it comes through. Each time another process
 * recovers; then the disk, the marker, the worker and the answers are those of one of the two
 * versions, and traffic never failed.
 */
class CrashTest {
  private static final String TO_B =
      Setting.CONFIG
          .replace("default_backend be_a", "default_backend be_b")
          .replace("retries 1", "retries 2");

  /** Which step of an apply this is, counted from 1. */
  private static final int SWITCHED = 7;

  private static final int RELOAD_INTENDED = 9;

  @TempDir Path temp;

  @Test
  void whateverTheStepTheLoadBalancerEndsWithOneOfTheTwoVersions() throws Exception {
    try (Setting lb = new Setting(temp)) {
      String first = lb.apply.adopt("ada", "it runs today");
      String second = lb.approved(everyFileChanged(lb));
      List<String> ends = new ArrayList<>();
      int kills = 0;
      for (String act : List.of("apply", "rollback")) {
        String target = act.equals("apply") ? second : first;
        for (int step = 1; ; step++) {
          settle(lb, act.equals("apply") ? first : second);
          boolean through = act(lb, act, target, step);
          ends.add(ended(lb, act + " " + step, target));
          if (through) {
            break;
          }
          kills++;
        }
      }
      // The one who recovers is ended, too: while it puts back, and while it goes on.
      for (int killedAt : List.of(SWITCHED, RELOAD_INTENDED)) {
        for (int step = 1; ; step++) {
          settle(lb, first);
          assertThat(act(lb, "apply", second, killedAt)).isFalse();
          boolean through = act(lb, "recover", second, step);
          ends.add(ended(lb, "apply " + killedAt + ", recover " + step, second));
          kills++;
          if (through) {
            break;
          }
          kills++;
        }
      }
      assertThat(kills).as(String.join("\n", ends)).isGreaterThanOrEqualTo(30);
      assertThat(ends).anyMatch(end -> end.endsWith("finished"));
      assertThat(ends).anyMatch(end -> end.endsWith("rolled back"));
    }
  }

  /** What a person chose to keep is written down before the reload is ordered. */
  @Test
  void aServerThatWasToStayOutStaysOutAlsoOverACrash() throws Exception {
    try (Setting lb = new Setting(temp)) {
      lb.apply.adopt("ada", "it runs today");
      String second = lb.approved(everyFileChanged(lb));
      lb.driver.admin(new ServerName("be_a", "a1"), RunningState.Admin.MAINT);
      assertThat(act(lb, "keep", second, RELOAD_INTENDED + 1)).isFalse();

      Applied recovered = lb.apply.recover(Progress.NONE);

      assertThat(recovered.outcome()).as(recovered.why()).isEqualTo(Applied.Outcome.SERVES);
      assertThat(recovered.notes()).isEmpty();
      assertThat(lb.driver.running().servers().getFirst().admin())
          .isEqualTo(RunningState.Admin.MAINT);
    }
  }

  private static ConfigurationSet everyFileChanged(Setting lb) throws BalancerException {
    ConfigurationSet set = lb.haproxy.candidate(lb.driver, TO_B);
    List<ConfigurationSet.Item> files =
        set.referenced().stream()
            .map(item ->
                ConfigurationSet.Item.of(
                    item.path(),
                    (item.content().orElseThrow().text() + "/new be_b\n")
                        .getBytes(StandardCharsets.US_ASCII)))
            .toList();
    return new ConfigurationSet(set.main(), files);
  }

  /** Recovers; then all has to be of one version. */
  private static String ended(Setting lb, String what, String target) throws Exception {
    Applied recovered = lb.apply.recover(Progress.NONE);
    String where = what + ": " + recovered.why();
    String live = lb.driver.onDisk().digest();
    Processes processes = lb.driver.processes();
    assertThat(lb.versions.live()).as(where).contains(live);
    assertThat(processes.current().orElseThrow().marker()).as(where).contains(live);
    assertThat(processes.master().orElseThrow().failed()).as(where).isZero();
    boolean second =
        lb.driver
            .onDisk()
            .main()
            .getFirst()
            .content()
            .orElseThrow()
            .text()
            .contains("default_backend be_b");
    assertThat(lb.get("/")).as(where).isEqualTo(second ? "200 b" : "200 a");
    assertThat(Intent.read(lb.versions)).as(where).isEmpty();
    assertThat(Drift.find(lb.driver, lb.versions, Set.of()).found()).as(where).isEmpty();
    return what + ": " + (live.equals(target) ? "finished" : "rolled back");
  }

  /** Both versions were loaded by us once, so that each worker says its version. */
  private static void settle(Setting lb, String digest) throws Exception {
    if (!lb.driver.processes().current().orElseThrow().marker().equals(Optional.of(digest))) {
      Applied applied = lb.apply(digest);
      assertThat(applied.serves()).as(applied.why()).isTrue();
    }
  }

  /** True if it came through. */
  private static boolean act(Setting lb, String act, String target, int step) throws Exception {
    Path out = lb.haproxy.folder.resolve("actor.log");
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                Actor.class.getName(),
                lb.haproxy.folder.toString(),
                lb.versions.folder().toString(),
                act,
                target,
                String.valueOf(step))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(out)).isIn(0, Actor.KILLED);
    return process.exitValue() == 0;
  }

  /** The process that is ended. */
  static final class Actor {
    static final int KILLED = 137;

    private Actor() {}

    public static void main(String[] args) throws Exception {
      Path folder = Path.of(args[0]);
      Path marker = folder.resolve("checkrail-marker.cfg");
      Installation installation =
          new Installation(
              RunningHaproxy.BINARY,
              List.of(folder.resolve("haproxy.cfg"), marker),
              Optional.of(marker),
              folder,
              Optional.of(folder.resolve("master.sock")),
              Optional.empty(),
              Map.of());
      int[] left = {Integer.parseInt(args[4])};
      Progress deadly =
          (step, text) -> {
            if (--left[0] == 0) {
              Runtime.getRuntime().halt(KILLED); // no hook, no finally, no flush: as kill -9
            }
          };
      try (Driver driver = new HaproxyDriver(installation)) {
        Versions versions = Versions.in(Path.of(args[1]));
        KeptJournal journal = new KeptJournal();
        Apply apply = new Apply("edge", driver, versions, journal, InstantSource.system());
        Applied applied =
            switch (args[2]) {
              case "apply" -> apply.apply(Apply.Order.of(args[3], "ada"), deadly);
              case "recover" -> apply.recover(deadly);
              case "keep" ->
                  apply.apply(
                      new Apply.Order(
                          args[3], "ada", Map.of("state be_a/a1", Preflight.Choice.KEEP), false),
                      deadly);
              default ->
                  new Rollback(
                          "edge",
                          driver,
                          versions,
                          journal,
                          InstantSource.system(),
                          Probe.direct(Duration.ofSeconds(1)))
                      .back(Rollback.Order.of(args[3], "ada", "a try"), deadly)
                      .applied();
            };
        System.out.println(applied.why());
        System.exit(applied.serves() || args[2].equals("recover") ? 0 : 1);
      }
    }
  }
}
