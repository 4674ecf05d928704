package dev.checkrail.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.Applied.Outcome;
import dev.checkrail.balancer.Progress.Step;
import dev.checkrail.change.ConfigurationSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The disk is full: clear words, nothing half-written, and it goes on when there is room again. */
class DiskFullTest {
  private static final String LONG =
      Setting.CONFIG + "# " + "a long comment ".repeat(40) + "\n" + "# more\n".repeat(3000);

  @TempDir private Path temp;

  @Test
  void whereVersionsAreKeptNothingIsHalfKeptAndNothingBegins() throws Exception {
    try (SmallDisk disk = new SmallDisk(temp.resolve("state"), 1);
        Setting lb = new Setting(temp)) {
      lb.apply.adopt("ada", "it runs today");
      ConfigurationSet set = lb.haproxy.candidate(lb.driver, LONG);
      disk.fillUpTo(0);
      assertThatThrownBy(() -> lb.versions.keep(set))
          .isInstanceOfSatisfying(
              BalancerException.class,
              e -> assertThat(e.kind()).isEqualTo(BalancerException.Kind.FILES))
          .hasMessageContaining("can't write " + temp.resolve("state/objects"))
          .hasMessageContaining("No space left on device");
      assertThat(lb.versions.load(set.digest())).isEmpty();
      assertThat(leftovers(temp.resolve("state"))).isEmpty();

      disk.empty();
      String digest = lb.approved(set);
      disk.fillUpTo(0);
      // The copy for HAProxy's check, or the note of the intent: something is the first to fail.
      assertThatThrownBy(() -> lb.apply(digest)).hasMessageContaining("No space left on device");
      assertThat(lb.driver.onDisk().digest()).isEqualTo(lb.versions.live().orElseThrow());
      assertThat(Intent.read(lb.versions)).isEmpty();

      disk.empty();
      assertThat(lb.apply(digest).outcome()).isEqualTo(Outcome.SERVES);
    }
  }

  @Test
  void whereTheConfigurationLiesNoFileMovesBeforeAllAreWritten() throws Exception {
    try (SmallDisk disk = new SmallDisk(temp.resolve("lb"), 1);
        Setting lb = new Setting(temp)) {
      String first = lb.apply.adopt("ada", "it runs today");
      String before = Files.readString(lb.haproxy.config);
      String digest = lb.approved(LONG);
      disk.fillUpTo(8192);
      Applied applied = lb.apply(digest);
      assertThat(applied.outcome()).as(applied.why()).isEqualTo(Outcome.NOT_WRITTEN);
      assertThat(applied.why()).contains("can't write", "No space left on device");
      assertThat(Files.readString(lb.haproxy.config)).isEqualTo(before);
      assertThat(lb.driver.onDisk().digest()).isEqualTo(first);
      assertThat(leftovers(temp.resolve("lb"))).isEmpty();
      assertThat(Intent.read(lb.versions)).isEmpty();
      assertThat(Drift.find(lb.driver, lb.versions, Set.of()).found()).isEmpty();
      assertThat(lb.get("/b")).startsWith("200");

      disk.empty();
      assertThat(lb.apply(digest).outcome()).isEqualTo(Outcome.SERVES);
    }
  }

  @Test
  void oneThatFillsUpInTheMiddleOfASwitchEndsWithAWholeVersion() throws Exception {
    for (Step step :
        List.of(Step.INTENDED, Step.SWITCHED, Step.CHECKED, Step.RELOAD_INTENDED, Step.SERVES)) {
      Path own = Files.createDirectory(temp.resolve(step.name()));
      // Versions and files on the same disk, as on most machines.
      try (SmallDisk disk = new SmallDisk(own, 2);
          Setting lb = new Setting(own)) {
        lb.apply.adopt("ada", "it runs today");
        String digest = lb.approved(LONG);
        String what;
        try {
          Applied applied =
              lb.apply.apply(
                  Apply.Order.of(digest, "ada"),
                  (reached, text) -> {
                    if (reached == step) {
                      try {
                        disk.fillUpTo(0);
                      } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                      }
                    }
                  });
          what = applied.outcome() + " " + applied.why();
        } catch (BalancerException e) {
          what = e.getMessage();
        }
        assertThat(lb.get("/b")).as(step + ": " + what).startsWith("200");
        disk.empty();
        Applied ended = lb.apply.recover(Progress.NONE);
        what = step + ": " + what + "; then " + ended.outcome() + " " + ended.why();
        assertThat(Intent.read(lb.versions)).as(what).isEmpty();
        assertThat(lb.driver.onDisk().digest())
            .as(what)
            .isEqualTo(lb.versions.live().orElseThrow());
        assertThat(Drift.find(lb.driver, lb.versions, Set.of()).found()).as(what).isEmpty();
        assertThat(leftovers(own)).as(what).isEmpty();
        System.out.println("full at " + what);
      }
    }
  }

  /** Parts of files that nobody reads and that take room. */
  private static List<Path> leftovers(Path folder) throws Exception {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.getFileName().toString().startsWith(Disk.TEMPORARY)).toList();
    }
  }
}
