package dev.checkrail.gateway.store;

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

/** The programs of PostgreSQL that come inside a library, unpacked once into a folder. */
final class PostgresBinaries {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  private PostgresBinaries() {}

  /** The folder with bin/, lib/ and share/; unpacks it if it is not there yet. Needs tar. */
  static Path in(Path folder) throws IOException, InterruptedException {
    Path home = folder.resolve("postgres-18.6");
    if (Files.isExecutable(home.resolve("bin/postgres"))) {
      return home;
    }
    Files.createDirectories(folder);
    Path unpacking = Files.createTempDirectory(folder, "unpacking-");
    try (InputStream packed = PostgresBinaries.class.getResourceAsStream(ARCHIVE)) {
      if (packed == null) {
        throw new IOException(
            "no embedded PostgreSQL for this machine (Linux x86-64 only); use --database-url");
      }
      Process tar =
          new ProcessBuilder("tar", "-x", "--no-same-owner", "-C", unpacking.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (OutputStream in = tar.getOutputStream();
          XZInputStream plain = new XZInputStream(packed)) {
        plain.transferTo(in);
      }
      if (tar.waitFor() != 0) {
        throw new IOException("could not unpack PostgreSQL into " + unpacking);
      }
      try {
        Files.move(unpacking, home, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        // Another process was quicker; its copy is as good.
        if (!Files.isExecutable(home.resolve("bin/postgres"))) {
          throw e;
        }
      }
      return home;
    } finally {
      delete(unpacking);
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
