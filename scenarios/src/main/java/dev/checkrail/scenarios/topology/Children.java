package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The processes of a run. Each is written into the run's file before anything else is done with it,
 * so that somebody who comes after a kill -9 of ours knows what to end. Closing ends them in
 * reverse order. Safe for many threads.
 */
public final class Children implements AutoCloseable {
  private static final Duration IN_ORDER = Duration.ofSeconds(12);

  private final Path folder;
  private final Path file;
  private final List<Child> children = new ArrayList<>(); // guarded by this
  private boolean closed; // guarded by this

  private Children(Path folder, Path file) {
    this.folder = folder;
    this.file = file;
  }

  /**
   * One process.
   *
   * @param log its standard output and error
   */
  public record Child(String name, Process process, Path log) {
    /** What it has said. */
    public String said() {
      try {
        return Files.readString(log);
      } catch (IOException e) {
        return "";
      }
    }

    /** Its process. */
    public ProcessHandle handle() {
      return process.toHandle();
    }
  }

  /**
   * None yet.
   *
   * @param folder of the run; the command line of each process has to name it
   * @param registry where files of runs are kept
   */
  static Children in(Path folder, Path registry) throws IOException {
    Files.createDirectories(registry);
    Files.createDirectories(folder.resolve("log"));
    Path file = registry.resolve(folder.getFileName() + ".run");
    ProcessHandle us = ProcessHandle.current();
    Files.writeString(
        file, folder + "\n" + us.pid() + " " + Proc.started(us.pid()).orElse(0L) + " us\n");
    return new Children(folder, file);
  }

  Path folder() {
    return folder;
  }

  /** Starts one; what its environment needs beside ours is given. */
  public Child start(String name, List<String> command, Map<String, String> environment)
      throws IOException {
    return start(name, command, environment, folder);
  }

  synchronized Child start(
      String name, List<String> command, Map<String, String> environment, Path in)
      throws IOException {
    if (closed) {
      throw new IOException("all is being ended");
    }
    Path log = folder.resolve("log").resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return added(name, builder.start(), log);
  }

  /** Starts one whose standard output is not its log but is read by us. */
  public synchronized Child startTalking(String name, List<String> command) throws IOException {
    if (closed) {
      throw new IOException("all is being ended");
    }
    Path log = folder.resolve("log").resolve(name + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return added(name, process, log);
  }

  private synchronized Child added(String name, Process process, Path log) throws IOException {
    Files.writeString(
        file,
        process.pid() + " " + Proc.started(process.pid()).orElse(0L) + " " + name + "\n",
        StandardOpenOption.APPEND);
    Child child = new Child(name, process, log);
    children.add(child);
    return child;
  }

  /** Writes a line to a process that was started here. */
  public static void tell(Child child, String line) throws IOException {
    OutputStream in = child.process().getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  /** A process that still runs, by its name; the latest one. */
  public synchronized Optional<Child> named(String name) {
    return children.reversed().stream()
        .filter(it -> it.name().equals(name) && it.process().isAlive())
        .findFirst();
  }

  /** Ends one of them in order, if it still runs. */
  public void end(String name) {
    named(name).ifPresent(it -> end(it, IN_ORDER));
  }

  /** Ends one: SIGTERM, and -9 if it takes too long. */
  static void end(Child child, Duration within) {
    child.process().destroy();
    try {
      if (!child.process().waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        child.process().destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      child.process().destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Ends all of them in reverse order, and whatever of them is left. */
  @Override
  public void close() {
    List<Child> all;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      all = children.reversed().stream().filter(it -> it.process().isAlive()).toList();
    }
    // What is frozen could not hear.
    all.forEach(it -> Proc.signal(it.process().pid(), "CONT"));
    all.forEach(it -> end(it, IN_ORDER));
    Leftovers.sweep(folder);
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The next start finds nothing of it any more.
    }
  }
}
