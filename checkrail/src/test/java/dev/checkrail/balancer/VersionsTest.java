package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsTest {
  @TempDir Path temp;
  private Versions versions;

  @BeforeEach
  void open() throws Exception {
    versions = Versions.in(temp.resolve("state"));
  }

  private static ConfigurationSet set(String text) {
    return new ConfigurationSet(
        List.of(Item.of("/etc/h a/x.cfg", text.getBytes(UTF_8))),
        List.of(Item.of("/etc/same.map", "same".getBytes(UTF_8)), Item.absent("/etc/odd\\n\n")));
  }

  @Test
  void whatIsKeptComesBackWhole() throws Exception {
    String digest = versions.keep(set("one"));
    ConfigurationSet loaded = versions.load(digest).orElseThrow();
    assertThat(loaded.digest()).isEqualTo(digest);
    assertThat(loaded.items())
        .extracting(Item::path)
        .containsExactly("/etc/h a/x.cfg", "/etc/odd\\n\n", "/etc/same.map");
  }

  @Test
  void onlyItsUserCanReadIt() throws Exception {
    versions.keep(set("one"));
    try (Stream<Path> all = Files.walk(versions.folder())) {
      assertThat(all.toList())
          .allSatisfy(path ->
              assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                  .endsWith("------"));
    }
  }

  @Test
  void theVersionBeforeIsTheLatestOther() throws Exception {
    assertThat(versions.previous()).isEmpty();
    for (String text : List.of("one", "two", "one", "one")) {
      versions.lived(versions.keep(set(text)), Instant.EPOCH, false);
    }
    assertThat(versions.live()).contains(set("one").digest());
    assertThat(versions.previous()).contains(set("two").digest());
    assertThat(versions.history()).hasSize(3);
  }

  private String lived(String text, boolean back) throws BalancerException {
    String digest = versions.keep(set(text));
    versions.lived(digest, Instant.EPOCH, back);
    return digest;
  }

  @Test
  void whoGoesBackTwiceComesToAnOlderVersionAndNotToWhatHeFledFrom() throws Exception {
    String one = lived("one", false);
    String two = lived("two", false);
    String three = lived("three", false);
    assertThat(versions.previous()).contains(two);
    lived("two", true);
    assertThat(versions.previous()).contains(one);
    lived("one", true);
    assertThat(versions.previous()).as("nothing is older").isEmpty();
    lived("three", false);
    assertThat(versions.previous()).as("put in place anew").contains(one);
    lived("two", true);
    assertThat(versions.previous()).as("named, and on no line any more").contains(three);
  }

  @Test
  void whatWasPutInPlaceOnceMoreHasAVersionBeforeIt() throws Exception {
    lived("one", false);
    String two = lived("two", false);
    lived("one", false);
    assertThat(versions.previous()).contains(two);
  }

  @Test
  void nobodyGoesBackToAStepOfARollout() throws Exception {
    String one = lived("one", false);
    String step = versions.keep(set("step"));
    versions.lived(new Versions.Lived(Instant.EPOCH, step, false, true));
    assertThat(versions.previous()).contains(one);
    String two = lived("two", false);
    assertThat(versions.previous()).contains(one);
    assertThat(versions.history())
        .extracting(Versions.Lived::step)
        .containsExactly(false, true, false);
    assertThat(versions.live()).contains(two);
  }

  @Test
  void whatIsNotKeptCanNotBeApproved() {
    assertThatThrownBy(() -> versions.approve("a".repeat(64), Instant.EPOCH, "ada", "x"))
        .hasMessageContaining("no version aaaaaaaaaaaa is kept");
  }

  @Test
  void pruningKeepsWhatIsLiveBeforeAndWaiting() throws Exception {
    List<String> digests = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String digest = versions.keep(set("version " + i));
      versions.approve(digest, Instant.ofEpochSecond(i), "ada", "x");
      versions.lived(digest, Instant.ofEpochSecond(i), false);
      digests.add(digest);
    }
    String waiting = versions.keep(set("waiting"));
    versions.approve(waiting, Instant.ofEpochSecond(9), "ada", "x");
    String candidate = versions.keep(set("never approved"));
    Instant now = Instant.now();
    String needed = digests.get(1);

    assertThat(
            versions.prune(new Versions.Keeping(2, Set.of(needed, candidate), now.plusSeconds(60))))
        .isEqualTo(2);
    assertThat(versions.prune(new Versions.Keeping(2, Set.of(), now.minusSeconds(60))))
        .as("a candidate that is young stays")
        .isEqualTo(1);
    assertThat(versions.load(candidate)).isPresent();
    assertThat(versions.prune(new Versions.Keeping(2, Set.of(), now.plusSeconds(60)))).isEqualTo(1);

    assertThat(versions.approvals())
        .extracting(Versions.Approval::digest)
        .containsExactly(waiting, digests.get(4), digests.get(3));
    for (String digest : List.of(waiting, digests.get(4), digests.get(3))) {
      assertThat(versions.load(digest)).isPresent();
    }
    assertThat(versions.load(digests.get(0))).isEmpty();
    try (Stream<Path> objects = Files.list(versions.folder().resolve("objects"))) {
      assertThat(objects).hasSize(4);
    }
  }
}
