package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import java.util.List;
import java.util.Map;

/**
 * Headers that options add to what is sent on: a frontend's or a pool's option does, so one that
 * all of the other side have on both sides makes no difference.
 */
final class CompareAddedHeaders {
  private static final List<String> OPTIONS =
      List.of("option forwardfor", "option originalto", "unique-id-header");

  private CompareAddedHeaders() {}

  static void compare(
      Configuration old, Configuration now, Counterparts counterparts, SettingChanges changes) {
    for (String option : OPTIONS) {
      List<List<Setting>> ofPools =
          counterparts.pools().stream().map(pair -> pair.now().settings()).toList();
      boolean byPools =
          !ofPools.isEmpty()
              && ofPools.stream().allMatch(it -> has(it, option))
              && old.pools().stream().allMatch(it -> has(it.settings(), option));
      boolean byFrontends =
          now.frontends().stream().allMatch(it -> has(it.settings(), option))
              && old.frontends().stream().allMatch(it -> has(it.settings(), option));
      if (!byPools) {
        counterparts
            .frontends()
            .forEach(pair ->
                compare(
                    option, pair.old().settings(), pair.now().settings(), pair.subject(), changes));
      }
      if (!byFrontends) {
        counterparts
            .pools()
            .forEach(pair ->
                compare(
                    option, pair.old().settings(), pair.now().settings(), pair.subject(), changes));
      }
    }
  }

  private static boolean has(List<Setting> settings, String option) {
    Setting setting = SettingChanges.byName(settings).get(option);
    return setting != null && !setting.value().equals("off");
  }

  private static void compare(
      String option, List<Setting> old, List<Setting> now, String subject, SettingChanges changes) {
    Map<String, Setting> after = SettingChanges.byName(now);
    changes.ifDifferent(
        RuleId.DIFF_UNDECLARED_MOVE,
        subject,
        "header that is added (" + option + ")",
        text(option, old),
        text(option, now),
        SettingChanges.span(after, option));
  }

  private static String text(String option, List<Setting> settings) {
    String value = SettingChanges.value(SettingChanges.byName(settings), option);
    return has(settings, option) ? value : SettingChanges.NONE;
  }
}
