package dev.checkrail.cli;

import dev.checkrail.logs.LineReader;
import dev.checkrail.replay.Replay;
import dev.checkrail.replay.ReplayReport;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Reads logs in pieces of whole lines, each counted on the next processor that is free. A line of
 * any length costs no more memory than a piece.
 */
final class LogPieces implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final Replay all;
  private final List<Replay> counters;
  private final BlockingQueue<Replay> free;
  private final ExecutorService threads;
  private final BlockingQueue<Future<?>> begun;
  private long offset;

  LogPieces(Replay all) {
    int processors = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 16);
    this.all = all;
    this.counters = IntStream.range(0, processors).mapToObj(i -> all.another()).toList();
    this.free = new ArrayBlockingQueue<>(processors, false, counters);
    this.begun = new ArrayBlockingQueue<>(processors + 1);
    this.threads =
        Executors.newFixedThreadPool(processors, Thread.ofPlatform().daemon().factory());
  }

  /** Reads to the end. */
  void read(InputStream in) throws IOException {
    byte[] piece = new byte[PIECE];
    int filled = 0;
    boolean inLongLine = false;
    while (true) {
      int more = in.readNBytes(piece, filled, piece.length - filled);
      filled += more;
      if (inLongLine) {
        int end = indexOf(piece, filled);
        if (end < 0 && more > 0) {
          offset += filled;
          filled = 0;
          continue;
        }
        inLongLine = false;
        int from = end < 0 ? filled : end + 1;
        System.arraycopy(piece, from, piece, 0, filled - from);
        offset += from;
        filled -= from;
        if (more > 0) {
          continue;
        }
      }
      if (more == 0 && filled < piece.length) {
        if (filled > 0) {
          count(piece, filled);
        }
        return;
      }
      int last = lastIndexOf(piece, filled);
      if (last < 0) {
        // Longer than a piece: it is counted as too long once, and the rest of it skipped.
        count(Arrays.copyOf(piece, LineReader.LONGEST + 1), LineReader.LONGEST + 1);
        offset += filled - (LineReader.LONGEST + 1);
        filled = 0;
        inLongLine = true;
        continue;
      }
      byte[] next = new byte[PIECE];
      System.arraycopy(piece, last + 1, next, 0, filled - last - 1);
      count(piece, last + 1);
      filled -= last + 1;
      piece = next;
    }
  }

  private static int indexOf(byte[] bytes, int length) {
    int i = 0;
    while (i < length && bytes[i] != '\n') {
      i++;
    }
    return i < length ? i : -1;
  }

  private static int lastIndexOf(byte[] bytes, int length) {
    int i = length - 1;
    while (i >= 0 && bytes[i] != '\n') {
      i--;
    }
    return i;
  }

  private void count(byte[] bytes, int length) {
    long from = offset;
    offset += length;
    try {
      Replay counter = free.take();
      while (begun.size() > counters.size() - 1) {
        begun.take().get();
      }
      begun.put(
          threads.submit(() -> {
            try {
              lines(counter, bytes, length, from);
            } finally {
              free.put(counter);
            }
            return null;
          }));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void lines(Replay counter, byte[] bytes, int length, long from) {
    int begin = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        counter.line(from + begin, bytes, begin, i - begin);
        begin = i + 1;
      }
    }
    if (begin < length) {
      counter.line(from + begin, bytes, begin, length - begin);
    }
  }

  /** Waits for all and gives the answer. */
  ReplayReport end() {
    try {
      for (Future<?> one : begun) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    counters.forEach(all::add);
    return all.report();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
