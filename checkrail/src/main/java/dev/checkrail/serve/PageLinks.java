package dev.checkrail.serve;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Links by which a page can be looked at and acknowledged, and nothing else: the page's id and a
 * code of 128 bits that nobody can make without our key. The key stays the same, so links hold over
 * restarts.
 */
final class PageLinks {
  private static final String MAC = "HmacSHA256";
  private static final int BYTES = 16;

  private final byte[] key;
  private final Supplier<URI> address;

  PageLinks(String key, Supplier<URI> address) {
    this.key = key.getBytes(StandardCharsets.UTF_8);
    this.address = address;
  }

  URI of(String page) {
    return URI.create(
        address.get().toString().replaceAll("/+$", "") + path(page) + "?code=" + code(page));
  }

  static String path(String page) {
    return "/pages/" + URLEncoder.encode(page, StandardCharsets.UTF_8).replace("+", "%20");
  }

  String code(String page) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(new SecretKeySpec(key, MAC));
      byte[] all = mac.doFinal(("page " + page).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(all, BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // each JVM has it
    }
  }

  boolean holds(String page, String code) {
    return MessageDigest.isEqual(
        code(page).getBytes(StandardCharsets.UTF_8), code.getBytes(StandardCharsets.UTF_8));
  }
}
