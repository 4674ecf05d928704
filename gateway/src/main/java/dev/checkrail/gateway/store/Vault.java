package dev.checkrail.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals card numbers (AES-256-GCM, a fresh nonce each, bound to the token it is stored under) and
 * takes fingerprints of requests (HMAC-SHA-256). Both keys come from one master key in a file that
 * all instances of a database share; without it stored cards are gone.
 *
 * <p>A fingerprint is keyed because a plain hash of a card number can be found by trying all
 * numbers (PCI DSS 3.5.1.1).
 */
public final class Vault {
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final SecureRandom random = new SecureRandom();
  private final SecretKeySpec cards;
  private final SecretKeySpec fingerprints;
  private final String keyId;

  private Vault(byte[] master) {
    this.cards = new SecretKeySpec(hmac(master, "cards"), "AES");
    this.fingerprints = new SecretKeySpec(hmac(master, "fingerprints"), "HmacSHA256");
    this.keyId = HexFormat.of().formatHex(Arrays.copyOf(hmac(master, "name"), 4));
  }

  /** The vault of the key in this file; the file is made if there is none. */
  public static Vault open(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    String hex =
        Secrets.text(
            file,
            () -> {
              byte[] master = new byte[32];
              new SecureRandom().nextBytes(master);
              return HexFormat.of().formatHex(master);
            });
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IOException(file + " holds no key (64 hexadecimal digits)");
    }
    return new Vault(HexFormat.of().parseHex(hex));
  }

  /** Which key this is, without telling it. */
  public String keyId() {
    return keyId;
  }

  /** Seals a text for this purpose (e.g. the token that it is stored under). */
  public byte[] seal(String plain, String purpose) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      byte[] sealed =
          cipher(Cipher.ENCRYPT_MODE, nonce, purpose)
              .doFinal(plain.getBytes(StandardCharsets.US_ASCII));
      return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM is part of every Java", e);
    }
  }

  /**
   * Opens what was sealed for this purpose.
   *
   * @throws IllegalStateException if it was sealed with another key or for another purpose, or
   *     changed since
   */
  public String open(byte[] sealed, String purpose) {
    byte[] nonce = Arrays.copyOf(sealed, NONCE);
    try {
      return new String(
          cipher(Cipher.DECRYPT_MODE, nonce, purpose).doFinal(sealed, NONCE, sealed.length - NONCE),
          StandardCharsets.US_ASCII);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealed with another key, or damaged: " + purpose, e);
    }
  }

  /** A keyed fingerprint. */
  public byte[] fingerprint(String text) {
    return hmac(fingerprints.getEncoded(), text);
  }

  /** SHA-256, for secrets that are random themselves. */
  public static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("SHA-256 is part of every Java", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, cards, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  /** HMAC-SHA-256. */
  public static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA-256 is part of every Java", e);
    }
  }
}
