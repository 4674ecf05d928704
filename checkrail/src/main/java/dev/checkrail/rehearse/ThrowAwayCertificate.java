package dev.checkrail.rehearse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Self-signed certificates that stand in for those that are not here. They are worth nothing: valid
 * for two days, written into a sandbox's folder only. The JDK can read X.509 but not write it, and
 * {@code openssl} need not be installed, so the few structures of RFC 5280 are written here.
 */
final class ThrowAwayCertificate {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final Pattern PEM_CERTIFICATE =
      Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]+)-----END CERTIFICATE-----");

  /** commonName. */
  private static final byte[] NAME = {0x06, 0x03, 0x55, 0x04, 0x03};

  /** subjectAltName. */
  private static final byte[] ALTERNATIVES = {0x06, 0x03, 0x55, 0x1D, 0x11};

  /** sha256WithRSAEncryption: old cipher lists know RSA only, so the key is of that kind. */
  private static final byte[] RSA_SHA256 = {
    0x06, 0x09, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 0x01, 0x01, 0x0B
  };

  private final KeyPair keys;
  private final Instant now;
  private int serial;

  private ThrowAwayCertificate(KeyPair keys, Instant now) {
    this.keys = keys;
    this.now = now;
  }

  /** A key of its own, for all certificates of one copy. */
  static ThrowAwayCertificate maker(Instant now) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new ThrowAwayCertificate(generator.generateKeyPair(), now);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** Certificate and key as PEM. */
  String pem(Collection<String> names) {
    Set<String> clean = new LinkedHashSet<>();
    for (String name : names) {
      if (!name.isEmpty() && name.chars().allMatch(c -> c > ' ' && c < 127)) {
        clean.add(name.toLowerCase(Locale.ROOT));
      }
    }
    if (clean.isEmpty()) {
      clean.add("sandbox.invalid");
    }
    try {
      byte[] body = body(List.copyOf(clean));
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(keys.getPrivate());
      signature.update(body);
      byte[] algorithm = tagged(0x30, RSA_SHA256, new byte[] {0x05, 0x00});
      byte[] signed = tagged(0x03, new byte[] {0}, signature.sign());
      return pem("CERTIFICATE", tagged(0x30, body, algorithm, signed))
          + pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA with SHA-256", e);
    }
  }

  private byte[] body(List<String> names) {
    byte[] version = tagged(0xA0, tagged(0x02, new byte[] {2}));
    byte[] number = tagged(0x02, BigInteger.valueOf(++serial).toByteArray());
    byte[] algorithm = tagged(0x30, RSA_SHA256, new byte[] {0x05, 0x00});
    String shortName = names.getFirst();
    shortName = shortName.substring(0, Math.min(64, shortName.length()));
    byte[] who = tagged(0x30, tagged(0x31, tagged(0x30, NAME, tagged(0x0C, text(shortName)))));
    byte[] when =
        tagged(
            0x30,
            tagged(0x17, text(TIME.format(now.minusSeconds(86_400)))),
            tagged(0x17, text(TIME.format(now.plusSeconds(2 * 86_400)))));
    List<byte[]> alternatives = new ArrayList<>();
    for (String name : names) {
      alternatives.add(tagged(0x82, text(name)));
    }
    byte[] list = tagged(0x30, alternatives.toArray(byte[][]::new));
    byte[] extensions = tagged(0xA3, tagged(0x30, tagged(0x30, ALTERNATIVES, tagged(0x04, list))));
    return tagged(
        0x30,
        version,
        number,
        algorithm,
        who,
        when,
        who,
        keys.getPublic().getEncoded(),
        extensions);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Tag, length, contents (X.690, distinguished encoding). */
  private static byte[] tagged(int tag, byte[]... parts) {
    ByteArrayOutputStream inner = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      inner.writeBytes(part);
    }
    int length = inner.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      byte[] bytes = BigInteger.valueOf(length).toByteArray();
      int skip = bytes[0] == 0 ? 1 : 0;
      out.write(0x80 | (bytes.length - skip));
      out.write(bytes, skip, bytes.length - skip);
    }
    out.writeBytes(inner.toByteArray());
    return out.toByteArray();
  }

  private static String pem(String what, byte[] bytes) {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  /** The names that the first certificate of a PEM file is for; none if it can't be read. */
  static List<String> namesIn(String pem) {
    Matcher found = PEM_CERTIFICATE.matcher(pem);
    if (!found.find()) {
      return List.of();
    }
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(found.group(1));
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(bytes));
      Set<String> names = new LinkedHashSet<>();
      Matcher common =
          Pattern.compile("CN=([^,+]+)").matcher(certificate.getSubjectX500Principal().getName());
      if (common.find()) {
        names.add(common.group(1));
      }
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (Integer.valueOf(2).equals(alternative.get(0))) {
            names.add(String.valueOf(alternative.get(1)));
          }
        }
      }
      return List.copyOf(names);
    } catch (CertificateException | IllegalArgumentException e) {
      return List.of();
    }
  }
}
