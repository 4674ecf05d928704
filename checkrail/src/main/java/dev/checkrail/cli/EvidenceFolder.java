package dev.checkrail.cli;

import dev.checkrail.report.Evidence;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Writes an evidence folder: all of it or nothing, and never over one that holds something. */
final class EvidenceFolder {
  private static final String NEXT = "name a folder that does not exist yet";

  private final Path folder;
  private final String name;

  /** Looks at once whether it can be written, for a gate takes a while. */
  EvidenceFolder(Surroundings at, String name) {
    this.name = name;
    this.folder = at.resolve(name).toAbsolutePath().normalize();
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !isEmpty()) {
        throw refused("the evidence folder " + name + " holds something already");
      }
    } else if (!Files.isDirectory(parent())) {
      throw refused("the folder that " + name + " would be in does not exist");
    }
    if (!Files.isWritable(parent())) {
      throw refused("no permission to write " + name);
    }
  }

  void write(Evidence evidence) {
    Map<String, String> files = new LinkedHashMap<>();
    evidence.files().forEach(piece -> files.put(piece.name(), piece.text()));
    write(files);
  }

  /** Writes files by their plain names; a name that is none is refused. */
  void write(Map<String, String> files) {
    for (String name : files.keySet()) {
      if (!name.matches("[a-z0-9][a-z0-9.-]*")) {
        throw refused("the control plane sent a file of the name " + Shown.of(name));
      }
    }
    Path draft = null;
    try {
      draft = Files.createTempDirectory(parent(), ".checkrail-evidence-");
      for (Map.Entry<String, String> file : files.entrySet()) {
        Files.writeString(draft.resolve(file.getKey()), file.getValue());
      }
      // A rename replaces an empty folder, and fails if somebody filled it in the meantime.
      Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      remove(draft);
      throw refused("the evidence folder " + name + " could not be written");
    }
  }

  private Path parent() {
    Path parent = folder.getParent();
    return parent == null ? folder : parent;
  }

  private boolean isEmpty() {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      return !entries.iterator().hasNext();
    } catch (IOException e) {
      return false;
    }
  }

  private static void remove(@org.jspecify.annotations.Nullable Path draft) {
    if (draft == null) {
      return;
    }
    try (Stream<Path> all = Files.walk(draft)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // A hidden folder stays behind; the command fails anyway and says why.
    }
  }

  private static CannotRun refused(String message) {
    return CannotRun.because("cli/evidence", "arguments", message, NEXT);
  }
}
