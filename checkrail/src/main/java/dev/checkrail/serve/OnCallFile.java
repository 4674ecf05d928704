package dev.checkrail.serve;

import dev.checkrail.source.Problem;
import dev.checkrail.source.SourceFile;
import dev.checkrail.source.Span;
import dev.checkrail.watch.oncall.Plan;
import dev.checkrail.watch.oncall.PlanReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The file of {@code --on-call}, with the secrets that it names: read once, at the start. A secret
 * is refused if anybody but its owner may read it.
 *
 * @param plan whom to tell
 * @param secrets what webhooks are signed with, by the notifier's name
 */
record OnCallFile(Plan plan, Map<String, String> secrets) {
  private static final int SHORTEST = 16;
  private static final int LARGEST = 4096;
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /** No file was given: nobody is told. */
  static final OnCallFile NONE = new OnCallFile(Plan.NOBODY, Map.of());

  OnCallFile {
    secrets = Map.copyOf(secrets);
  }

  @Override
  public String toString() {
    return "on-call plan with " + plan.notifiers().size() + " notifiers";
  }

  /** Whether there is anybody to tell. */
  boolean given() {
    return !plan.notifiers().isEmpty();
  }

  /**
   * Reads it.
   *
   * @throws IOException with all that is wrong, each with its place, a line each
   */
  static OnCallFile read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("--on-call: " + file + " can't be read", e);
    }
    PlanReader.Reading reading = PlanReader.read(SourceFile.of(file.toString(), bytes));
    List<String> problems =
        new ArrayList<>(reading.problems().stream().map(OnCallFile::told).toList());
    Map<String, String> secrets = new LinkedHashMap<>();
    reading
        .plan()
        .notifiers()
        .forEach((name, notifier) -> {
          switch (notifier) {
            case Plan.Webhook webhook -> {
              Path secret = file.toAbsolutePath().resolveSibling(webhook.secretFile());
              Optional<String> wrong = wrong(secret);
              if (wrong.isPresent()) {
                problems.add(told(webhook.secretAt(), wrong.get()));
              } else {
                secrets.put(name, word(secret));
              }
            }
            case Plan.Alertmanager unused -> {}
          }
        });
    if (!problems.isEmpty()) {
      throw new IOException(problems.stream().limit(50).collect(Collectors.joining("\n")));
    }
    return new OnCallFile(reading.plan(), secrets);
  }

  private static String told(Problem problem) {
    return told(
        problem.span(), problem.message() + problem.fix().map(fix -> "; " + fix).orElse(""));
  }

  private static String told(Span at, String text) {
    return at.file() + ":" + at.line() + ":" + at.column() + ": " + text;
  }

  private static Optional<String> wrong(Path secret) {
    try {
      if (!Files.isRegularFile(secret)) {
        return Optional.of("there is no file " + secret);
      }
      Set<PosixFilePermission> rights = EnumSet.copyOf(Files.getPosixFilePermissions(secret));
      rights.retainAll(OTHERS);
      if (!rights.isEmpty()) {
        return Optional.of(
            "others than its owner may read or write " + secret + "; run: chmod 600 " + secret);
      }
      if (Files.size(secret) > LARGEST) {
        return Optional.of(secret + " has more than " + LARGEST + " bytes");
      }
      int length = word(secret).length();
      return length < SHORTEST
          ? Optional.of(
              "the secret in %s has %d characters; it needs at least %d, such as those of: openssl"
                      .formatted(secret, length, SHORTEST)
                  + " rand -hex 32")
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.of(secret + " can't be read");
    }
  }

  private static String word(Path secret) {
    try {
      return new String(Files.readAllBytes(secret), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
