package dev.checkrail.store.backup;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file in a data folder that says that a restore was begun there and is not ended. Who is at work
 * holds its lock, which the system frees at his death. Its name stays the same when the restore is
 * begun anew: by it rows that are in a database already are known.
 */
final class RestoreMark implements AutoCloseable {
  private static final String FILE = "restore-unfinished";

  /** Bytes of a name. */
  private static final int LONGEST = 64;

  private final Path file;
  private final FileChannel channel;
  private final String name;

  private RestoreMark(Path file, FileChannel channel, String name) {
    this.file = file;
    this.channel = channel;
    this.name = name;
  }

  static boolean isIn(Path data) {
    return Files.exists(data.resolve(FILE));
  }

  /** The name of the restore that was begun there; empty if none was, or only just. */
  static Optional<String> nameIn(Path data) throws IOException {
    try {
      return Optional.of(Files.readString(data.resolve(FILE))).filter(it -> !it.isEmpty());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** By the channel that holds the lock: POSIX frees it when any other of ours is closed. */
  private static Optional<String> name(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    var unused = channel.read(bytes, 0);
    return Optional.of(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8))
        .filter(it -> !it.isEmpty());
  }

  /** Whether somebody is at work there now. */
  static boolean isHeldIn(Path data) {
    try (FileChannel channel = FileChannel.open(data.resolve(FILE), StandardOpenOption.WRITE)) {
      return lock(channel) == null;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Marks a folder, which is empty or marked already.
   *
   * @throws IOException with a sentence: another one is at work there, or it is not empty
   */
  static RestoreMark take(Path data) throws IOException {
    Path file = data.resolve(FILE);
    boolean made = make(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (lock(channel) == null || !Files.exists(file)) {
        throw new IOException(atWork(data));
      }
      if (made && !isAlone(data, file)) {
        Files.delete(file);
        throw new IOException(Restore.notEmpty(data));
      }
      String name = name(channel).orElseGet(() -> UUID.randomUUID().toString());
      var unused = channel.write(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)), 0);
      channel.force(true);
      return new RestoreMark(file, channel, name);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean make(Path file) throws IOException {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }

  private static boolean isAlone(Path data, Path file) throws IOException {
    try (Stream<Path> all = Files.list(data)) {
      return all.allMatch(file::equals);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  static String atWork(Path data) {
    return "a backup is being restored into " + data + " right now: wait until that has ended";
  }

  /** Names the restore, over all its beginnings. */
  String name() {
    return name;
  }

  boolean isIt(Path path) {
    return path.equals(file);
  }

  /** From here on the folder is a whole one, or empty. */
  void remove() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
