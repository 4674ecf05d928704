package dev.checkrail.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Disk;
import dev.checkrail.change.ConfigurationSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The policies of one load balancer, as files.
 *
 * <pre>
 * policy.yaml            the one under which changes are judged now
 * policies/DIGEST.yaml   each that was approved or proposed, by the SHA-256 of its bytes
 * policies/DIGEST        instant, who, why: the last time that it was approved
 * </pre>
 *
 * <p>Each write is whole or not there; what counts is replaced last.
 */
final class ApprovedPolicies {
  private static final String TEXT = ".yaml";
  private static final String DIGEST = "[0-9a-f]{64}";

  private final Path folder;
  private final Path now;

  private ApprovedPolicies(Path folder, Path now) {
    this.folder = folder;
    this.now = now;
  }

  /**
   * In a folder, which is made if it is not there.
   *
   * @param now the file of the one that counts
   */
  static ApprovedPolicies in(Path folder, Path now) throws BalancerException {
    return new ApprovedPolicies(Disk.folder(folder), now);
  }

  /** Who allowed a policy, and when. */
  record Approval(Instant at, String by, String why) {}

  /**
   * A policy.
   *
   * @param digest SHA-256 of its bytes
   * @param approval empty if it was approved before that was written down
   */
  record Approved(String digest, Optional<Approval> approval) {}

  /** As {@code sha256sum} says it of the file. */
  static String digest(String text) {
    return ConfigurationSet.sha256(text.getBytes(UTF_8));
  }

  /** The one that counts. */
  Optional<Approved> current() throws BalancerException {
    Optional<String> digest = Disk.read(now).map(ConfigurationSet::sha256);
    return digest.isEmpty() ? Optional.empty() : Optional.of(approved(digest.get()));
  }

  /** All that were approved, the latest first. */
  List<Approved> all() throws BalancerException {
    List<Approved> all = new ArrayList<>();
    for (String digest : names()) {
      all.add(approved(digest));
    }
    all.sort(
        Comparator.comparing((Approved one) -> one.approval().map(Approval::at).orElse(Instant.MIN))
            .reversed());
    return all;
  }

  /** Keeps one that nobody has approved; answers its digest. */
  String keep(String text) throws BalancerException {
    byte[] bytes = text.getBytes(UTF_8);
    String digest = ConfigurationSet.sha256(bytes);
    Disk.putOurs(folder.resolve(digest + TEXT), bytes);
    return digest;
  }

  /** One that is kept, approved or not. */
  Optional<String> text(String digest) throws BalancerException {
    return digest.matches(DIGEST)
        ? Disk.read(folder.resolve(digest + TEXT)).map(bytes -> new String(bytes, UTF_8))
        : Optional.empty();
  }

  /** From here on this one counts. */
  void approve(String text, Instant at, String by, String why) throws BalancerException {
    String digest = keep(text);
    Disk.putOurs(
        folder.resolve(digest), (at + "\n" + line(by) + "\n" + line(why) + "\n").getBytes(UTF_8));
    Disk.putOurs(now, text.getBytes(UTF_8));
  }

  private Approved approved(String digest) throws BalancerException {
    List<String> lines =
        Disk.read(folder.resolve(digest))
            .map(bytes -> new String(bytes, UTF_8).lines().toList())
            .orElse(List.of());
    try {
      return new Approved(
          digest,
          lines.size() < 3
              ? Optional.empty()
              : Optional.of(new Approval(Instant.parse(lines.get(0)), lines.get(1), lines.get(2))));
    } catch (DateTimeException e) {
      return new Approved(digest, Optional.empty());
    }
  }

  private List<String> names() throws BalancerException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> name.matches(DIGEST))
          .toList();
    } catch (IOException e) {
      throw new BalancerException(
          BalancerException.Kind.FILES, "can't read " + folder + ": " + e.getMessage(), e);
    }
  }

  private static String line(String text) {
    return text.replaceAll("[\\r\\n]+", " ");
  }
}
