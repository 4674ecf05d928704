package dev.checkrail.logs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows a file by its name.
 *
 * <p><b>Moved away and made anew</b> (logrotate's {@code create}): the daemon writes to the old
 * file until it is told, so the old one is read until the new one holds something, and then to its
 * end. <b>Emptied</b> ({@code copytruncate}): seen because the file is shorter than what was read,
 * or begins with other bytes; what was written between our last look and the emptying is lost, as
 * it is for the daemon's copy. A last line without its end waits for the rest of it.
 */
final class TailFeed implements Intake.Feed {
  private static final long LOOK_MILLIS = 100;
  private static final int CHUNK = 1 << 16;
  private static final int HEAD = 128;

  private final Path path;
  private final Intake.Sink sink;
  private final Thread reading;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile String trouble = "";

  // --- the reading thread's own

  private boolean fromBeginning;
  private @Nullable FileChannel file;
  private @Nullable Object key;
  private long position;
  private byte[] head = new byte[0];
  private byte[] partial = new byte[CHUNK];
  private int held;
  private boolean skipping;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);

  private TailFeed(LogSource.Tail source, Intake.Sink sink, String name) {
    this.path = source.path();
    this.fromBeginning = source.fromBeginning();
    this.sink = sink;
    this.reading = Thread.ofPlatform().daemon().name("log-read-" + name).unstarted(this::follow);
  }

  static TailFeed open(LogSource.Tail source, Intake.Sink sink, String name) throws IOException {
    Path path = source.path();
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException("can't follow " + path + ": there is no folder " + folder);
    }
    if (Files.exists(path)) {
      if (!Files.isRegularFile(path)) {
        throw new IOException("can't follow " + path + ": it is not a file");
      }
      if (!Files.isReadable(path)) {
        throw new IOException("can't follow " + path + ": this user may not read it");
      }
    }
    TailFeed feed = new TailFeed(source, sink, name);
    feed.find(); // from here on nothing is missed
    feed.reading.start();
    return feed;
  }

  private void follow() {
    try {
      do {
        look();
        sink.pause();
      } while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS));
      look(); // what came until now
      sink.pause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      forget();
    }
  }

  private void look() {
    try {
      FileChannel open = file;
      if (open == null) {
        open = find();
        if (open == null) {
          return;
        }
      }
      if (wasEmptied(open)) {
        startAgain(0);
      }
      read(open);
      remember(open);
      if (successorHasBegun()) {
        read(open); // what came before the daemon changed files
        lastLine();
        forget();
        look();
        return;
      }
      trouble = "";
    } catch (IOException e) {
      trouble = "reading " + path + " failed: " + e;
      forget();
    }
  }

  /** Opens what is there under the name; null if there is nothing. */
  private @Nullable FileChannel find() throws IOException {
    try {
      Object before = key();
      FileChannel found = FileChannel.open(path, StandardOpenOption.READ);
      if (!before.equals(key())) {
        found.close();
        return null; // it was changed in this moment: the next look will find it
      }
      file = found;
      key = before;
      head = new byte[0];
      startAgain(fromBeginning ? 0 : found.size());
      fromBeginning = true; // every later file is new to us
      skipping = position > 0 && !endsLine(found, position);
      return found;
    } catch (NoSuchFileException e) {
      fromBeginning = true;
      trouble = path + " is not there yet";
      return null;
    }
  }

  private Object key() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new IOException("it is not a file");
    }
    Object key = attributes.fileKey();
    return key == null ? path : key;
  }

  private static boolean endsLine(FileChannel file, long position) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    return file.read(one, position - 1) == 1 && one.get(0) == '\n';
  }

  private void startAgain(long at) {
    position = at;
    held = 0;
    skipping = false;
  }

  private boolean wasEmptied(FileChannel open) throws IOException {
    long size = open.size();
    boolean emptied =
        size < position
            || (size > position && head.length > 0 && !Arrays.equals(head, beginning(open)));
    if (emptied) {
      head = new byte[0];
    }
    return emptied;
  }

  /** As many of the first bytes as are known of the file. */
  private byte[] beginning(FileChannel open) throws IOException {
    byte[] now = new byte[head.length];
    ByteBuffer begin = ByteBuffer.wrap(now);
    while (begin.hasRemaining()) {
      if (open.read(begin, begin.position()) <= 0) {
        return new byte[0]; // it was emptied in this moment
      }
    }
    return now;
  }

  private void remember(FileChannel open) throws IOException {
    int known = (int) Math.min(HEAD, position);
    if (head.length < known) {
      head = new byte[known];
      head = beginning(open);
    }
  }

  /** Whether under the name there is another file by now, and somebody writes to it. */
  private boolean successorHasBegun() throws IOException {
    try {
      return !key().equals(key) && Files.size(path) > 0;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void read(FileChannel open) throws IOException {
    while (true) {
      chunk.clear();
      int count = open.read(chunk, position);
      if (count <= 0) {
        return;
      }
      position += count;
      chunk.flip();
      split();
    }
  }

  private void split() {
    if (held + chunk.remaining() > partial.length) {
      partial = Arrays.copyOf(partial, held + chunk.remaining());
    }
    int end = held + chunk.remaining();
    int scan = held;
    chunk.get(partial, held, chunk.remaining());
    int start = 0;
    for (int i = scan; i < end; i++) {
      if (partial[i] == '\n') {
        if (!skipping) {
          sink.line(partial, start, i + 1 - start);
        }
        skipping = false;
        start = i + 1;
      }
    }
    held = end - start;
    System.arraycopy(partial, start, partial, 0, held);
    if (held > LineReader.LONGEST) {
      if (!skipping) {
        sink.line(partial, 0, held); // counted as too long, once
      }
      skipping = true;
      held = 0;
    }
  }

  /** Nobody will write the end of it any more. */
  private void lastLine() {
    if (held > 0 && !skipping) {
      sink.line(partial, 0, held);
    }
    held = 0;
  }

  private void forget() {
    FileChannel open = file;
    file = null;
    key = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        trouble = "closing " + path + " failed: " + e;
      }
    }
  }

  // --- for everybody

  @Override
  public Optional<InetSocketAddress> address() {
    return Optional.empty();
  }

  @Override
  public int receiveBuffer() {
    return 0;
  }

  @Override
  public long droppedByQueue() {
    return 0;
  }

  @Override
  public OptionalLong droppedByKernel() {
    return OptionalLong.empty();
  }

  @Override
  public String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      reading.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
