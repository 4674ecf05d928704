package dev.checkrail.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/** Secrets in files that only their owner can read. */
public final class Secrets {
  private Secrets() {}

  /** The first line of the file; without a file it is made and kept. */
  public static String text(Path file, Supplier<String> fresh) throws IOException {
    if (!Files.exists(file)) {
      Path making =
          Files.createTempFile(
              file.toAbsolutePath().getParent(),
              file.getFileName() + ".",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(making, fresh.get() + "\n");
      try (FileChannel channel = FileChannel.open(making, StandardOpenOption.WRITE)) {
        channel.force(true); // a key that is lost takes all stored cards with it
      }
      try {
        Files.createLink(file, making); // unlike a move, never over one that is there
      } catch (FileAlreadyExistsException e) {
        // Another process was quicker; its secret counts.
      }
      Files.delete(making);
    }
    return Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }
}
