package dev.checkrail.corpus;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The folder of material that is not ours. */
final class Shared {
  private static final Path FOLDER = Path.of("../../shared");

  /** Stands in the regression tests' configurations for the folder of their data. */
  private static final String DATA = "@VTCDATA@/";

  private Shared() {}

  static boolean isThere() {
    return java.nio.file.Files.isDirectory(FOLDER);
  }

  /** A folder of it; without it the test is skipped. */
  static Path folder(String name) {
    Path folder = FOLDER.resolve(name);
    assumeTrue(java.nio.file.Files.isDirectory(folder), "../shared/" + name + " is missing");
    return folder;
  }

  /** All HAProxy configurations below a folder, by name. */
  static List<Path> configurations(Path folder) {
    try (Stream<Path> all = java.nio.file.Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(".cfg")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads one configuration with the files beside it. */
  static ReadReport read(Path file) {
    return Read.haproxy(files(), List.of(file.toString()), HaproxyTarget.debian12(Map.of()));
  }

  static Files files() {
    return new Files(Shared::load);
  }

  /** A configuration may name a temporary folder that the tests made. */
  private static byte[] bytes(Path file) throws IOException {
    byte[] bytes = java.nio.file.Files.readAllBytes(file);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return text.contains("@TMP@")
        ? text.replace("@TMP@", "/tmp/reg-test").getBytes(StandardCharsets.ISO_8859_1)
        : bytes;
  }

  private static Files.Lookup load(String path) {
    int data = path.indexOf(DATA);
    Path file =
        data < 0
            ? Path.of(path)
            : FOLDER
                .resolve("corpus/haproxy/reg-tests-data")
                .resolve(path.substring(data + DATA.length()));
    try {
      return java.nio.file.Files.isRegularFile(file)
          ? new Files.Lookup.Found(SourceFile.of(path, bytes(file)))
          : new Files.Lookup.Absent(path);
    } catch (IOException e) {
      return new Files.Lookup.Unreadable(path, e.toString());
    }
  }
}
