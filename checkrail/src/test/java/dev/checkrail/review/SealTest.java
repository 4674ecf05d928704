package dev.checkrail.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.Change;
import dev.checkrail.change.Matter;
import dev.checkrail.report.Evidence;
import dev.checkrail.report.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sealed folder, and what is found when somebody laid hands on it. */
class SealTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final Map<String, byte[]> folder = new LinkedHashMap<>();
  private Seal.Keys keys;

  @BeforeEach
  void seal() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    keys = new Seal.Keys(pair.getPrivate(), pair.getPublic());
    Evidence evidence =
        Evidence.empty().with("verdict.json", "{}\n").with("change.json", "{\"author\":\"ada\"}\n");
    Matter matter =
        new Matter(
                Matter.Kind.CONFIGURATION,
                "edge",
                "a".repeat(64),
                "b".repeat(64),
                "none",
                List.of(),
                List.of("payments"),
                Matter.NONE)
            .with(List.of("c".repeat(64)), Seal.digest(evidence));
    Change change =
        Change.propose(17, matter, "ada", "more room", NOON, false)
            .found(
                matter,
                new Change.Checked(
                    NOON,
                    Verdict.Kind.PASS,
                    true,
                    List.of(),
                    new Change.Weight(Change.Risk.LOW, Optional.empty(), List.of(), List.of()),
                    Optional.empty(),
                    Optional.empty()))
            .agreedBy(
                List.of(
                    new Change.Approval("bob", List.of("approver"), NOON, matter.digest(), "")));
    evidence.files().forEach(it -> folder.put(it.name(), it.bytes()));
    Seal.seal(change, keys).forEach(it -> folder.put(it.name(), it.bytes()));
  }

  private Seal.Verified verified() {
    return Seal.verify(folder, Optional.of(Seal.fingerprint(keys.shown())));
  }

  @Test
  void anUntouchedFolderHoldsAndNamesWhoApproved() {
    Seal.Verified verified = verified();

    assertThat(verified.wrong()).isEmpty();
    assertThat(verified.holds()).isTrue();
    assertThat(verified.lines())
        .contains("change 17", "author ada", "moves payments")
        .anyMatch(it -> it.startsWith("approved bob approver 2026-11-23T12:00:00Z "));
  }

  @Test
  void whatWasChangedTakenAwayOrAddedIsNamed() {
    folder.put("verdict.json", bytes("{ }\n"));
    assertThat(verified().wrong()).containsExactly("verdict.json is not as it was sealed");
    folder.remove("verdict.json");
    assertThat(verified().wrong()).containsExactly("verdict.json is missing");
    folder.put("verdict.json", bytes("{}\n"));
    folder.put("praise.json", bytes("{}"));
    assertThat(verified().wrong())
        .containsExactly("praise.json was not sealed: somebody put it there");
    folder.remove("seal.sig");
    assertThat(verified().wrong()).containsExactly("seal.sig is missing");
  }

  @Test
  void anotherManifestAnotherApproverOrAnotherKeyIsFoundOut() throws Exception {
    folder.put("manifest.json", bytes(text("manifest.json") + "\n"));
    assertThat(verified().wrong()).containsExactly("manifest.json is not the one that was sealed");
    seal();
    folder.put("seal.txt", bytes(text("seal.txt").replace("approved bob", "approved eve")));
    assertThat(verified().wrong())
        .containsExactly("the signature is not of this seal and this key");
    String first = Seal.fingerprint(keys.shown());
    folder.clear();
    seal(); // all of it, by another key
    assertThat(Seal.verify(folder, Optional.of(first)).wrong().getFirst())
        .startsWith("it was signed with the key ");
    assertThat(Seal.verify(folder, Optional.empty()).holds()).isTrue();
  }

  @Test
  void rubbishIsNoSeal() {
    folder.put("seal.txt", new byte[] {0, 1, 2});
    folder.put("signer.pem", bytes("no key"));
    folder.put("manifest.json", bytes("["));
    assertThat(verified().holds()).isFalse();
    assertThat(verified().wrong()).contains("signer.pem is no Ed25519 key", "seal.txt is no seal");
  }

  @Test
  void itIsCheckedWithoutCheckrailToo(@TempDir Path at) throws Exception {
    for (String name : List.of("seal.txt", "signer.pem")) {
      Files.write(at.resolve(name), folder.get(name));
    }
    Files.write(at.resolve("s"), Base64.getDecoder().decode(text("seal.sig").strip()));
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "pkeyutl",
                "-verify",
                "-pubin",
                "-inkey",
                "signer.pem",
                "-rawin",
                "-in",
                "seal.txt",
                "-sigfile",
                "s")
            .directory(at.toFile())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("Signature Verified Successfully");
    assertThat(openssl.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  private String text(String name) {
    return new String(folder.get(name), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
