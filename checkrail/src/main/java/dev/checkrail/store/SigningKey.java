package dev.checkrail.store;

import dev.checkrail.review.Seal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Ed25519 key by which evidence is sealed, in a file that only its owner can read (two blocks
 * of PEM, the private and the public one), made at the first use.
 */
public final class SigningKey {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (PRIVATE|PUBLIC) KEY-----\\s+([A-Za-z0-9+/=\\s]{1,4000}?)-----END");

  private SigningKey() {}

  /** The keys in this file, which is made if it is not there. */
  public static Seal.Keys in(Path file) throws IOException {
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      KeyFactory factory = KeyFactory.getInstance("Ed25519");
      String text = Files.readString(file);
      return new Seal.Keys(
          factory.generatePrivate(new PKCS8EncodedKeySpec(block(text, "PRIVATE"))),
          factory.generatePublic(new X509EncodedKeySpec(block(text, "PUBLIC"))));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " holds no pair of Ed25519 keys", e);
    }
  }

  private static byte[] block(String text, String kind) {
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals(kind)) {
        return Base64.getMimeDecoder().decode(blocks.group(2));
      }
    }
    throw new IllegalArgumentException("no " + kind + " KEY");
  }

  private static void make(Path file) throws IOException, GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path making = file.resolveSibling(file.getFileName() + ".making");
    Files.deleteIfExists(making);
    Files.createFile(
        making, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        making,
        pem("PRIVATE", pair.getPrivate().getEncoded())
            + pem("PUBLIC", pair.getPublic().getEncoded()));
    try (FileChannel written = FileChannel.open(making, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN %s KEY-----\n%s\n-----END %s KEY-----\n"
        .formatted(kind, Base64.getEncoder().encodeToString(bytes), kind);
  }
}
