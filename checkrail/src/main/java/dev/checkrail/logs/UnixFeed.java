package dev.checkrail.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXDatagramChannel;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/**
 * Datagrams of syslog over a UNIX socket, one line in each. The JDK has no such sockets.
 *
 * <p>The socket is made under another name, given its mode, and then moved to its place: nobody can
 * write to it before it has its mode, and what a dead process left is replaced at once.
 */
final class UnixFeed implements Intake.Feed {
  private static final int LONGEST_PATH = 107;
  private static final int WANTED_BUFFER = 8 << 20;
  private static final int TYPE_OF_FILE = 0170000;
  private static final int SOCKET = 0140000;

  private final Path path;
  private final @Nullable Object key;
  private final int receiveBuffer;
  private final Receiver receiver;

  private UnixFeed(Path path, AFUNIXDatagramChannel channel, Intake.Sink sink, String name)
      throws IOException {
    this.path = path;
    this.key = key(path);
    this.receiveBuffer = channel.getOption(StandardSocketOptions.SO_RCVBUF);
    this.receiver = Receiver.start(channel, sink, name);
  }

  static UnixFeed open(LogSource.UnixDatagram source, Intake.Sink sink, String name)
      throws IOException {
    Path path = source.path().toAbsolutePath();
    try {
      Path folder = Objects.requireNonNullElse(path.getParent(), path);
      if (!Files.isDirectory(folder)) {
        throw new IOException("there is no folder " + folder);
      }
      Path made = folder.resolve("." + path.getFileName() + "." + ProcessHandle.current().pid());
      for (Path each : new Path[] {path, made}) {
        if (each.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
          throw new IOException("its path is too long for a socket; take a shorter one");
        }
      }
      refuseIfUsed(path);
      return bind(source, path, made, sink, name);
    } catch (IOException e) {
      throw new IOException("can't receive log lines at " + path + ": " + e.getMessage(), e);
    }
  }

  private static UnixFeed bind(
      LogSource.UnixDatagram source, Path path, Path made, Intake.Sink sink, String name)
      throws IOException {
    Files.deleteIfExists(made);
    AFUNIXDatagramChannel channel = AFUNIXDatagramChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, WANTED_BUFFER);
      channel.bind(AFUNIXSocketAddress.of(made));
      Files.setPosixFilePermissions(made, permissions(source.mode()));
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE);
      return new UnixFeed(path, channel, sink, name);
    } catch (IOException e) {
      channel.close();
      Files.deleteIfExists(made);
      throw e;
    }
  }

  /** A socket at which somebody listens, or anything that is no socket, is left alone. */
  private static void refuseIfUsed(Path path) throws IOException {
    int mode;
    try {
      mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if ((mode & TYPE_OF_FILE) != SOCKET) {
      throw new IOException("there is something else than a socket");
    }
    try (AFUNIXDatagramChannel other = AFUNIXDatagramChannel.open()) {
      other.connect(AFUNIXSocketAddress.of(path));
    } catch (IOException e) {
      return; // nobody listens: a dead process left it
    }
    throw new IOException("another process listens there");
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    // Declared from the owner's right to read down to the others' right to execute, as the bits
    // are.
    PosixFilePermission[] all = PosixFilePermission.values();
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    for (int bit = 0; bit < all.length; bit++) {
      if ((mode & 1 << all.length - 1 - bit) != 0) {
        set.add(all[bit]);
      }
    }
    return set;
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  @Override
  public Optional<InetSocketAddress> address() {
    return Optional.empty();
  }

  @Override
  public int receiveBuffer() {
    return receiveBuffer;
  }

  @Override
  public long droppedByQueue() {
    return receiver.dropped();
  }

  @Override
  public OptionalLong droppedByKernel() {
    return OptionalLong.empty();
  }

  @Override
  public String trouble() {
    return receiver.trouble();
  }

  @Override
  public void close() {
    receiver.close();
    try {
      if (Objects.equals(key, key(path))) {
        Files.deleteIfExists(path);
      }
    } catch (NoSuchFileException e) {
      // somebody was faster
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
