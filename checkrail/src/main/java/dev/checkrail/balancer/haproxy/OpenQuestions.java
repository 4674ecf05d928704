package dev.checkrail.balancer.haproxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Questions to workers that their master did not answer in time. A master takes ten connections,
 * and one that waits for a worker is none the less taken when we close it: who asks a worker that
 * hangs again and again soon can't order a reload any more, when it is needed most. So such a
 * connection is kept until its answer is there or the master closed it, and so long nobody asks
 * that worker anything else.
 *
 * <p>One for each master socket, for all who speak to it from here; safe for threads.
 */
final class OpenQuestions {
  private static final Map<Path, OpenQuestions> ALL = new ConcurrentHashMap<>();

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

  /** Of workers, old ones included; the one that serves is always asked. */
  private static final int MOST_SILENT = 3;

  /** Of answers that came without the master's prompt. */
  private static final int MOST_STUCK = 2;

  private final List<Question> open = new ArrayList<>();

  private OpenQuestions() {}

  static OpenQuestions of(Path socket) {
    return ALL.computeIfAbsent(socket, it -> new OpenQuestions());
  }

  private static final class Question {
    final SocketChannel channel;
    final String worker;
    final boolean stuck;
    String end = "";

    Question(SocketChannel channel, String worker, boolean stuck) {
      this.channel = channel;
      this.worker = worker;
      this.stuck = stuck;
    }
  }

  /**
   * Keeps a connection.
   *
   * @param worker as the question named it, {@code @1} or {@code @!PID}
   * @param stuck whether all came but the prompt
   */
  synchronized void add(SocketChannel channel, String worker, boolean stuck) {
    open.add(new Question(channel, worker, stuck));
  }

  /** Waits until this worker may be asked; whether it may. */
  boolean mayAsk(String worker, boolean mayBeLong, Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    while (!free(worker, mayBeLong)) {
      if (System.nanoTime() > end) {
        return false;
      }
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
    return true;
  }

  private synchronized boolean free(String worker, boolean mayBeLong) {
    open.removeIf(OpenQuestions::ended);
    int silent = 0;
    int stuck = 0;
    for (Question question : open) {
      if (question.stuck) {
        stuck++;
      } else if (question.worker.equals(worker)) {
        return false;
      } else {
        silent++;
      }
    }
    return (silent < MOST_SILENT || worker.equals("@1")) && (stuck < MOST_STUCK || !mayBeLong);
  }

  /** Whether its answer came, or its end; then it is closed. */
  private static boolean ended(Question question) {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
    try {
      int count;
      while ((count = question.channel.read(buffer.clear())) > 0) {
        String more = new String(buffer.array(), 0, count, StandardCharsets.ISO_8859_1);
        String all = question.end + more;
        question.end = all.substring(Math.max(0, all.length() - 64));
      }
      int line = question.end.lastIndexOf('\n') + 1;
      if (count == 0 && !Cli.isPrompt(question.end, line)) {
        return false;
      }
      question.channel.close();
    } catch (IOException e) {
      // It is gone.
    }
    return true;
  }

  /** For tests: how many are open. */
  synchronized int count() {
    open.removeIf(OpenQuestions::ended);
    return open.size();
  }
}
