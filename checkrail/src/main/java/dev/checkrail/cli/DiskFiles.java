package dev.checkrail.cli;

import dev.checkrail.source.Files.Loader;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Files of the disk. Only regular files are opened (and {@code /dev/null}, which people use for an
 * empty error file): a pipe would block, a device would never end. Symbolic links are followed.
 */
final class DiskFiles implements Loader {
  /** A file that is larger is no configuration, map or list. */
  static final int LARGEST = 64 << 20;

  private static final String NULL_DEVICE = "/dev/null";

  private final Path folder;
  private final int largest;

  DiskFiles(Path folder) {
    this(folder, LARGEST);
  }

  DiskFiles(Path folder, int largest) {
    this.folder = folder;
    this.largest = largest;
  }

  @Override
  public Lookup load(String path) {
    if (path.equals(NULL_DEVICE)) {
      return new Lookup.Found(SourceFile.of(path, new byte[0]));
    }
    try {
      Path file = folder.resolve(path);
      BasicFileAttributes kind = Files.readAttributes(file, BasicFileAttributes.class);
      if (kind.isDirectory()) {
        return new Lookup.Unreadable(path, "it is a folder");
      }
      if (!kind.isRegularFile()) {
        return new Lookup.Unreadable(path, "it is a pipe, socket or device, not a file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(largest + 1);
        return bytes.length > largest
            ? new Lookup.Unreadable(path, "it is larger than " + (largest >> 20) + " MiB")
            : new Lookup.Found(SourceFile.of(path, bytes));
      }
    } catch (NoSuchFileException e) {
      return dangling(path);
    } catch (AccessDeniedException e) {
      return new Lookup.Unreadable(path, "permission denied");
    } catch (InvalidPathException e) {
      return new Lookup.Unreadable(path, "that is no path");
    } catch (FileSystemException e) {
      String reason = e.getReason();
      boolean throughFile = reason != null && reason.contains("Not a directory");
      return throughFile
          ? new Lookup.Absent(path)
          : new Lookup.Unreadable(path, reason == null ? "it can't be opened" : reason);
    } catch (IOException e) {
      return new Lookup.Unreadable(path, "it can't be read");
    }
  }

  private Lookup dangling(String path) {
    return Files.exists(folder.resolve(path), LinkOption.NOFOLLOW_LINKS)
        ? new Lookup.Unreadable(path, "it is a link to a file that is not there")
        : new Lookup.Absent(path);
  }
}
