package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What Linux says of processes. */
final class Proc {
  private static final int START_TIME = 22; // of /proc/PID/stat, counted from 1
  private static final int BEHIND_NAME = 3;

  private Proc() {}

  /** When it was started, in ticks since the machine was: with the pid it names one process. */
  static Optional<Long> started(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Optional.of(Long.parseLong(fields[START_TIME - BEHIND_NAME]));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Its arguments, separated by blanks; "" if it is gone. */
  static String commandLine(long pid) {
    try {
      return new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline")),
              StandardCharsets.UTF_8)
          .replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  /** Those, other than us, whose command line names this folder. */
  static List<Long> naming(Path folder) {
    List<Long> found = new ArrayList<>();
    long us = ProcessHandle.current().pid();
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      for (Path one : all.toList()) {
        String name = String.valueOf(one.getFileName());
        if (name.matches("[0-9]{1,9}")) {
          long pid = Long.parseLong(name);
          if (pid != us
              && (commandLine(pid) + " ")
                  .matches(
                      "(?s).*" + java.util.regex.Pattern.quote(folder.toString()) + "[/ ].*")) {
            found.add(pid);
          }
        }
      }
    } catch (IOException e) {
      // Not a Linux: nothing is found.
    }
    return found;
  }

  /** Sends a signal by its name. */
  static void signal(long pid, String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      // It is gone, or there is no kill.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
