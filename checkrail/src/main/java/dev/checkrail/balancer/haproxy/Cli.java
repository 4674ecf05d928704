package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.BalancerException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One conversation with a CLI socket of HAProxy [management guide 9.3, 9.4]. In interactive mode
 * ({@code prompt}) an answer ends with an empty line and the prompt, so one connection serves many
 * commands. The connection to the master is kept until it breaks: a reload closes it, and for some
 * milliseconds nobody listens. A connection to a worker's own socket would stay with that worker
 * when it is replaced; so it is opened anew for each command.
 *
 * <p>Bytes are ISO 8859-1 as everywhere. Confined to one thread.
 */
final class Cli implements AutoCloseable {
  /** More than any map that fits into a configuration; an answer that is longer is cut off. */
  private static final int LONGEST = 256 << 20;

  /** Answers that fit into one buffer of HAProxy's are not handed on in pieces. */
  private static final int PIECE = 8 << 10;

  /** After so much silence a long answer without its prompt is given up. */
  private static final Duration STUCK = Duration.ofMillis(500);

  /** After so much silence a short one is, and a master that says nothing is asked anew. */
  private static final Duration SILENT = Duration.ofMillis(1500);

  private static final int TRIES = 2;

  /** What is said to a worker through its master, and changes nothing. */
  private static final Pattern READS = Pattern.compile("^@\\S+ show ");

  /** What is said to a master itself, and changes nothing. */
  private static final Pattern READS_MASTER = Pattern.compile("^show ");

  /** What is said to a worker through its master. */
  private static final Pattern TO_WORKER = Pattern.compile("^(@[!0-9]\\S*) (.*)");

  /** So many time-outs at most, for an answer that comes in pieces. */
  private static final int PIECES = 12;

  private static final Duration RELOADING = Duration.ofMillis(500);

  private final Path socket;
  private final Duration timeout;
  private final boolean kept;
  private @Nullable SocketChannel channel;
  private @Nullable Selector selector;

  /** Whom the master was told to ask; empty: it is asked itself. */
  private String asked = "";

  private Cli(Path socket, Duration timeout, boolean kept) {
    this.socket = socket;
    this.timeout = timeout;
    this.kept = kept;
  }

  /** A conversation with a master. */
  static Cli master(Path socket, Duration timeout) {
    return new Cli(socket, timeout, true);
  }

  /** Conversations with the worker that serves at the time of each command. */
  static Cli worker(Path socket, Duration timeout) {
    return new Cli(socket, timeout, false);
  }

  Path socket() {
    return socket;
  }

  /** Asks, and answers what came back without its closing empty line. */
  String ask(String command) throws BalancerException {
    if (command.indexOf('\n') >= 0 || command.indexOf('\r') >= 0) {
      throw new BalancerException(Kind.REFUSED, "a command is one line");
    }
    Matcher through = TO_WORKER.matcher(command);
    asked = kept && through.matches() ? through.group(1) : "";
    if (!asked.isEmpty()
        && !OpenQuestions.of(socket)
            .mayAsk(asked, WorkerReads.mayBeLong(through.group(2)), timeout)) {
      throw new BalancerException(
          Kind.TIMEOUT,
          "HAProxy did not answer on "
              + socket
              + " within "
              + timeout.toMillis()
              + " ms: questions of before wait for their answers");
    }
    if (asked.startsWith("@!")) {
      goesOn(asked.substring(2));
    }
    boolean fresh = channel == null;
    try {
      try {
        return answered(command);
      } catch (Broken e) {
        // The kept connection may have been closed since: by a reload, or by being idle. Nothing
        // was answered, and asking is the same twice; what changes something says the same again.
        if (fresh) {
          throw gone("it closed the connection without an answer", e);
        }
        return answered(command);
      }
    } catch (Broken e) {
      throw gone("it closed the connection without an answer", e);
    } finally {
      if (!kept) {
        close();
      }
    }
  }

  /**
   * Asks the worker of this process id; empty if another one takes the connection, or if it lets
   * nobody see all there.
   */
  Optional<String> askOf(long pid, String command) throws BalancerException {
    long end = System.nanoTime() + timeout.toNanos();
    try {
      // At level user "show ssl cert" is answered by "Can't allocate memory!" [seen on 2.6.12].
      if (exchange("show cli level", end, GivenUp.LATE).strip().endsWith("user")) {
        return Optional.empty();
      }
      String info = exchange("show info", end, GivenUp.LATE);
      return String.valueOf(pid).equals(Text.fields(info).get("Pid"))
          ? Optional.of(exchange(command, end, GivenUp.LATE))
          : Optional.empty();
    } catch (Broken e) {
      throw gone("it closed the connection without an answer", e);
    } catch (Stuck e) {
      throw silent();
    } finally {
      close();
    }
  }

  /**
   * Says something after which the other side closes the connection. Whether it did what it was
   * told is to be looked for, whatever it says.
   */
  void tell(String command) throws BalancerException {
    long end = System.nanoTime() + timeout.toNanos();
    asked = "";
    try {
      SocketChannel out = open(end);
      send(out, command, end);
      receive(out, end, GivenUp.SILENT);
    } catch (Broken | Stuck e) {
      // It closed the connection: that is the answer.
    } finally {
      close();
      OpenQuestions.of(socket).reloaded();
    }
  }

  /**
   * A master sometimes hands on all that a worker says and then not its prompt ({@link
   * WorkerReads}). What came is not taken for the answer, since a slow one looks the same: it is
   * asked again. So is a master that says nothing on a connection that a reload may have lost.
   */
  private String answered(String command) throws BalancerException, Broken {
    for (int tries = 1; ; tries++) {
      try {
        return exchange(command, System.nanoTime() + timeout.toNanos(), givenUp(command, tries));
      } catch (Stuck e) {
        if (tries == TRIES) {
          throw silent();
        }
      }
    }
  }

  private GivenUp givenUp(String command, int tries) {
    if (kept && READS.matcher(command).find()) {
      return GivenUp.WHOLE;
    }
    // A master that is only slow is given all its time when it is asked again.
    return kept && tries < TRIES && READS_MASTER.matcher(command).find()
        ? GivenUp.SILENT
        : GivenUp.LATE;
  }

  private String exchange(String command, long end, GivenUp givenUp)
      throws BalancerException, Broken, Stuck {
    SocketChannel out = open(end);
    send(out, command, end);
    String answer = receive(out, end, givenUp);
    return answer.endsWith("\n") ? answer.substring(0, answer.length() - 1) : answer;
  }

  private SocketChannel open(long end) throws BalancerException, Broken {
    SocketChannel open = channel;
    if (open != null) {
      return open;
    }
    long soon = Math.min(end, System.nanoTime() + RELOADING.toNanos());
    GivenUp givenUp = kept ? GivenUp.SILENT : GivenUp.LATE;
    while (true) {
      open = connect(soon);
      channel = open;
      try {
        open.configureBlocking(false);
        Selector waiting = Selector.open();
        open.register(waiting, SelectionKey.OP_READ);
        selector = waiting;
      } catch (IOException e) {
        close();
        throw unreachable(e);
      }
      try {
        send(open, "prompt", end);
        receive(open, end, givenUp);
        if (!kept) {
          // The line "stats socket" may say severity-output, which puts "[3]: " before answers.
          send(open, "set severity-output none", end);
          receive(open, end, GivenUp.LATE);
        }
        return open;
      } catch (Broken e) {
        // A master that is about to read its files anew takes the connection and drops it.
        if (System.nanoTime() > soon) {
          throw e;
        }
      } catch (Stuck e) {
        // Or it says nothing on it. If it is only slow, it has all the time that is left.
        givenUp = GivenUp.LATE;
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  /** While a master reads its files anew, its socket is there and nobody listens on it. */
  private SocketChannel connect(long end) throws BalancerException {
    while (true) {
      SocketChannel open = null;
      try {
        open = SocketChannel.open(StandardProtocolFamily.UNIX);
        open.connect(UnixDomainSocketAddress.of(socket));
        return open;
      } catch (IOException | UnsupportedOperationException e) {
        close(open);
        if (!(e instanceof ConnectException) || !isSocket() || System.nanoTime() > end) {
          throw unreachable(e);
        }
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  /**
   * A stopped worker answers nobody, and each question to it would take one of the master's ten
   * connections for good. One that is about to end may be stopped by the SIGTTOU with which a
   * reload that can't bind wants to make it pause [seen on 2.6.12]. False where that can't be seen.
   */
  private static boolean isStopped(String pid) {
    try {
      String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
      int state = stat.lastIndexOf(')') + 2;
      return state < stat.length() && Character.toUpperCase(stat.charAt(state)) == 'T';
    } catch (IOException | InvalidPathException e) {
      return false;
    }
  }

  /** Waits until a worker is not stopped. */
  private void goesOn(String pid) throws BalancerException {
    long end = System.nanoTime() + timeout.toNanos();
    while (isStopped(pid)) {
      if (System.nanoTime() > end) {
        throw new BalancerException(
            Kind.TIMEOUT,
            "HAProxy did not answer on %s within %d ms: its worker %s is stopped by a signal"
                .formatted(socket, timeout.toMillis(), pid));
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private boolean isSocket() {
    try {
      return Files.readAttributes(socket, BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      return false;
    }
  }

  private BalancerException unreachable(Exception e) {
    String message = String.valueOf(e.getMessage());
    BasicFileAttributes there;
    try {
      there = Files.readAttributes(socket, BasicFileAttributes.class);
    } catch (NoSuchFileException missing) {
      return gone("there is no such socket", e);
    } catch (AccessDeniedException hidden) {
      return new BalancerException(
          Kind.NO_RIGHTS,
          "the socket " + socket + " lies in a folder that this user may not enter",
          e);
    } catch (IOException unclear) {
      return gone(String.valueOf(unclear.getMessage()), e);
    }
    if (!there.isOther()) {
      return gone(
          there.isDirectory() ? "that is a folder, no socket" : "that is a file, no socket", e);
    }
    if (message.contains("Permission denied")) {
      return new BalancerException(
          Kind.NO_RIGHTS,
          "the socket " + socket + " may not be opened by this user; see its mode and owner",
          e);
    }
    return gone(
        e instanceof ConnectException || message.contains("refused")
            ? "nobody listens on it: HAProxy does not run"
            : message,
        e);
  }

  private BalancerException gone(String why, Exception e) {
    return new BalancerException(Kind.GONE, "HAProxy's socket " + socket + ": " + why, e);
  }

  private void send(SocketChannel out, String command, long end) throws BalancerException, Broken {
    ByteBuffer left = ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.ISO_8859_1));
    try {
      while (left.hasRemaining()) {
        if (out.write(left) == 0 && !await(SelectionKey.OP_WRITE, end - System.nanoTime())) {
          throw silent();
        }
      }
    } catch (IOException e) {
      close();
      throw new Broken(e);
    }
  }

  /** When an answer that does not end is given up before its time is over. */
  private enum GivenUp {
    /** Never. */
    LATE,
    /** If all that came looks like all that there is, but for its prompt. */
    WHOLE,
    /** Whatever came. */
    SILENT;

    /** After how many nanoseconds of silence. */
    long after(int size, byte end1, byte end2) {
      return switch (this) {
        case LATE -> Long.MAX_VALUE;
        case WHOLE ->
            end1 != '\n' || end2 != '\n'
                ? Long.MAX_VALUE
                : (size > PIECE ? STUCK : Cli.SILENT).toNanos();
        case SILENT -> Cli.SILENT.toNanos();
      };
    }
  }

  /**
   * The time-out is for silence: a large map is written in pieces, and each of them shows that it
   * works. A trickle ends, too.
   */
  private String receive(SocketChannel in, long firstEnd, GivenUp givenUp)
      throws BalancerException, Broken, Stuck {
    long end = firstEnd;
    long last = firstEnd + (PIECES - 1) * timeout.toNanos();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    byte end1 = 0;
    byte end2 = 0;
    try {
      while (true) {
        buffer.clear();
        int count = in.read(buffer);
        if (count < 0) {
          throw new IOException("end of file");
        }
        if (count == 0) {
          long stuck = givenUp.after(answer.size(), end1, end2);
          long left = end - System.nanoTime();
          if (!await(SelectionKey.OP_READ, Math.min(left, stuck))) {
            if (stuck < left) {
              leave(true);
              throw new Stuck();
            }
            throw silent();
          }
          continue;
        }
        answer.write(buffer.array(), 0, count);
        end1 = count > 1 ? buffer.array()[count - 2] : end2;
        end2 = buffer.array()[count - 1];
        end = Math.min(last, System.nanoTime() + timeout.toNanos());
        if (answer.size() > LONGEST) {
          close();
          throw new BalancerException(
              Kind.UNINTELLIGIBLE, "HAProxy answers more than " + (LONGEST >> 20) + " MiB");
        }
        // Only where the bytes pause can a prompt stand; a line of data does not begin with one.
        if (end2 == ' ') {
          String text = answer.toString(StandardCharsets.ISO_8859_1);
          int line = text.lastIndexOf('\n') + 1;
          if (isPrompt(text, line)) {
            return text.substring(0, line);
          }
        }
      }
    } catch (IOException e) {
      close();
      throw new Broken(e);
    }
  }

  /** {@code > } of a worker, {@code master> } or {@code master[ReloadFailed]> } of a master. */
  static boolean isPrompt(String text, int line) {
    String last = text.substring(line);
    return last.equals("> ") || (last.startsWith("master") && last.endsWith("> "));
  }

  /** Whether it is ready within some nanoseconds. */
  private boolean await(int what, long nanos) throws IOException {
    Selector waiting = selector;
    SocketChannel open = channel;
    if (waiting == null || open == null) {
      throw new IOException("closed");
    }
    open.keyFor(waiting).interestOps(what);
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      if (waiting.select(Math.max(1, left / 1_000_000)) > 0) {
        waiting.selectedKeys().clear();
        return true;
      }
    }
    return false;
  }

  /** Ends the conversation; one that the master can't end is kept, see {@link OpenQuestions}. */
  private void leave(boolean stuck) {
    SocketChannel open = channel;
    if (open != null && !asked.isEmpty()) {
      channel = null;
      close();
      OpenQuestions.of(socket).add(open, asked, stuck);
    } else {
      close();
    }
  }

  private BalancerException silent() {
    leave(false);
    return new BalancerException(
        Kind.TIMEOUT,
        "HAProxy did not answer on " + socket + " within " + timeout.toMillis() + " ms");
  }

  @Override
  public void close() {
    close(channel);
    channel = null;
    Selector waiting = selector;
    selector = null;
    if (waiting != null) {
      try {
        waiting.close();
      } catch (IOException e) {
        // Nothing depends on how it ends.
      }
    }
  }

  private static void close(@Nullable SocketChannel open) {
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Nothing depends on how it ends.
      }
    }
  }

  /** All came but the prompt. */
  private static final class Stuck extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** The other side closed the connection. */
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1;

    Broken(IOException cause) {
      super(cause);
    }
  }
}
