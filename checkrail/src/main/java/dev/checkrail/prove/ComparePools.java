package dev.checkrail.prove;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Pool.Persistence;
import dev.checkrail.model.Server;
import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Settings of pools; those of their servers are for {@link CompareServers}. */
final class ComparePools {
  private static final List<String> WITH_METHOD = List.of("hash-type", "hash-balance-factor");

  private ComparePools() {}

  static void compare(Counterparts counterparts, SettingChanges changes) {
    for (Counterparts.Pools pair : counterparts.pools()) {
      renamed(pair, changes);
      CompareRetry.compare(pair, changes);
      balance(pair, changes);
      persistence(pair, changes);
      backups(pair, changes);
      check(pair, changes);
      CompareTimes.compare(
          CompareTimes.OF_SERVERS,
          pair.old().settings(),
          pair.now().settings(),
          pair.subject(),
          changes);
      CompareLimits.of(pair.old().settings(), pair.now().settings(), pair.subject(), changes);
      CompareRates.compare(pair.old().rules(), pair.now().rules(), pair.subject(), changes);
      CompareResponses.compare(
          pair.old().responseRules(), pair.now().responseRules(), pair.subject(), changes);
    }
  }

  private static void renamed(Counterparts.Pools pair, SettingChanges changes) {
    if (!pair.old().name().equals(pair.now().name())) {
      changes.add(
          RuleId.DIFF_POOL_RENAMED,
          pair.subject(),
          "name of the pool",
          pair.old().name(),
          pair.now().name(),
          pair.now().span());
    }
  }

  private static void balance(Counterparts.Pools pair, SettingChanges changes) {
    Pool old = pair.old();
    Pool now = pair.now();
    changes.ifDifferent(
        RuleId.DIFF_BALANCE_CHANGED,
        pair.subject(),
        "balance",
        method(old),
        method(now),
        Optional.of(now.balance().span()));
    if (now.balance().keyed() && old.balance().keyed()) {
      Map<String, Setting> before = SettingChanges.byName(old.settings());
      Map<String, Setting> after = SettingChanges.byName(now.settings());
      for (String name : WITH_METHOD) {
        changes.ifDifferent(
            RuleId.DIFF_BALANCE_CHANGED,
            pair.subject(),
            name,
            SettingChanges.value(before, name),
            SettingChanges.value(after, name),
            SettingChanges.span(after, name));
      }
    }
  }

  private static String method(Pool pool) {
    String text = pool.balance().text().strip();
    String arguments = text.startsWith("balance ") ? text.substring(8).strip() : text;
    return arguments.isEmpty() ? pool.balance().algorithm() : arguments;
  }

  private static void persistence(Counterparts.Pools pair, SettingChanges changes) {
    changes.ifDifferent(
        RuleId.DIFF_PERSISTENCE_CHANGED,
        pair.subject(),
        "persistence",
        pair.old().persistence().map(Persistence::text).orElse(SettingChanges.NONE),
        pair.now().persistence().map(Persistence::text).orElse(SettingChanges.NONE),
        pair.now().persistence().or(() -> pair.old().persistence()).map(Persistence::span));
  }

  private static void backups(Counterparts.Pools pair, SettingChanges changes) {
    changes.ifDifferent(
        RuleId.DIFF_BACKUP_CHANGED,
        pair.subject(),
        "backup servers",
        backups(pair.old()),
        backups(pair.now()),
        pair.now().servers().stream()
            .filter(Server::backup)
            .findFirst()
            .map(Server::span)
            .or(() -> Optional.of(pair.now().span())));
    boolean several = pair.now().servers().stream().filter(Server::backup).count() > 1;
    if (several && pair.old().allBackups() != pair.now().allBackups()) {
      changes.add(
          RuleId.DIFF_BACKUP_CHANGED,
          pair.subject(),
          "backup servers that are used at a time",
          pair.old().allBackups() ? "all" : "the first usable one",
          pair.now().allBackups() ? "all" : "the first usable one",
          SettingChanges.span(SettingChanges.byName(pair.now().settings()), "option allbackups"));
    }
  }

  /** Those that would be used; in order, since the first usable one is taken. */
  private static String backups(Pool pool) {
    List<String> keys =
        pool.servers().stream()
            .filter(server -> server.backup() && !server.disabled() && server.weight() > 0)
            .map(Server::key)
            .toList();
    if (keys.isEmpty()) {
      return SettingChanges.NONE;
    }
    return pool.allBackups()
        ? String.join(" ", new TreeSet<>(keys))
        : keys.stream().collect(Collectors.joining(" "));
  }

  /** What all servers of the pool are asked; whether one is asked at all is its own setting. */
  private static void check(Counterparts.Pools pair, SettingChanges changes) {
    boolean checked = pair.now().servers().stream().anyMatch(server -> server.check().isPresent());
    List<Setting> steps = pair.now().healthCheck().steps();
    if (checked) {
      changes.ifDifferent(
          RuleId.DIFF_CHECK_CHANGED,
          pair.subject(),
          "what the health check asks",
          asked(pair.old()),
          asked(pair.now()),
          Optional.of(steps.isEmpty() ? pair.now().healthCheck().span() : steps.getFirst().span()));
    }
  }

  private static String asked(Pool pool) {
    List<String> steps = SettingChanges.lines(pool.healthCheck().steps());
    return switch (pool.healthCheck().kind()) {
      case NONE -> "a connection only";
      case HTTP, TCP_SCRIPT, OTHER -> String.join("; ", steps);
    };
  }
}
