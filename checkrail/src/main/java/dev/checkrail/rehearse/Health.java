package dev.checkrail.rehearse;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Server;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The health of the servers as HAProxy believes it, set over the admin socket: checks are stopped,
 * so that it changes only when we say so.
 */
final class Health {
  /** A line of the admin socket is bounded by tune.bufsize, which may be as small as 1 KiB. */
  private static final int AT_ONCE = 8;

  private final Running running;
  private final List<String> all;

  private Health(Running running, List<String> all) {
    this.running = running;
    this.all = List.copyOf(all);
  }

  /** Stops all checks and says that every checked server is up. */
  static Health settle(Running running, Configuration configuration) throws SandboxException {
    running.pauseChecks();
    List<String> servers = new ArrayList<>();
    for (Pool pool : configuration.pools()) {
      for (Server server : pool.servers()) {
        if (isSet(server)) {
          servers.add(pool.name() + "/" + server.name());
        }
      }
    }
    Health health = new Health(running, servers);
    health.up(servers);
    running.strays();
    return health;
  }

  /** Whether checks say how it is: a server that tracks another follows that one. */
  static boolean isSet(Server server) {
    return server.check().isPresent() && server.track().isEmpty();
  }

  /** Checks of these find them down. */
  void down(Collection<String> servers) throws SandboxException {
    set(servers, "down");
  }

  /** Checks of these find them up. */
  void up(Collection<String> servers) throws SandboxException {
    set(servers, "up");
  }

  /** Checks find all up. */
  void allUp() throws SandboxException {
    up(all);
  }

  private void set(Collection<String> servers, String state) throws SandboxException {
    List<String> list = new ArrayList<>(servers);
    for (int at = 0; at < list.size(); at += AT_ONCE) {
      running.admin(
          list.subList(at, Math.min(at + AT_ONCE, list.size())).stream()
              .map(name -> "set server " + name + " health " + state)
              .collect(Collectors.joining("; ")));
    }
  }
}
