package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a run left that was ended by kill -9: its processes are ended and its folder is deleted. A
 * process is ours only if its number, the moment of its start and the run's own folder in its
 * command line all fit: numbers are given out again.
 */
public final class Leftovers {
  private static final Duration TERM_WITHIN = Duration.ofSeconds(5);

  private Leftovers() {}

  /** Another run is under way on this machine. */
  public static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    Busy(String message) {
      super(message);
    }
  }

  /**
   * Ends what is left of earlier runs.
   *
   * @param registry where files of runs are kept
   * @throws Busy if one is not left over but runs
   */
  public static void end(Path registry, PrintStream out) throws IOException {
    if (!Files.isDirectory(registry)) {
      return;
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(registry)) {
      files = all.filter(it -> it.toString().endsWith(".run")).sorted().toList();
    }
    for (Path file : files) {
      endRun(file, out);
    }
  }

  private static void endRun(Path file, PrintStream out) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 2) {
      Files.delete(file); // ended before it had done anything
      return;
    }
    Path folder = Path.of(lines.getFirst());
    String[] owner = lines.get(1).split(" ", 3);
    if (Proc.started(Long.parseLong(owner[0]))
        .map(it -> it.toString().equals(owner[1]))
        .orElse(false)) {
      throw new Busy("another run is under way (process " + owner[0] + ", in " + folder + ")");
    }
    int ended = 0;
    for (String line : lines.subList(2, lines.size()).reversed()) {
      String[] words = line.split(" ", 3);
      if (words.length < 3 || !words[0].matches("[0-9]{1,9}")) {
        continue; // half a line
      }
      long pid = Long.parseLong(words[0]);
      boolean ours =
          Proc.started(pid).map(it -> it.toString().equals(words[1])).orElse(false)
              && Proc.commandLine(pid).contains(folder.toString());
      if (ours) {
        Proc.signal(pid, "CONT");
        end(List.of(pid));
        ended++;
      }
    }
    ended += sweep(folder);
    if (folder.getFileName() != null
        && folder.getFileName().toString().startsWith(Topology.PREFIX)) {
      Folders.delete(folder);
    }
    Files.delete(file);
    out.println(
        "Setting up: an earlier run had been killed; "
            + ended
            + " of its processes ended, "
            + folder
            + " deleted");
  }

  /**
   * Ends whatever names this folder: workers of a load balancer and databases, which are no
   * children of ours. The folder's name is drawn for one run, so nobody else's process has it.
   */
  static int sweep(Path folder) {
    List<Long> found = Proc.naming(folder);
    end(found);
    return found.size();
  }

  private static void end(List<Long> pids) {
    List<ProcessHandle> handles = new ArrayList<>();
    for (long pid : pids) {
      ProcessHandle.of(pid).ifPresent(handles::add);
    }
    handles.forEach(ProcessHandle::destroy);
    long until = System.nanoTime() + TERM_WITHIN.toNanos();
    while (handles.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() - until < 0) {
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
    handles.stream().filter(ProcessHandle::isAlive).forEach(ProcessHandle::destroyForcibly);
  }
}
