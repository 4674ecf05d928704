package dev.checkrail.balancer.haproxy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.ConfigurationSet.Item;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to go to a kept version by hand, for when Checkrail is not there: shell commands that need
 * nothing but the kept files and HAProxy.
 */
public final class ManualWay {
  private ManualWay() {}

  /**
   * The commands, one a line, to be pasted into a shell of the user that owns the files.
   *
   * @param digest the version to go to
   * @param master pid of the master process, for the reload
   */
  public static List<String> to(
      Installation installation, Versions versions, String digest, long master)
      throws BalancerException {
    ConfigurationSet set =
        versions
            .load(digest)
            .orElseThrow(() ->
                new BalancerException(
                    BalancerException.Kind.REFUSED, "no version " + digest + " is kept here"));
    List<String> commands = new ArrayList<>(List.of("set -e"));
    Path objects = versions.folder().toAbsolutePath().resolve("objects");
    List<Item> items = new ArrayList<>(set.referenced());
    items.addAll(set.main());
    for (Item item : items) {
      // "cat >" keeps mode and owner of the file that is there.
      commands.add(
          item.sha256()
              .map(sha ->
                  "cat " + quote(objects.resolve(sha).toString()) + " > " + quote(item.path()))
              .orElse("rm -f " + quote(item.path())));
    }
    installation
        .marker()
        .ifPresent(marker ->
            commands.add(
                "printf 'global\\n    description checkrail-%s\\n' "
                    + digest
                    + " > "
                    + quote(marker.toString())));
    StringBuilder check = new StringBuilder(quote(installation.binary().toString()) + " -W -c");
    installation
        .configuration()
        .forEach(file -> check.append(" -f ").append(quote(file.toString())));
    StringBuilder variables = new StringBuilder();
    installation
        .environment()
        .forEach(
            (name, value) -> variables.append(name).append('=').append(quote(value)).append(' '));
    commands.add("cd " + quote(installation.workingDirectory().toString()));
    commands.add(variables.toString() + check);
    // It may have been started anew since, and its number be somebody else's.
    commands.add(
        "grep -aq '^[^ ]*%s' /proc/%d/cmdline || { echo 'the files are in place; HAProxy is not process %d any more: reload it' >&2; exit 1; }"
            .formatted(
                String.valueOf(installation.binary().getFileName())
                    .replaceAll("[^A-Za-z0-9_-]", "."),
                master,
                master));
    commands.add("kill -USR2 " + master);
    return commands;
  }

  private static String quote(String word) {
    return word.matches("[A-Za-z0-9_./:=-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
