package dev.checkrail.rehearse.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The HAProxy processes of one sandbox. Each is started behind the sandbox's wrapper (limits,
 * privileges dropped), in its folder, with no environment but the given one.
 */
final class Children {
  /** What is kept of a process's output. */
  private static final int KEPT = 64 * 1024;

  private static final long POLL_NANOS = 300_000;

  private final List<String> command;
  private final Map<Integer, Child> running = new ConcurrentHashMap<>();
  private int last;

  /** The command is the wrapper and the binary. */
  Children(List<String> command) {
    this.command = List.copyOf(command);
  }

  /** A process that has ended, or was ended because its time was over. */
  record Ended(int exit, boolean timedOut, String output) {}

  /** Runs to the end. */
  Ended run(Path folder, List<String> arguments, Map<String, String> environment, int millis)
      throws IOException {
    return launch(folder, arguments, environment).end(millis);
  }

  /**
   * Starts, and waits until the process answers on its admin socket: it then serves all its
   * listeners. Returns the number to speak of it, or how it ended.
   */
  Started start(
      Path folder,
      List<String> arguments,
      Map<String, String> environment,
      String adminSocket,
      int millis)
      throws IOException {
    if (running.values().stream().anyMatch(child -> child.process.isAlive())) {
      // Two that bind the same address would share its connections.
      throw new IOException("another HAProxy still runs in this sandbox; close it first");
    }
    Path admin = folder.resolve(adminSocket);
    Files.deleteIfExists(admin);
    Child child = launch(folder, arguments, environment, admin);
    long deadline = System.nanoTime() + millis * 1_000_000L;
    while (!child.answers()) {
      if (!child.process.isAlive()) {
        return new Started(0, child.end(1_000));
      }
      if (System.nanoTime() > deadline) {
        Ended ended = child.end(0);
        return new Started(0, new Ended(ended.exit, true, ended.output));
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    running.put(++last, child);
    return new Started(last, new Ended(0, false, child.output()));
  }

  /** A number of a running process, or 0 and how it ended. */
  record Started(int number, Ended ended) {}

  /** Sends lines to the admin socket, and reads the reply until HAProxy closes it. */
  String admin(int number, String line) throws IOException {
    return child(number).admin(line);
  }

  /** Whether it still runs, and its output so far. */
  Ended look(int number) throws IOException {
    Child child = child(number);
    boolean alive = child.process.isAlive();
    return new Ended(alive ? -1 : child.process.exitValue(), false, child.output());
  }

  /** Ends the process at once; returns how it had ended if it had already. */
  Ended stop(int number) throws IOException {
    Ended ended = child(number).end(0);
    running.remove(number);
    return ended;
  }

  /** The process of this number. */
  long pid(int number) throws IOException {
    return child(number).process.pid();
  }

  /** The numbers of all that run. */
  List<Integer> numbers() {
    return running.entrySet().stream()
        .filter(one -> one.getValue().process.isAlive())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Ends all, without waiting. */
  void killAll() {
    running.values().forEach(child -> child.process.destroyForcibly());
  }

  private Child child(int number) throws IOException {
    Child child = running.get(number);
    if (child == null) {
      throw new IOException("no process " + number + " runs here");
    }
    return child;
  }

  private Child launch(Path folder, List<String> arguments, Map<String, String> environment)
      throws IOException {
    return launch(folder, arguments, environment, folder);
  }

  private Child launch(
      Path folder, List<String> arguments, Map<String, String> environment, Path admin)
      throws IOException {
    List<String> line = new ArrayList<>(command);
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return new Child(builder.start(), admin);
  }

  private static final class Child {
    final Process process;
    private final Path admin;
    private final StringBuilder output = new StringBuilder();
    private final Thread pump;

    Child(Process process, Path admin) {
      this.process = process;
      this.admin = admin;
      this.pump = Thread.ofPlatform().daemon().name("output").start(this::pump);
    }

    /** Always reads on, so that the process never waits for us; keeps only the beginning. */
    private void pump() {
      byte[] bytes = new byte[8 * 1024];
      try (InputStream in = process.getInputStream()) {
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
          synchronized (output) {
            int kept = Math.min(count, KEPT - output.length());
            output.append(new String(bytes, 0, Math.max(0, kept), StandardCharsets.ISO_8859_1));
          }
        }
      } catch (IOException e) {
        // The process is gone.
      }
    }

    String output() {
      synchronized (output) {
        return output.toString();
      }
    }

    boolean answers() {
      if (!Files.exists(admin)) {
        return false;
      }
      try {
        return !admin("show version").isEmpty();
      } catch (IOException e) {
        return false;
      }
    }

    String admin(String line) throws IOException {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(admin))) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        InputStream reply = Channels.newInputStream(channel);
        return new String(reply.readNBytes(8 * 1024 * 1024), StandardCharsets.ISO_8859_1);
      }
    }

    Ended end(int millis) throws IOException {
      try {
        boolean ended = millis > 0 && process.waitFor(millis, TimeUnit.MILLISECONDS);
        boolean alive = !ended && process.isAlive();
        if (alive) {
          process.destroyForcibly();
        }
        int exit = process.waitFor();
        pump.join(1_000);
        return new Ended(exit, alive, output());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }
}
