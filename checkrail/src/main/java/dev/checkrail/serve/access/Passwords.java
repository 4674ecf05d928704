package dev.checkrail.serve.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Passwords as Argon2id hashes in the usual notation {@code $argon2id$v=19$m=…,t=…,p=…$salt$hash},
 * so that the costs can be raised later: an old hash names its own.
 *
 * <p>One takes 64 MiB and some tenths of a second; two at a time, so that a flood of logins takes
 * neither the memory nor the processors of the machine on which a load balancer runs.
 */
final class Passwords {
  static final int SHORTEST = 12;
  static final int LONGEST = 256;

  private static final int MEMORY = 1 << 16; // KiB
  private static final int PASSES = 3;
  private static final int LANES = 1;
  private static final int SALT = 16;
  private static final int HASH = 32;
  private static final int DEAREST = 1 << 20; // KiB that a kept hash may ask for

  private static final Pattern NOTATION =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2})"
              + "\\$([A-Za-z0-9+/]{16,64})\\$([A-Za-z0-9+/]{16,128})");

  private final SecureRandom random;
  private final Semaphore atOnce = new Semaphore(2);

  Passwords(SecureRandom random) {
    this.random = random;
  }

  String hash(char[] password) {
    byte[] salt = new byte[SALT];
    random.nextBytes(salt);
    byte[] hash = compute(password, salt, MEMORY, PASSES, LANES, HASH);
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(MEMORY, PASSES, LANES, base64.encodeToString(salt), base64.encodeToString(hash));
  }

  boolean matches(char[] password, String kept) {
    Matcher parts = NOTATION.matcher(kept);
    if (!parts.matches() || Integer.parseInt(parts.group(1)) > DEAREST) {
      return false;
    }
    byte[] hash = Base64.getDecoder().decode(parts.group(5));
    byte[] computed =
        compute(
            password,
            Base64.getDecoder().decode(parts.group(4)),
            Integer.parseInt(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            Integer.parseInt(parts.group(3)),
            hash.length);
    return MessageDigest.isEqual(hash, computed);
  }

  private byte[] compute(
      char[] password, byte[] salt, int memory, int passes, int lanes, int length) {
    Argon2BytesGenerator generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memory)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    enter();
    try {
      byte[] bytes = new String(password).getBytes(StandardCharsets.UTF_8);
      generator.generateBytes(bytes, hash);
      java.util.Arrays.fill(bytes, (byte) 0);
    } finally {
      atOnce.release();
    }
    return hash;
  }

  private void enter() {
    try {
      if (!atOnce.tryAcquire(5, TimeUnit.SECONDS)) {
        throw new Denied(Denied.Kind.SLOW_DOWN, "too many logins at once; try again in a moment");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Denied(Denied.Kind.SLOW_DOWN, "interrupted");
    }
  }
}
