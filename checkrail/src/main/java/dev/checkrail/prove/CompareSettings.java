package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import java.util.List;

/**
 * Compares what routing does not depend on: health checks, retries, time-outs, limits, the balance
 * method, persistence, backups, TLS, listeners, files, response rules. Both models hold effective
 * values, so a setting that moves between a section and its defaults is no change, and values of
 * equal meaning ({@code 5s}, {@code 5000}) are equal.
 *
 * <p>Things are compared with their counterparts: listeners are paired by address and port, pools
 * by name, else by equal server addresses, servers by address and port within paired pools, else by
 * name, frontends through their listeners, files by path, else by place of use. What has no
 * counterpart has no setting to compare; that requests went elsewhere is for the comparison of
 * regions to say.
 *
 * <p>Linear in the number of listeners, servers and settings.
 */
final class CompareSettings {
  private CompareSettings() {}

  /** All settings of {@code candidate} that differ from those of {@code old}, in a fixed order. */
  static List<SettingChange> compare(Configuration old, Configuration candidate) {
    SettingChanges changes = new SettingChanges();
    Counterparts counterparts = Counterparts.of(old, candidate);
    CompareListeners.compare(counterparts, changes);
    CompareFrontends.compare(counterparts, changes);
    CompareAddedHeaders.compare(old, candidate, counterparts, changes);
    ComparePools.compare(counterparts, changes);
    CompareServers.compare(counterparts, changes);
    CompareLimits.ofProcess(old.settings(), candidate.settings(), changes);
    CompareFiles.compare(old, candidate, changes);
    return changes.list();
  }
}
