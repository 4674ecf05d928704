package dev.checkrail.logs;

import dev.checkrail.logs.Read.Parsed;
import dev.checkrail.logs.Read.Reason;
import dev.checkrail.logs.Read.Refused;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;

/**
 * Takes in what a load balancer logs: from a UDP or UNIX socket, or from a file that grows.
 *
 * <p>A socket has two threads. One does nothing but empty it into a buffer of at most {@value
 * Inbox#MOST_BYTES} bytes; the other reads the lines and hands the records on. If the second is too
 * slow the first throws lines away and counts them. A file has the second thread only: what is not
 * read yet stays in the file.
 *
 * <p>The consumer is called on that one thread, with at most {@value #BATCH} records at a time,
 * some 10 ms after the first of them came (a file is looked at every 100 ms). It must not block for
 * long. If it throws, that batch is lost, counted, and the next one comes all the same.
 *
 * <p>Safe for several threads.
 */
public final class Intake implements AutoCloseable {
  static final int BATCH = 1024;

  /** Something that brings lines on a thread of its own until it is closed. */
  interface Feed extends AutoCloseable {
    Optional<InetSocketAddress> address();

    int receiveBuffer();

    long droppedByQueue();

    OptionalLong droppedByKernel();

    String trouble();

    /** Ends it; lines that have come are still handed on before this returns. */
    @Override
    void close();
  }

  /** What a feed calls, always on the same thread. */
  interface Sink {
    void line(byte[] bytes, int offset, int length);

    /** There are no more lines for now. */
    void pause();
  }

  private final LineReader reader;
  private final Consumer<List<LogRecord>> records;
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong parsed = new AtomicLong();
  private final AtomicLong cut = new AtomicLong();
  private final AtomicLong consumerFailures = new AtomicLong();
  private final AtomicLongArray refused = new AtomicLongArray(Reason.values().length);
  private final List<LogRecord> batch = new ArrayList<>(BATCH);
  private final Feed feed;

  private Intake(
      LogSource source, LineReader reader, Consumer<List<LogRecord>> records, String name)
      throws IOException {
    this.reader = reader;
    this.records = records;
    Sink sink =
        new Sink() {
          @Override
          public void line(byte[] bytes, int offset, int length) {
            add(bytes, offset, length);
          }

          @Override
          public void pause() {
            flush();
          }
        };
    this.feed =
        switch (source) {
          case LogSource.Udp udp -> UdpFeed.open(udp, sink, name);
          case LogSource.UnixDatagram unix -> UnixFeed.open(unix, sink, name);
          case LogSource.Tail tail -> TailFeed.open(tail, sink, name);
        };
  }

  /**
   * Opens the source and begins.
   *
   * @param reader for this intake alone
   * @param records is given what was read, never an empty list
   * @param name of the load balancer, for the names of the threads
   * @throws IOException with a sentence that says what is wrong with the address, socket or folder
   */
  public static Intake open(
      LogSource source, LineReader reader, Consumer<List<LogRecord>> records, String name)
      throws IOException {
    return new Intake(source, reader, records, name);
  }

  /** Where it listens, with the port that was taken; empty for what has no port. */
  public Optional<InetSocketAddress> address() {
    return feed.address();
  }

  /**
   * Bytes that the kernel keeps for us while we are busy; 0 for files. Linux doubles what {@code
   * net.core.rmem_max} allows.
   */
  public int receiveBuffer() {
    return feed.receiveBuffer();
  }

  /** What was counted until now. */
  public Counts counts() {
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      reasons.put(reason, refused.get(reason.ordinal()));
    }
    return new Counts(
        lines.get(),
        bytes.get(),
        parsed.get(),
        cut.get(),
        reasons,
        feed.droppedByQueue(),
        feed.droppedByKernel(),
        consumerFailures.get(),
        feed.trouble());
  }

  /** Hands on what has come, ends the threads and removes a UNIX socket. */
  @Override
  public void close() {
    feed.close();
  }

  // --- on the thread of the feed

  private void add(byte[] line, int offset, int length) {
    lines.lazySet(lines.getPlain() + 1);
    bytes.lazySet(bytes.getPlain() + length);
    switch (reader.read(line, offset, length)) {
      case Parsed(LogRecord record, boolean isCut) -> {
        parsed.lazySet(parsed.getPlain() + 1);
        if (isCut) {
          cut.lazySet(cut.getPlain() + 1);
        }
        batch.add(record);
        if (batch.size() == BATCH) {
          flush();
        }
      }
      case Refused(Reason reason) -> refused.incrementAndGet(reason.ordinal());
    }
  }

  private void flush() {
    if (batch.isEmpty()) {
      return;
    }
    List<LogRecord> full = List.copyOf(batch);
    batch.clear();
    try {
      records.accept(full);
    } catch (RuntimeException e) {
      consumerFailures.incrementAndGet();
    }
  }
}
