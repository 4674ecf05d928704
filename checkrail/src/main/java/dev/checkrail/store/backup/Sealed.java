package dev.checkrail.store.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A small file under a passphrase: 16 bytes of salt, 12 of nonce, then AES-256-GCM by a key that
 * PBKDF2 (HMAC-SHA256, 600,000 rounds) makes of the passphrase. The file's path is authenticated
 * with it.
 */
final class Sealed {
  static final int SHORTEST = 12;

  private static final int ROUNDS = 600_000;
  private static final int SALT = 16;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private Sealed() {}

  static byte[] seal(String path, byte[] plain, char[] passphrase) {
    byte[] random = new byte[SALT + NONCE];
    new SecureRandom().nextBytes(random);
    try {
      byte[] secret = cipher(Cipher.ENCRYPT_MODE, random, path, passphrase).doFinal(plain);
      return ByteBuffer.allocate(random.length + secret.length).put(random).put(secret).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  /** Opens one. */
  static byte[] open(String path, byte[] sealed, char[] passphrase) throws IOException {
    if (sealed.length < SALT + NONCE) {
      throw new IOException(path + " is too short to be sealed");
    }
    try {
      byte[] random = Arrays.copyOf(sealed, SALT + NONCE);
      return cipher(Cipher.DECRYPT_MODE, random, path, passphrase)
          .doFinal(sealed, random.length, sealed.length - random.length);
    } catch (AEADBadTagException e) {
      throw new IOException(path + " can't be opened: the passphrase is another one", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }

  private static Cipher cipher(int mode, byte[] random, String path, char[] passphrase)
      throws GeneralSecurityException {
    PBEKeySpec spec = new PBEKeySpec(passphrase, Arrays.copyOf(random, SALT), ROUNDS, 256);
    byte[] key =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    spec.clearPassword();
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, random, SALT, NONCE));
    cipher.updateAAD(path.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return cipher;
  }
}
