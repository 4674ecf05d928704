package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that systemd calls before a reload, called as systemd would. */
class ReloadGuardTest {
  private static final Path SCRIPT =
      Path.of(System.getProperty("basedir", "."))
          .resolve("../packaging/systemd/checkrail-reload-guard");

  private record Said(int status, String text) {}

  @TempDir Path temp;
  private Path folder;
  private Path main;
  private Path map;
  private Versions versions;

  @BeforeEach
  void approve() throws Exception {
    folder = Files.createDirectories(temp.resolve("conf d"));
    main = Files.writeString(folder.resolve("10 main.cfg"), "global\n");
    map = Files.writeString(folder.resolve("routes.map"), "/a be\n");
    versions = Versions.in(temp.resolve("state"));
    approve("other", "/b be\n");
    approve("global\n", "/a be\n");
  }

  private void approve(String text, String entries) throws Exception {
    String digest =
        versions.keep(
            new ConfigurationSet(
                List.of(Item.of(main.toString(), text.getBytes(UTF_8))),
                List.of(
                    Item.of(map.toString(), entries.getBytes(UTF_8)),
                    Item.absent(folder + "/missing.http"))));
    versions.approve(digest, Instant.EPOCH, "ada", "a test");
    versions.lived(digest, Instant.EPOCH, false);
  }

  private Said guard(String... more) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(SCRIPT.toString(), versions.folder().toString()));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Said(process.waitFor(), text);
  }

  @Test
  void approvedFilesAreLetThrough() throws Exception {
    assertThat(guard()).isEqualTo(new Said(0, ""));
  }

  @Test
  void anOlderApprovedVersionIsLetThroughToo() throws Exception {
    Files.writeString(main, "other");
    Files.writeString(map, "/b be\n");
    assertThat(guard()).isEqualTo(new Said(0, ""));
  }

  @Test
  void aMixOfTwoApprovedVersionsIsRefused() throws Exception {
    Files.writeString(map, "/b be\n");
    Said said = guard();
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.text()).contains(map + " is not what was approved");
  }

  @Test
  void aFileThatIsGoneOrThatAppearedIsRefused() throws Exception {
    Files.writeString(folder.resolve("missing.http"), "HTTP/1.0 503\r\n\r\n");
    assertThat(guard().text()).contains("missing.http is there and was not");
    Files.delete(folder.resolve("missing.http"));
    Files.delete(map);
    assertThat(guard().text()).contains(map + " is gone");
  }

  @Test
  void aForeignFileInTheFolderIsRefusedAndTheMarkerIsNot() throws Exception {
    Path marker = Files.writeString(folder.resolve("zz-checkrail.cfg"), "global\n");
    assertThat(guard("-f", folder.toString(), "-m", marker.toString())).isEqualTo(new Said(0, ""));
    Files.writeString(folder.resolve("50.cfg"), "global\n");
    Said said = guard("-f", folder.toString(), "-m", marker.toString());
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.text()).contains("50.cfg is in no approved version");
  }

  @Test
  void breakingGlassWorksOnceAndIsKept() throws Exception {
    Files.writeString(main, "by hand");
    Files.writeString(versions.folder().resolve("allow-one-reload"), "payments are down\n");
    Said first = guard();
    assertThat(first.status()).isZero();
    assertThat(first.text()).contains("once: payments are down");
    assertThat(guard().status()).isEqualTo(1);
    try (var files = Files.list(versions.folder())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .anyMatch(name -> name.startsWith("allowed-reload-"));
    }
  }

  @Test
  void aTamperedManifestApprovesNothing() throws Exception {
    Files.writeString(main, "by hand");
    String digest = versions.live().orElseThrow();
    Path manifest = versions.folder().resolve("versions").resolve(digest);
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replaceFirst(
                "main [0-9a-f]+", "main " + ConfigurationSet.sha256("by hand".getBytes(UTF_8))));
    Said said = guard();
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.text()).contains("is damaged");
  }

  @Test
  void withoutItsFolderItRefusesAndSaysHowToGoOn() throws Exception {
    Process process =
        new ProcessBuilder(SCRIPT.toString(), temp.resolve("nowhere").toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .contains("remove its drop-in");
    assertThat(process.waitFor()).isEqualTo(1);
  }
}
