package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import java.util.List;

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
      for (Counterparts.Frontends pair : counterparts.frontends()) {
        compare(
            option,
            text(option, pair.old().settings(), ofPools(old)),
            text(option, pair.now().settings(), ofPools(now)),
            pair.now().settings(),
            pair.subject(),
            changes);
      }
      for (Counterparts.Pools pair : counterparts.pools()) {
        compare(
            option,
            text(option, pair.old().settings(), ofFrontends(old)),
            text(option, pair.now().settings(), ofFrontends(now)),
            pair.now().settings(),
            pair.subject(),
            changes);
      }
    }
  }

  private static List<List<Setting>> ofPools(Configuration configuration) {
    return configuration.pools().stream().map(Pool::settings).toList();
  }

  private static List<List<Setting>> ofFrontends(Configuration configuration) {
    return configuration.frontends().stream().map(Frontend::settings).toList();
  }

  private static boolean has(List<Setting> settings, String option) {
    Setting setting = SettingChanges.byName(settings).get(option);
    return setting != null && !setting.value().equals("off");
  }

  private static void compare(
      String option,
      String old,
      String now,
      List<Setting> settings,
      String subject,
      SettingChanges changes) {
    changes.ifDifferent(
        RuleId.DIFF_UNDECLARED_MOVE,
        subject,
        "header that is added (" + option + ")",
        old,
        now,
        SettingChanges.span(SettingChanges.byName(settings), option));
  }

  /** What holds in a section: its own, else what all sections of the other kind say. */
  private static String text(String option, List<Setting> own, List<List<Setting>> others) {
    if (has(own, option)) {
      return SettingChanges.value(SettingChanges.byName(own), option);
    }
    List<String> said =
        others.stream()
            .map(it ->
                has(it, option)
                    ? SettingChanges.value(SettingChanges.byName(it), option)
                    : SettingChanges.NONE)
            .distinct()
            .toList();
    return said.size() == 1 ? said.getFirst() : SettingChanges.NONE;
  }
}
