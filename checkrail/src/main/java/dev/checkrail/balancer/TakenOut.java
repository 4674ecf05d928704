package dev.checkrail.balancer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.checkrail.balancer.RunningState.Admin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Servers that a way back took out of service until the new worker serves. Written down before it
 * is said, in the folder of the versions: what a crash interrupts is undone by the next start, and
 * not taken for somebody's wish by the next way back.
 *
 * @param servers that were in service before
 */
record TakenOut(Set<ServerName> servers) {
  private static final String NAME = "taken-out";

  TakenOut {
    servers = Set.copyOf(servers);
  }

  /** What counts now; of a worker that serves no more nothing does. */
  static TakenOut in(Versions versions) throws BalancerException {
    List<String> lines =
        Disk.read(place(versions))
            .map(bytes -> new String(bytes, UTF_8).lines().toList())
            .orElse(List.of());
    return lines.isEmpty() || !lines.getFirst().equals(Raised.whose(versions))
        ? new TakenOut(Set.of())
        : new TakenOut(
            lines.stream().skip(1).map(ServerName::of).collect(Collectors.toUnmodifiableSet()));
  }

  /** Writes these down, too. */
  void note(Versions versions) throws BalancerException {
    Set<ServerName> all = new LinkedHashSet<>(in(versions).servers());
    all.addAll(servers);
    List<String> lines = new ArrayList<>(List.of(Raised.whose(versions)));
    all.forEach(server -> lines.add(server.toString()));
    Disk.putOurs(place(versions), (String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  /**
   * Puts them in service again; one that is there no more is left out.
   *
   * @return who is in service again
   * @throws BalancerException if HAProxy can't be told; then they are not forgotten
   */
  static List<ServerName> release(Driver driver, Versions versions) throws BalancerException {
    List<ServerName> back = new ArrayList<>();
    for (ServerName server : in(versions).servers()) {
      try {
        driver.admin(server, Admin.READY);
        back.add(server);
      } catch (BalancerException e) {
        if (e.kind() != BalancerException.Kind.REFUSED) {
          throw e;
        }
      }
    }
    forget(versions);
    return back;
  }

  static void forget(Versions versions) throws BalancerException {
    Disk.delete(place(versions));
  }

  private static Path place(Versions versions) {
    return versions.folder().resolve(NAME);
  }
}
