package dev.checkrail.balancer.haproxy;

import dev.checkrail.source.Files.Loader;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Files where the running HAProxy reads them. Only regular ones are opened. */
final class DiskLoader implements Loader {
  private static final int LARGEST = 64 << 20;

  @Override
  public Lookup load(String path) {
    try {
      Path file = Path.of(path);
      BasicFileAttributes kind = Files.readAttributes(file, BasicFileAttributes.class);
      if (!kind.isRegularFile()) {
        return new Lookup.Unreadable(path, kind.isDirectory() ? "it is a folder" : "it is no file");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(LARGEST + 1);
        return bytes.length > LARGEST
            ? new Lookup.Unreadable(path, "it is larger than " + (LARGEST >> 20) + " MiB")
            : new Lookup.Found(SourceFile.of(path, bytes));
      }
    } catch (NoSuchFileException e) {
      return new Lookup.Absent(path);
    } catch (AccessDeniedException e) {
      return new Lookup.Unreadable(path, "permission denied");
    } catch (FileSystemException e) {
      boolean throughFile = String.valueOf(e.getReason()).contains("Not a directory");
      return throughFile
          ? new Lookup.Absent(path)
          : new Lookup.Unreadable(path, "it can't be opened");
    } catch (IOException | IllegalArgumentException e) {
      return new Lookup.Unreadable(path, "it can't be read");
    }
  }
}
