package dev.checkrail.gateway.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/** A file that holds a secret token, readable by its owner only. */
final class TokenFile {
  private TokenFile() {}

  static String readOrMake(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      byte[] token = new byte[24];
      new SecureRandom().nextBytes(token);
      Files.writeString(file, HexFormat.of().formatHex(token) + "\n");
    } catch (FileAlreadyExistsException e) {
      // Read below.
    }
    String token = Files.readString(file).strip();
    if (token.isEmpty()) {
      throw new IOException(file + " is empty; it should hold a token");
    }
    return token;
  }
}
