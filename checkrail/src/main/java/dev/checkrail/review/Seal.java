package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Matter;
import dev.checkrail.report.Evidence;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The seal of an evidence folder: {@code seal.txt} says what was judged and who agreed, {@code
 * seal.sig} is its Ed25519 signature (Base64), {@code signer.pem} the public key. What was found is
 * held by the manifest, the manifest by the seal. Whether the key is the right one nobody can see
 * from the folder: its fingerprint has to come from elsewhere.
 *
 * <p>Without Checkrail: {@code base64 -d seal.sig > s && openssl pkeyutl -verify -pubin -inkey
 * signer.pem -rawin -in seal.txt -sigfile s}.
 */
public final class Seal {
  private static final String TEXT = "seal.txt";
  private static final String SIGNATURE = "seal.sig";
  private static final String SIGNER = "signer.pem";
  private static final String MANIFEST = "manifest.json";
  private static final String FIRST = "checkrail seal 1";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Seal() {}

  /** The key pair of an installation. */
  public record Keys(PrivateKey own, PublicKey shown) {
    /** Nothing of it. */
    @Override
    public String toString() {
      return "keys " + fingerprint(shown);
    }
  }

  /** SHA-256 of a public key, in hexadecimal: by it people know the key again. */
  public static String fingerprint(PublicKey key) {
    return ConfigurationSet.sha256(key.getEncoded());
  }

  /** Digest of what a check found: of its manifest. */
  public static String digest(Evidence evidence) {
    return ConfigurationSet.sha256(evidence.files().getLast().bytes());
  }

  /** The files that seal a folder, for a change as it stands. */
  public static List<Evidence.Piece> seal(Change change, Keys keys) {
    String text = text(change);
    try {
      Signature signing = Signature.getInstance("Ed25519");
      signing.initSign(keys.own());
      signing.update(text.getBytes(StandardCharsets.UTF_8));
      return List.of(
          new Evidence.Piece(TEXT, text),
          new Evidence.Piece(SIGNATURE, Base64.getEncoder().encodeToString(signing.sign()) + "\n"),
          new Evidence.Piece(
              SIGNER,
              "-----BEGIN PUBLIC KEY-----\n"
                  + Base64.getEncoder().encodeToString(keys.shown().getEncoded())
                  + "\n-----END PUBLIC KEY-----\n"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK signs with Ed25519", e);
    }
  }

  private static String text(Change change) {
    Matter matter = change.matter();
    List<String> lines = new ArrayList<>();
    lines.add(FIRST);
    lines.add("change " + change.number());
    lines.add("state " + change.state().word());
    lines.add("author " + change.author());
    lines.add("kind " + matter.kind().word());
    lines.add("balancer " + matter.balancer());
    lines.add("base " + matter.base());
    lines.add("candidate " + matter.candidate());
    lines.add("policy " + matter.policy());
    matter.steps().forEach(step -> lines.add("step " + step));
    matter.moves().forEach(service -> lines.add("moves " + plain(service)));
    lines.add("evidence " + matter.evidence());
    lines.add("matter " + matter.digest());
    for (Change.Approval one : change.approvals()) {
      lines.add(
          "approved %s %s %s %s"
              .formatted(one.by(), String.join(",", one.roles()), one.at(), one.matter()));
    }
    change
        .glass()
        .ifPresent(glass -> {
          lines.add("glass-broken %s %s".formatted(glass.by(), glass.at()));
          glass
              .reviewed()
              .ifPresent(it ->
                  lines.add(
                      "reviewed %s %s %s"
                          .formatted(it.by(), it.at(), it.right() ? "right" : "wrong")));
        });
    change.rollout().ifPresent(it -> lines.add("rolled-out %s %s".formatted(it.by(), it.at())));
    return String.join("\n", lines) + "\n";
  }

  private static String plain(String text) {
    return text.replace("\n", "\\n");
  }

  /**
   * What a folder turned out to be.
   *
   * @param wrong why it does not hold, a sentence each; empty if it does
   * @param fingerprint of the key that signed, if one could be read
   * @param lines what the seal says, if it could be read
   */
  public record Verified(List<String> wrong, Optional<String> fingerprint, List<String> lines) {
    public Verified {
      wrong = List.copyOf(wrong);
      lines = List.copyOf(lines);
    }

    /** Whether nothing was changed, left out or added since it was sealed. */
    public boolean holds() {
      return wrong.isEmpty();
    }
  }

  /**
   * Looks whether a folder is as it was sealed.
   *
   * @param files its files by name
   * @param known fingerprint of the key that has to have signed; empty: any
   */
  public static Verified verify(Map<String, byte[]> files, Optional<String> known) {
    List<String> wrong = new ArrayList<>();
    for (String name : List.of(TEXT, SIGNATURE, SIGNER, MANIFEST)) {
      if (!files.containsKey(name)) {
        wrong.add(name + " is missing");
      }
    }
    if (!wrong.isEmpty()) {
      return new Verified(wrong, Optional.empty(), List.of());
    }
    byte[] seal = bytes(files, TEXT);
    List<String> lines = new String(seal, StandardCharsets.UTF_8).lines().toList();
    Optional<PublicKey> key = key(bytes(files, SIGNER));
    Optional<String> fingerprint = key.map(Seal::fingerprint);
    if (key.isEmpty()) {
      wrong.add(SIGNER + " is no Ed25519 key");
    } else if (!signed(key.get(), seal, bytes(files, SIGNATURE))) {
      wrong.add("the signature is not of this seal and this key");
    }
    known
        .filter(it -> fingerprint.filter(it::equalsIgnoreCase).isEmpty())
        .ifPresent(it ->
            wrong.add(
                "it was signed with the key %s, not with %s"
                    .formatted(fingerprint.orElse("(none)"), it)));
    if (lines.isEmpty() || !lines.getFirst().equals(FIRST)) {
      wrong.add(TEXT + " is no seal");
      return new Verified(wrong, fingerprint, List.of());
    }
    String manifest = ConfigurationSet.sha256(bytes(files, MANIFEST));
    if (!manifest.equals(word(lines, "evidence"))) {
      wrong.add(MANIFEST + " is not the one that was sealed");
    }
    Optional<String> matter = matter(lines);
    if (matter.filter(it -> it.equals(word(lines, "matter"))).isEmpty()) {
      wrong.add("the seal's own digest is not that of what it names");
    }
    lines.stream()
        .filter(it -> it.startsWith("approved "))
        .filter(it -> matter.filter(it::endsWith).isEmpty())
        .forEach(it -> wrong.add("an approval is of something else: " + it));
    if (lines.stream().anyMatch(it -> it.startsWith("approved " + word(lines, "author") + " "))) {
      wrong.add("its author approved it");
    }
    pieces(files, wrong);
    return new Verified(wrong, fingerprint, lines);
  }

  private static byte[] bytes(Map<String, byte[]> files, String name) {
    return Optional.ofNullable(files.get(name)).orElse(new byte[0]);
  }

  private static Optional<PublicKey> key(byte[] pem) {
    String text =
        new String(pem, StandardCharsets.UTF_8)
            .replaceAll("-----(BEGIN|END) PUBLIC KEY-----", "")
            .replaceAll("\\s", "");
    try {
      return Optional.of(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(text))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean signed(PublicKey key, byte[] text, byte[] signature) {
    try {
      Signature verifying = Signature.getInstance("Ed25519");
      verifying.initVerify(key);
      verifying.update(text);
      return verifying.verify(
          Base64.getDecoder().decode(new String(signature, StandardCharsets.UTF_8).strip()));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static String word(List<String> lines, String name) {
    return lines.stream()
        .filter(it -> it.startsWith(name + " "))
        .map(it -> it.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static List<String> words(List<String> lines, String name) {
    return lines.stream()
        .filter(it -> it.startsWith(name + " "))
        .map(it -> it.substring(name.length() + 1))
        .toList();
  }

  private static Optional<String> matter(List<String> lines) {
    for (Matter.Kind kind : Matter.Kind.values()) {
      if (kind.word().equals(word(lines, "kind"))) {
        return Optional.of(
            new Matter(
                    kind,
                    word(lines, "balancer"),
                    word(lines, "base"),
                    word(lines, "candidate"),
                    word(lines, "policy"),
                    words(lines, "step"),
                    words(lines, "moves"),
                    word(lines, "evidence"))
                .digest());
      }
    }
    return Optional.empty();
  }

  private static void pieces(Map<String, byte[]> files, List<String> wrong) {
    Map<String, String> named = new LinkedHashMap<>();
    try {
      for (JsonNode one : JSON.readTree(bytes(files, MANIFEST)).path("files")) {
        named.put(one.path("name").asString(""), one.path("sha256").asString(""));
      }
    } catch (JacksonException e) {
      wrong.add(MANIFEST + " can't be read");
      return;
    }
    named.forEach((name, sha256) -> {
      byte[] content = files.get(name);
      if (content == null) {
        wrong.add(name + " is missing");
      } else if (!ConfigurationSet.sha256(content).equals(sha256)) {
        wrong.add(name + " is not as it was sealed");
      }
    });
    for (String name : new TreeSet<>(files.keySet())) {
      if (!named.containsKey(name) && !List.of(TEXT, SIGNATURE, SIGNER, MANIFEST).contains(name)) {
        wrong.add(name + " was not sealed: somebody put it there");
      }
    }
  }
}
