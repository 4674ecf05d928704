package dev.checkrail.store.backup;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A backup under its name: written beside it, forced to the disk, read once more and held against
 * its digests, and only then given the name. Whatever goes wrong, nothing of that name is there.
 */
public final class BackupFile {
  private BackupFile() {}

  /** Writes the bytes of a backup. */
  @FunctionalInterface
  public interface Source {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Makes a file that only its owner can read.
   *
   * @throws IOException with a sentence for people; also if there is such a file already
   */
  public static Manifest make(Path file, Source source) throws IOException {
    Path place = file.toAbsolutePath().normalize();
    Path folder = place.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("the folder that " + file + " would be in does not exist");
    }
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is there already; name another file");
    }
    Path making = null;
    try {
      making =
          Files.createTempFile(
              folder,
              "." + place.getFileName() + ".",
              ".making",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (FileChannel channel = FileChannel.open(making, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel)) {
        source.write(out);
        out.flush();
        channel.force(true);
      } catch (FileSystemException e) {
        throw e;
      } catch (IOException e) {
        throw new IOException(file + " was not made: " + e.getMessage(), e);
      }
      Manifest manifest = readBack(making, file);
      Files.move(making, place, StandardCopyOption.ATOMIC_MOVE);
      making = null;
      try (FileChannel renamed = FileChannel.open(folder, StandardOpenOption.READ)) {
        renamed.force(true);
      }
      return manifest;
    } catch (AccessDeniedException e) {
      throw new IOException(file + " can't be written: permission denied", e);
    } catch (FileSystemException e) {
      throw new IOException(
          file + " can't be written: " + (e.getReason() == null ? e.getMessage() : e.getReason()),
          e);
    } finally {
      if (making != null) {
        Files.deleteIfExists(making);
      }
    }
  }

  private static Manifest readBack(Path making, Path file) throws IOException {
    try (Archive archive = Archive.open(making)) {
      return archive.manifest();
    } catch (IOException e) {
      throw new IOException(
          String.valueOf(e.getMessage()).replace(making.toString(), file.toString()), e);
    }
  }
}
