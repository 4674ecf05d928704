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
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Questions to workers that their master did not answer in time. A master takes ten connections,
 * and one that waits for a worker is none the less taken when we close it: who asks a worker that
 * hangs again and again soon can't order a reload any more, when it is needed most. So such a
 * connection is kept until its answer is there, and so long nobody asks that worker anything else.
 *
 * <p>After ten seconds of silence a master closes its half of such a connection and counts it on
 * for as long as the worker neither answers nor ends [seen on 2.6.12]. Such a question is lost: it
 * counts until the worker is gone, ten minutes at most, and of one worker two may be lost.
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

  /** Of one worker, closed by the master without an answer. */
  private static final int MOST_LOST = 2;

  /** Of the master's ten; the others are for what it is asked itself. */
  private static final int MOST = 7;

  private static final Duration LOST_FOR = Duration.ofMinutes(10);

  private final List<Question> open = new ArrayList<>();

  private OpenQuestions() {}

  static OpenQuestions of(Path socket) {
    return ALL.computeIfAbsent(socket, it -> new OpenQuestions());
  }

  private static final class Question {
    final SocketChannel channel;
    String worker;
    final boolean stuck;
    String end = "";
    OptionalLong lostAt = OptionalLong.empty();

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
    if (open.size() >= MOST) {
      return false;
    }
    int silent = 0;
    int stuck = 0;
    int lost = 0;
    for (Question question : open) {
      if (question.stuck) {
        stuck++;
      } else if (question.lostAt.isPresent()) {
        lost += question.worker.equals(worker) ? 1 : 0;
      } else if (question.worker.equals(worker)) {
        return false;
      } else {
        silent++;
      }
    }
    return lost < MOST_LOST
        && (silent < MOST_SILENT || worker.equals("@1"))
        && (stuck < MOST_STUCK || !mayBeLong);
  }

  /** Another worker is the first one now. */
  synchronized void reloaded() {
    open.forEach(question -> {
      if (question.worker.equals("@1")) {
        question.worker = "";
      }
    });
  }

  /** Whether its answer came; then it is closed. Or whether what was lost is not held any more. */
  private static boolean ended(Question question) {
    if (question.lostAt.isPresent()) {
      return System.nanoTime() - question.lostAt.getAsLong() > LOST_FOR.toNanos()
          || isGone(question.worker);
    }
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
      if (count == 0) {
        return true;
      }
    } catch (IOException e) {
      // The master is gone, or closed it: that looks the same.
    }
    question.lostAt = OptionalLong.of(System.nanoTime());
    return isGone(question.worker);
  }

  /** Also if processes of HAProxy can't be seen from here. */
  private static boolean isGone(String worker) {
    return worker.startsWith("@!")
        && ProcessHandle.of(Long.parseLong(worker.substring(2))).isEmpty();
  }
}
