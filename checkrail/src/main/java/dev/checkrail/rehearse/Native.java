package dev.checkrail.rehearse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** HAProxy's own judgement of a configuration: {@code haproxy -W -c -dr}, in the sandbox. */
public final class Native {
  private Native() {}

  /**
   * What HAProxy said.
   *
   * @param accepted exit 0, or 2 (valid, but nothing listens), in time
   * @param exit the exit status
   * @param timedOut whether it had to be ended
   * @param text its output, at most 64 KiB
   */
  public record Verdict(boolean accepted, int exit, boolean timedOut, String text) {}

  /**
   * Checks files of a folder of the sandbox. Lua would be loaded and run by HAProxy even for a
   * check: the caller has taken such lines out of the copy.
   *
   * @param folder made by {@link Sandbox#newFolder()}; HAProxy's working directory
   * @param files as they are given to {@code -f}, in order, relative to the folder
   * @param environment all that HAProxy sees
   * @param time after which it is ended
   */
  public static Verdict check(
      Sandbox sandbox,
      Path folder,
      List<String> files,
      Map<String, String> environment,
      Duration time)
      throws SandboxException {
    List<String> arguments = new ArrayList<>(List.of("-W", "-c", "-dr"));
    for (String file : files) {
      arguments.add("-f");
      arguments.add(file);
    }
    return sandbox.run(folder, arguments, environment, time);
  }
}
