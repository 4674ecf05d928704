package dev.checkrail.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A random word in a file that only its owner can read, made at the first use. */
public final class SecretFile {
  private static final int BYTES = 24;

  private SecretFile() {}

  /** The word in this file, which is made if it is not there. */
  public static String in(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      Path making = file.resolveSibling(file.getFileName() + ".making");
      Files.deleteIfExists(making);
      Files.createFile(
          making,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(making, HexFormat.of().formatHex(random) + "\n");
      try (FileChannel written = FileChannel.open(making, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(making, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file).strip();
  }
}
