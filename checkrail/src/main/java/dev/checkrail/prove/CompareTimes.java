package dev.checkrail.prove;

import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Map;

/**
 * Time-outs as they act: one that is not set takes the value of the one that HAProxy uses in its
 * place [4.2 timeout queue, timeout tarpit, timeout http-keep-alive].
 */
final class CompareTimes {
  static final List<String> OF_CLIENTS =
      List.of(
          "timeout client",
          "timeout client-fin",
          "timeout http-request",
          "timeout http-keep-alive");
  static final List<String> OF_SERVERS =
      List.of(
          "timeout connect",
          "timeout server",
          "timeout server-fin",
          "timeout queue",
          "timeout tarpit",
          "timeout tunnel",
          "timeout check");

  private static final Map<String, String> STAND_IN =
      Map.of(
          "timeout queue", "timeout connect",
          "timeout tarpit", "timeout connect",
          "timeout http-keep-alive", "timeout http-request");

  private CompareTimes() {}

  static void compare(
      List<String> names,
      List<Setting> old,
      List<Setting> now,
      String subject,
      SettingChanges changes) {
    Map<String, Setting> before = SettingChanges.byName(old);
    Map<String, Setting> after = SettingChanges.byName(now);
    for (String name : names) {
      boolean set = before.containsKey(name) || after.containsKey(name);
      if (set) {
        changes.ifDifferent(
            RuleId.DIFF_TIMEOUT_CHANGED,
            subject,
            name,
            effective(before, name),
            effective(after, name),
            SettingChanges.span(after, name).or(() -> SettingChanges.span(before, name)));
      }
    }
  }

  private static String effective(Map<String, Setting> settings, String name) {
    Setting setting = settings.get(name);
    String standIn = STAND_IN.get(name);
    if (setting != null) {
      return setting.value().equals("0ms") ? SettingChanges.NONE : setting.value();
    }
    return standIn == null ? SettingChanges.NONE : effective(settings, standIn);
  }
}
