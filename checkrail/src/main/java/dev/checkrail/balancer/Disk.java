package dev.checkrail.balancer;

import dev.checkrail.balancer.BalancerException.Kind;
import dev.checkrail.change.ConfigurationSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Files that survive a crash: written beside their place, forced to the disk, renamed, the folder
 * forced too. A reader sees the old bytes or the new ones, never a part.
 */
public final class Disk {
  private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rw-------");

  /** What is left of an interrupted write begins like this; it is never read. */
  static final String TEMPORARY = ".checkrail-new-";

  private Disk() {}

  /**
   * Puts bytes at a place; a link there is followed. Mode and owner of what was there are kept. If
   * it fails, what was there is there, and nothing else.
   *
   * @param otherwise the mode if nothing was there
   */
  public static void put(Path place, byte[] bytes, Set<PosixFilePermission> otherwise)
      throws BalancerException {
    stage(place, bytes, otherwise).place();
  }

  /**
   * A file that is written, forced to the disk, and not yet where it belongs: what can fail has not
   * failed, and nothing was touched.
   */
  static final class Staged {
    private final Path place;
    private final Path fresh;
    private final Path target;

    private Staged(Path place, Path fresh, Path target) {
      this.place = place;
      this.fresh = fresh;
      this.target = target;
    }

    /** Puts it where it belongs. */
    void place() throws BalancerException {
      try {
        Files.move(
            fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(parent(target));
      } catch (IOException e) {
        drop();
        throw failed("write", place, e);
      }
    }

    /** Forgets it. */
    void drop() {
      remove(fresh);
    }
  }

  /** Writes bytes beside their place. */
  static Staged stage(Path place, byte[] bytes, Set<PosixFilePermission> otherwise)
      throws BalancerException {
    try {
      Path target = Files.exists(place) ? place.toRealPath() : place;
      Path folder = parent(target);
      Files.createDirectories(folder);
      Path fresh = folder.resolve(TEMPORARY + target.getFileName());
      try {
        write(fresh, bytes);
        if (Files.exists(target)) {
          likeBefore(target, fresh);
        } else {
          Files.setPosixFilePermissions(fresh, otherwise);
        }
      } catch (IOException e) {
        remove(fresh); // half a file on a full disk is in the way of everybody
        throw e;
      }
      return new Staged(place, fresh, target);
    } catch (IOException e) {
      throw failed("write", place, e);
    }
  }

  private static void remove(Path fresh) {
    try {
      Files.deleteIfExists(fresh);
    } catch (IOException e) {
      // It is never read, and the next write goes over it.
    }
  }

  /** Puts bytes that only we read at a place. */
  public static void putOurs(Path place, byte[] bytes) throws BalancerException {
    put(place, bytes, OURS);
  }

  static void delete(Path place) throws BalancerException {
    try {
      if (Files.deleteIfExists(place)) {
        force(parent(place));
      }
    } catch (IOException e) {
      throw failed("delete", place, e);
    }
  }

  /** The bytes at a place, if there is a file. */
  public static Optional<byte[]> read(Path place) throws BalancerException {
    try {
      return Optional.of(Files.readAllBytes(place));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if ("Not a directory".equals(e.getReason())) {
        return Optional.empty();
      }
      throw failed("read", place, e);
    } catch (IOException e) {
      throw failed("read", place, e);
    }
  }

  /** SHA-256 of what is at a place now. */
  static Optional<String> sha256(Path place) throws BalancerException {
    return read(place).map(ConfigurationSet::sha256);
  }

  /** A folder that only this user can open, made if it is not there. */
  public static Path folder(Path folder) throws BalancerException {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        force(parent(folder));
      }
      return folder;
    } catch (IOException e) {
      throw failed("create", folder, e);
    }
  }

  private static void write(Path fresh, byte[] bytes) throws IOException {
    Files.deleteIfExists(fresh);
    // Created closed: what may be a private key is never readable by others, not for a moment.
    Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OURS));
    try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(bytes);
      while (left.hasRemaining()) {
        out.write(left);
      }
      out.force(true);
    }
  }

  private static void likeBefore(Path before, Path fresh) throws IOException {
    PosixFileAttributes was = Files.readAttributes(before, PosixFileAttributes.class);
    PosixFileAttributes is = Files.readAttributes(fresh, PosixFileAttributes.class);
    PosixFileAttributeView view =
        Files.getFileAttributeView(fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (!was.owner().equals(is.owner())) {
      view.setOwner(was.owner());
    }
    if (!was.group().equals(is.group())) {
      view.setGroup(was.group());
    }
    view.setPermissions(was.permissions());
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? Path.of("/") : parent;
  }

  private static BalancerException failed(String verb, Path place, IOException e) {
    Kind kind = e instanceof java.nio.file.AccessDeniedException ? Kind.NO_RIGHTS : Kind.FILES;
    String why =
        kind == Kind.NO_RIGHTS
            ? "permission denied"
            : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new BalancerException(kind, "can't " + verb + " " + place + ": " + why, e);
  }
}
