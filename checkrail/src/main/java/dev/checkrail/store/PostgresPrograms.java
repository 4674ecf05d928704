package dev.checkrail.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/** The programs of PostgreSQL, which come packed in a library, unpacked once into a folder. */
final class PostgresPrograms {
  private static final String PACKED = "/postgres-linux-x86_64.txz";

  /** Named by the version of the library, so that a later one is unpacked beside it. */
  private static final String VERSION = "postgres-18.6";

  private PostgresPrograms() {}

  /**
   * The folder with {@code bin/}, {@code lib/} and {@code share/}. Needs {@code tar}.
   *
   * @param folder where it is kept; several data folders may share one
   */
  static Path in(Path folder) throws IOException, InterruptedException {
    Path home = folder.resolve(VERSION);
    if (Files.isExecutable(home.resolve("bin/postgres"))) {
      return home.toRealPath();
    }
    Files.createDirectories(folder);
    Path unpacking = Files.createTempDirectory(folder, "unpacking-");
    try (InputStream packed = PostgresPrograms.class.getResourceAsStream(PACKED)) {
      if (packed == null) {
        throw new IOException(
            "there is no PostgreSQL for this machine in Checkrail (Linux on x86-64 only); name your"
                + " own with --database-url");
      }
      unpack(packed, unpacking);
      // createTempDirectory makes it for its owner only; others must be able to run the programs.
      Files.setPosixFilePermissions(
          unpacking, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      try {
        Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        // Another process was quicker; its copy is as good.
        if (!Files.isExecutable(home.resolve("bin/postgres"))) {
          throw e;
        }
      }
      return home.toRealPath();
    } finally {
      delete(unpacking);
    }
  }

  private static void unpack(InputStream packed, Path into)
      throws IOException, InterruptedException {
    Process tar;
    try {
      tar =
          new ProcessBuilder("tar", "-x", "--no-same-owner", "-C", into.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      throw new IOException("PostgreSQL can't be unpacked: the program tar is missing", e);
    }
    IOException failed = null;
    try (OutputStream in = tar.getOutputStream();
        XZInputStream plain = new XZInputStream(packed)) {
      plain.transferTo(in);
    } catch (IOException e) {
      failed = e; // tar went away; its exit status says more
    }
    if (tar.waitFor() != 0 || failed != null) {
      throw new IOException(
          "PostgreSQL could not be unpacked into " + into.getParent() + "; is the disk full?",
          failed);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
