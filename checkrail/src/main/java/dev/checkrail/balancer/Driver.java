package dev.checkrail.balancer;

import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Configuration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One running load balancer: how its files are found and understood, how it is asked and told.
 * Knows nothing of versions, approvals or journals. Each call is bounded by a time-out of a few
 * seconds and throws {@link BalancerException} with its kind. Confined to one thread.
 *
 * <p>What an implementation must hold to is the abstract test class {@code DriverConformance}.
 */
public interface Driver extends AutoCloseable {
  // --- files

  /** All files that a reload would load now. */
  ConfigurationSet onDisk() throws BalancerException;

  /**
   * Whether the files look as they did when {@link #onDisk} last read them: by names, sizes, times
   * and inodes; no byte is read. False also if they were never read, or were written so shortly
   * before that their times would not tell a later write.
   */
  boolean sameOnDisk();

  /** Files that the configuration names and this user can't read: neither seen nor switched. */
  List<String> unseen();

  /** A candidate's files at the places where the load balancer would read them. */
  ConfigurationSet placed(Candidate candidate) throws BalancerException;

  /** What files mean. */
  Configuration meaning(ConfigurationSet set);

  /**
   * The file by which a worker says which version it was started with: one that the load balancer
   * reads and that no configuration set holds. Empty if there is none; then truth is told by files
   * and processes alone.
   */
  Optional<Path> marker();

  /** What the marker says for a version. */
  String markerText(String digest);

  /** Asks the load balancer's own check about files that are not in place, copied to a folder. */
  NativeAnswer check(ConfigurationSet set, Path scratch)
      throws BalancerException, InterruptedException;

  /** Asks it about what is in place, with the very arguments of the next reload. */
  NativeAnswer checkInPlace() throws BalancerException, InterruptedException;

  // --- processes

  /** Who runs. */
  Processes processes() throws BalancerException;

  /**
   * The files that the serving worker was started with, in words for people, if they are not those
   * at {@link #onDisk}'s places. Empty also if it can't be told.
   */
  default Optional<String> startedElsewhere() {
    return Optional.empty();
  }

  /**
   * Orders a reload and returns; whether it succeeded is read from {@link #processes}. A failed one
   * leaves the current worker as it is.
   */
  void reload() throws BalancerException;

  /**
   * After a reload that failed: why, in words for people. In its own words if it can be asked or
   * read, else what was found by trying; where neither helps, where to look.
   *
   * @param before files that it serves
   * @param after files that it would not load
   */
  String whyNotLoaded(ConfigurationSet before, ConfigurationSet after);

  // --- what the current worker holds

  /** Servers, maps, lists and certificates in memory. */
  RunningState running() throws BalancerException;

  /**
   * What a worker that is freshly started with these files holds, as far as the files tell: an
   * address that they don't tell is empty, a weight that they don't tell is -1, a map that their
   * own rules change is left out.
   */
  RunningState expected(ConfigurationSet set);

  /** The files with what was changed in memory written into them; empty if it can't be written. */
  Optional<ConfigurationSet> carried(ConfigurationSet set, Deviation deviation);

  /** Counters and states of listeners, pools and servers. */
  List<RunningState.Statistics> statistics() throws BalancerException;

  /**
   * Who runs, with counters and states: all that is asked each second, over a connection that is
   * kept. Counters and states are those of one worker each, also while a reload goes on. Asks old
   * workers that once did not answer only now and then.
   */
  Pulse pulse() throws BalancerException;

  /** Tells a server to be ready, to drain or to stop. */
  void admin(ServerName server, RunningState.Admin admin) throws BalancerException;

  /** Sets a server's weight until the next reload. */
  void weight(ServerName server, int weight) throws BalancerException;

  /** Ends all sessions that a server holds in the current worker; returns when that is ordered. */
  void cut(ServerName server) throws BalancerException;

  /** Sets a limit or a switch until the next reload. */
  void value(RunningState.Value value) throws BalancerException;

  /**
   * Makes the entries of a map or list in memory these; patterns of the configuration are found by
   * their place.
   */
  void entries(RunningState.Table table) throws BalancerException;

  // --- over a reload

  /** Whether servers' states survive a reload by a file that {@link #saveState} writes. */
  boolean keepsState(ConfigurationSet set);

  /**
   * Writes the servers' states where the next worker reads them; an old file there would bring back
   * states of long ago.
   *
   * @param without servers that begin with what the files say
   */
  void saveState(ConfigurationSet set, Set<ServerName> without) throws BalancerException;

  /**
   * Empties that file: the next reload that somebody else orders, or the next start, must not bring
   * back what servers were told before our last one. Nothing if there is none.
   */
  void forgetState(ConfigurationSet set) throws BalancerException;

  /** Runs a command of the load balancer's own and answers its text; for people. */
  String raw(String command) throws BalancerException;

  @Override
  void close();
}
