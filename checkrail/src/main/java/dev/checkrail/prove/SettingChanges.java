package dev.checkrail.prove;

import dev.checkrail.model.Setting;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings found to differ, in order of discovery. Confined to one comparison. */
final class SettingChanges {
  static final String NONE = "";

  private final List<SettingChange> list = new ArrayList<>();

  void add(RuleId rule, String subject, String what, String from, String to, Optional<Span> span) {
    list.add(new SettingChange(rule, subject, what, from, to, span));
  }

  void add(RuleId rule, String subject, String what, String from, String to, Span span) {
    add(rule, subject, what, from, to, Optional.of(span));
  }

  /** Adds the change if the two texts differ. */
  void ifDifferent(
      RuleId rule, String subject, String what, String from, String to, Optional<Span> span) {
    if (!from.equals(to)) {
      add(rule, subject, what, from, to, span);
    }
  }

  List<SettingChange> list() {
    return List.copyOf(list);
  }

  /** Settings by name; the last one of a name wins, as in the file. */
  static Map<String, Setting> byName(List<Setting> settings) {
    Map<String, Setting> byName = new HashMap<>();
    settings.forEach(setting -> byName.put(setting.name(), setting));
    return byName;
  }

  /** The value, empty if it is not set. */
  static String value(Map<String, Setting> settings, String name) {
    Setting setting = settings.get(name);
    return setting == null ? NONE : setting.value().isEmpty() ? "on" : setting.value();
  }

  static Optional<Span> span(Map<String, Setting> settings, String name) {
    return Optional.ofNullable(settings.get(name)).map(Setting::span);
  }

  /** Name and value of each, for comparison as text. */
  static List<String> lines(List<Setting> settings) {
    return settings.stream()
        .map(setting -> (setting.name() + " " + setting.value()).strip())
        .toList();
  }
}
