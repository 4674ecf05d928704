package dev.checkrail.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a program is started that refuses to run as root. Not root: as it is. Root: in a user
 * namespace of its own in which nobody is root and which has no capabilities; the files stay root's
 * on the disk. Where the machine forbids that (some containers), as the user {@code nobody}, to
 * whom the data folder is given.
 *
 * @param words what is put in front of a command line
 * @param owner to whom its files have to be given, as {@code user:group}; empty: they are ours
 */
record Unprivileged(List<String> words, String owner) {
  /** Files that an earlier start gave to {@code nobody} are root's again. */
  static final Unprivileged NAMESPACE = new Unprivileged(List.of("unshare", "-U"), "root:root");

  static final Unprivileged NOBODY =
      new Unprivileged(
          List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"),
          "nobody:nogroup");

  private static final Unprivileged AS_IT_IS = new Unprivileged(List.of(), "");

  Unprivileged {
    words = List.copyOf(words);
  }

  static Unprivileged here() throws IOException, InterruptedException {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (!Integer.valueOf(0).equals(uid)) {
      return AS_IT_IS;
    }
    for (Unprivileged way : List.of(NAMESPACE, NOBODY)) {
      if (way.works()) {
        return way;
      }
    }
    throw new IOException(
        "PostgreSQL does not run as root, and neither unshare -U nor setpriv works here; start"
            + " Checkrail as another user, or name a database with --database-url");
  }

  boolean works() throws InterruptedException {
    return works(command(List.of("true")).toArray(String[]::new));
  }

  /** Whether a file or folder can be got at by whom programs run as here: all on its way, too. */
  boolean reaches(Path path) throws InterruptedException {
    return works(command(List.of("test", "-x", path.toString())).toArray(String[]::new));
  }

  List<String> command(List<String> command) {
    return join(words, command);
  }

  /** Gives a folder and all in it to the user as whom the program will run. */
  void give(Path folder) throws IOException, InterruptedException {
    if (!owner.isEmpty() && !works("chown", "-R", owner, folder.toString())) {
      throw new IOException(folder + " could not be given to " + owner);
    }
  }

  private static List<String> join(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }

  private static boolean works(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
