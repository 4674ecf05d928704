package dev.checkrail.cli;

import dev.checkrail.review.Seal;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Looks whether an evidence folder is as it was sealed; asks nobody. */
@Command(
    name = "verify",
    description = {
      "Looks whether an evidence folder is as it was sealed. Needs no control plane.",
      "Whether the key is the right one no folder can say: compare its fingerprint with the one that"
          + " the journal has ('serve.started', evidence_key), or give it."
    },
    footer = {
      "",
      "Example: checkrail change verify change-17 --key 3f5a…",
      "Exit status: 0 it holds, 1 it does not, 2 could not run."
    })
final class ChangeVerify extends Answering {
  private static final int MOST_FILES = 100;
  private static final long LARGEST = 256L << 20;

  @Parameters(paramLabel = "FOLDER", description = "As 'change show --evidence' wrote it.")
  private String folder = "";

  @Option(
      names = "--key",
      paramLabel = "FINGERPRINT",
      description = "SHA-256 of the key that has to have sealed it.")
  private @Nullable String key;

  ChangeVerify(Surroundings at) {
    super(at);
  }

  @Override
  public Integer call() {
    Seal.Verified verified = Seal.verify(files(), Optional.ofNullable(key));
    if (output.json()) {
      ObjectNode body = Remote.object();
      body.put("holds", verified.holds());
      verified.fingerprint().ifPresent(it -> body.put("fingerprint", it));
      ArrayNode wrong = body.putArray("wrong");
      verified.wrong().forEach(wrong::add);
      ArrayNode seal = body.putArray("seal");
      verified.lines().forEach(seal::add);
      at.out().println(body);
    } else {
      Page page = page();
      page.line(verified.holds() ? "it is as it was sealed" : "it is not as it was sealed");
      verified.wrong().forEach(it -> page.labelled(2, "wrong:", Shown.of(it)));
      verified
          .fingerprint()
          .ifPresent(
              it -> page.labelled(2, "key:", it + (key == null ? " (compare it yourself)" : "")));
      if (verified.holds()) {
        verified.lines().stream().skip(1).forEach(it -> page.line("  " + Shown.of(it)));
      }
    }
    if (!verified.holds()) {
      say("the evidence does not hold: " + Shown.of(verified.wrong().getFirst()));
    }
    return verified.holds() ? 0 : 1;
  }

  private Map<String, byte[]> files() {
    Path path = at.resolve(folder);
    Map<String, byte[]> files = new LinkedHashMap<>();
    long room = LARGEST;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
      for (Path one : all) {
        String name = String.valueOf(one.getFileName());
        if (!Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS)) {
          throw refused(name + " in " + folder + " is no plain file");
        }
        room -= Files.size(one);
        if (room < 0 || files.size() == MOST_FILES) {
          throw refused(folder + " holds too much to be an evidence folder");
        }
        files.put(name, Files.readAllBytes(one));
      }
    } catch (IOException e) {
      throw refused("the folder " + folder + " can't be read");
    }
    return files;
  }

  private static CannotRun refused(String message) {
    return CannotRun.because(
        "cli/evidence",
        "arguments",
        message,
        "name a folder that 'change show --evidence' has written");
  }
}
