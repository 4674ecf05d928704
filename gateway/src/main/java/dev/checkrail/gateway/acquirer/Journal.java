package dev.checkrail.gateway.acquirer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * An append-only file of JSON lines that is on the disk before anybody is told.
 *
 * <p>One thread writes. It takes all that has come while it last wrote, writes it with one call and
 * forces it to the disk once, then tells all who wait: <em>group commit</em>. So one slow disk
 * flush is shared by as many requests as came meanwhile, and hundreds per second do not need
 * hundreds of flushes per second.
 *
 * <p>Each line ends with a CRC-32C of what stands before it. A process that is killed while it
 * writes leaves a torn last line, about which nobody was told: {@link #open} cuts it off. A damaged
 * line with a sound one behind it is something else, a damaged disk or a hand: then it refuses to
 * start.
 *
 * <p>If the disk fails, this journal fails: what has been waiting is told so, and so is everything
 * after. What a failed flush has left behind is not known, and a second try may lie.
 */
final class Journal implements AutoCloseable {
  private static final String CHECK = ",\"crc\":\"";
  private static final int CHECK_LENGTH = CHECK.length() + 8 + 2; // 8 digits, then "}

  /** A line to be written, or, with no line, the question whether all before it is on the disk. */
  private record Entry(String line, CompletableFuture<Void> durable) {}

  private static final Entry END = new Entry("", new CompletableFuture<>());

  private final Path path;
  private final FileChannel file;
  private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread writer;
  private volatile Optional<IOException> failure = Optional.empty();

  private Journal(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
    this.writer = Thread.ofPlatform().name("journal").start(this::write);
  }

  /**
   * Opens a journal, or makes it. Each line that is in it goes to {@code reader}, without its
   * check.
   *
   * @throws IOException if it can't be read or written, another process has it, or it is damaged
   */
  static Journal open(Path path, Consumer<String> reader) throws IOException {
    boolean fresh = !Files.exists(path);
    FileChannel file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      lock(file, path);
      if (fresh) {
        forceFolder(path);
      }
      long sound = replay(path, reader);
      if (sound < file.size()) {
        file.truncate(sound);
        file.force(true);
      }
      file.position(sound);
      return new Journal(path, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static void lock(FileChannel file, Path path) throws IOException {
    FileLock lock;
    try {
      lock = file.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(path + " is in use by another acquirer");
    }
  }

  /** A new file is safe once its name is, which is an entry of its folder. */
  private static void forceFolder(Path path) throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Reads the sound lines and returns where they end. */
  private static long replay(Path path, Consumer<String> reader) throws IOException {
    byte[] all = Files.readAllBytes(path);
    int start = 0;
    while (start < all.length) {
      int end = start;
      while (end < all.length && all[end] != '\n') {
        end++;
      }
      Optional<String> line = end < all.length ? sound(all, start, end) : Optional.empty();
      if (line.isEmpty()) {
        if (hasSoundLine(all, end + 1)) {
          throw new IOException(
              path + " is damaged at byte " + start + ", with sound entries behind it");
        }
        return start;
      }
      reader.accept(line.get());
      start = end + 1;
    }
    return start;
  }

  private static boolean hasSoundLine(byte[] all, int from) {
    int start = from;
    for (int end = start; end < all.length; end++) {
      if (all[end] == '\n') {
        if (sound(all, start, end).isPresent()) {
          return true;
        }
        start = end + 1;
      }
    }
    return false;
  }

  private static Optional<String> sound(byte[] all, int start, int end) {
    String line = new String(all, start, end - start, StandardCharsets.UTF_8);
    int check = line.length() - CHECK_LENGTH;
    if (check < 1 || !line.startsWith(CHECK, check) || !line.endsWith("\"}")) {
      return Optional.empty();
    }
    String body = line.substring(0, check);
    boolean fits = line.regionMatches(check + CHECK.length(), crc(body), 0, 8);
    return fits ? Optional.of(body + "}") : Optional.empty();
  }

  /** The sound lines of a journal, also of one that is being written. */
  static List<String> read(Path path) throws IOException {
    List<String> lines = new ArrayList<>();
    replay(path, lines::add);
    return lines;
  }

  /** What is in the file, without the checks. */
  List<String> lines() throws IOException {
    return read(path);
  }

  /**
   * Appends a JSON object; done when it is on the disk. The order of calls is the order of lines.
   */
  CompletableFuture<Void> append(String json) {
    String body = json.substring(0, json.length() - 1);
    return put(body + CHECK + crc(body) + "\"}\n");
  }

  /** Done when everything that was appended before is on the disk. */
  CompletableFuture<Void> settled() {
    return put("");
  }

  private CompletableFuture<Void> put(String line) {
    Entry entry = new Entry(line, new CompletableFuture<>());
    Optional<IOException> failed = failure;
    if (failed.isPresent()) {
      entry.durable().completeExceptionally(failed.get());
    } else {
      queue.add(entry);
    }
    return entry.durable();
  }

  private void write() {
    List<Entry> batch = new ArrayList<>();
    boolean open = true;
    while (open) {
      batch.clear();
      try {
        batch.add(queue.take());
        queue.drainTo(batch);
        open = !batch.contains(END);
        write(batch);
        batch.forEach(it -> it.durable().complete(null));
      } catch (IOException | InterruptedException e) {
        IOException why =
            e instanceof IOException io ? io : new IOException("the journal is closed", e);
        failure = Optional.of(why);
        queue.drainTo(batch);
        batch.forEach(it -> it.durable().completeExceptionally(why));
        open = false;
      }
    }
    failure = failure.or(() -> Optional.of(new IOException("the journal is closed")));
    queue.drainTo(batch);
    batch.forEach(
        it -> it.durable().completeExceptionally(new IOException("the journal is closed")));
  }

  private void write(List<Entry> batch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Entry entry : batch) {
      bytes.writeBytes(entry.line().getBytes(StandardCharsets.UTF_8));
    }
    if (bytes.size() == 0) {
      return;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
    while (buffer.hasRemaining()) {
      file.write(buffer);
    }
    file.force(false);
  }

  /** Writes what is still waiting, then closes the file. */
  @Override
  public void close() {
    queue.add(END);
    try {
      writer.join();
      file.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String crc(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
