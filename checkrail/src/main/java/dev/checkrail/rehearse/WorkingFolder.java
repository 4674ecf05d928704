package dev.checkrail.rehearse;

import dev.checkrail.rehearse.agent.SandboxAgent;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.CodeSource;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * The folder that one sandbox works in: {@code TMP/checkrail-UID/PID-N}, with {@code PID-N.lock}
 * beside it. The lock is held by the kernel for as long as we live, so whoever can take it may
 * delete the folder: that is how the next start clears up after a {@code kill -9}.
 */
final class WorkingFolder implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  /**
   * Lock files that this process holds. They must not even be opened a second time: when any
   * channel on a file is closed, POSIX drops all locks that the process has on it.
   */
  private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path lockFile;
  private final FileChannel channel;

  private WorkingFolder(Path path, Path lockFile, FileChannel channel) {
    this.path = path;
    this.lockFile = lockFile;
    this.channel = channel;
  }

  /** Makes a folder, after it has swept those of dead owners. */
  static WorkingFolder make(Path temporary) throws IOException {
    Path all = parent(temporary);
    sweep(all);
    while (true) {
      String name = ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
      Path lockFile = all.resolve(name + ".lock");
      OURS.add(lockFile);
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      // Another process may have swept the file between our opening and our locking it.
      if (channel.tryLock() != null && Files.exists(lockFile)) {
        Path path = all.resolve(name);
        delete(path);
        Files.createDirectory(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new WorkingFolder(path, lockFile, channel);
      }
      channel.close();
    }
  }

  /** The user we run as (Linux). */
  static int user() throws IOException {
    return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  private static Path parent(Path temporary) throws IOException {
    int user = user();
    Path all = temporary.toAbsolutePath().resolve("checkrail-" + user);
    // Others may pass through, for the agent may be another user; they cannot list it.
    String mode = user == 0 ? "rwx--x--x" : "rwx------";
    if (!Files.exists(all, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(all);
      Files.setPosixFilePermissions(all, PosixFilePermissions.fromString(mode));
    }
    boolean ours =
        Files.isDirectory(all, LinkOption.NOFOLLOW_LINKS)
            && Files.getAttribute(all, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user);
    if (!ours) {
      throw new IOException(all + " is not a folder of ours; remove it or set -Djava.io.tmpdir");
    }
    return all;
  }

  /** By one thread at a time: the system's locks keep out other processes only. */
  private static synchronized void sweep(Path all) throws IOException {
    try (Stream<Path> names = Files.list(all)) {
      for (Path found : names.toList()) {
        String name = String.valueOf(found.getFileName());
        if (OURS.contains(found) || OURS.contains(all.resolve(name + ".lock"))) {
          continue;
        }
        if (name.endsWith(".lock")) {
          sweep(all.resolve(name.substring(0, name.length() - 5)), found);
        } else if (!Files.exists(all.resolve(name + ".lock"))) {
          // The lock is made before the folder and deleted after it.
          delete(found);
        }
      }
    }
  }

  private static void sweep(Path folder, Path lockFile) throws IOException {
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        delete(folder);
        Files.deleteIfExists(lockFile);
      }
    } catch (NoSuchFileException e) {
      // Another process swept it.
    }
  }

  Path path() {
    return path;
  }

  /**
   * Gives the whole folder to this user, or to ourselves; refuses if that user cannot get to it.
   */
  void give(OptionalInt owner) throws IOException {
    if (owner.isPresent()) {
      for (Path above = path.getParent(); above != null; above = above.getParent()) {
        if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
          throw new IOException(above + " is closed to other users");
        }
      }
    }
    give(path, owner.isPresent() ? owner : OptionalInt.of(user()));
  }

  /** Gives all in it to this user; links are not followed. */
  static void give(Path folder, OptionalInt owner) throws IOException {
    if (owner.isEmpty()) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.toList()) {
        Files.setAttribute(each, "unix:uid", owner.getAsInt(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(each, "unix:gid", owner.getAsInt(), LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /**
   * Copies the agent's classes here, so that another user can read them; returns the class path.
   */
  Path copyAgent() throws IOException {
    String place = SandboxAgent.class.getPackageName().replace('.', '/');
    Path target = Files.createDirectories(path.resolve("agent").resolve(place));
    CodeSource source = SandboxAgent.class.getProtectionDomain().getCodeSource();
    Path from;
    try {
      URI location = Objects.requireNonNull(source).getLocation().toURI();
      from = Path.of(location);
    } catch (URISyntaxException e) {
      throw new IOException("cannot find our own classes: " + e.getMessage(), e);
    }
    if (Files.isDirectory(from)) {
      copy(from.resolve(place), target);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(from)) {
        copy(jar.getPath("/" + place), target);
      }
    }
    return path.resolve("agent");
  }

  private static void copy(Path from, Path target) throws IOException {
    try (Stream<Path> classes = Files.list(from)) {
      for (Path each : classes.toList()) {
        Files.copy(each, target.resolve(String.valueOf(each.getFileName())));
      }
    }
  }

  /** Deletes a folder and all in it; links are deleted, not followed. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path each, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void close() throws IOException {
    delete(path);
    Files.deleteIfExists(lockFile);
    channel.close();
    OURS.remove(lockFile);
  }

  /** All names in use, for messages. */
  @Override
  public String toString() {
    return List.of(path, lockFile).toString();
  }
}
