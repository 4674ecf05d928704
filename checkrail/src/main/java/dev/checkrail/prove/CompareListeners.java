package dev.checkrail.prove;

import dev.checkrail.model.Listener;
import dev.checkrail.model.Setting;
import dev.checkrail.prove.Counterparts.Bound;
import dev.checkrail.report.RuleId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Listeners that are gone or no longer speak what their clients speak, and their TLS. */
final class CompareListeners {
  private CompareListeners() {}

  static void compare(Counterparts counterparts, SettingChanges changes) {
    Set<String> oldListens = Counterparts.listenNames(counterparts.old());
    Set<String> listens = Counterparts.listenNames(counterparts.candidate());
    for (Counterparts.Listeners pair : counterparts.listeners()) {
      if (pair.now().isEmpty()) {
        String section = Counterparts.subject("frontend", pair.oldFrontend().name(), oldListens);
        changes.add(
            RuleId.DIFF_LISTENER_GONE,
            section + " / bind " + pair.old().key(),
            "listener",
            pair.old().key(),
            SettingChanges.NONE,
            pair.old().span());
      } else {
        Bound now = pair.now().get();
        String section = Counterparts.subject("frontend", now.frontend().name(), listens);
        compare(
            pair.old(),
            now.listener(),
            section + " / bind " + now.listener().key(),
            counterparts,
            changes);
      }
    }
  }

  private static void compare(
      Listener old, Listener now, String subject, Counterparts all, SettingChanges changes) {
    if (old.acceptProxy() != now.acceptProxy()) {
      changes.add(
          RuleId.DIFF_LISTENER_GONE,
          subject,
          "PROXY header that clients have to send",
          old.acceptProxy() ? "expected" : SettingChanges.NONE,
          now.acceptProxy() ? "expected" : SettingChanges.NONE,
          now.span());
    }
    for (String name : new String[] {"interface", "namespace"}) {
      String from = SettingChanges.value(SettingChanges.byName(old.options()), name);
      String to = SettingChanges.value(SettingChanges.byName(now.options()), name);
      if (!from.equals(to) && !to.equals(SettingChanges.NONE)) {
        changes.add(RuleId.DIFF_LISTENER_GONE, subject, name, from, to, now.span());
      }
    }
    CompareLimits.of(old.options(), now.options(), subject, changes);
    tls(old, now, subject, all, changes);
  }

  private static void tls(
      Listener old, Listener now, String subject, Counterparts all, SettingChanges changes) {
    if (old.tls() != now.tls()) {
      changes.add(
          RuleId.DIFF_TLS_CHANGED,
          subject,
          "TLS",
          old.tls() ? "on" : "off",
          now.tls() ? "on" : "off",
          now.span());
      return;
    }
    if (!now.tls()) {
      return;
    }
    compareTexts(
        EffectiveTls.ofListener(old, all.old().settings()),
        EffectiveTls.ofListener(now, all.candidate().settings()),
        RuleId.DIFF_TLS_CHANGED,
        subject,
        now,
        changes);
  }

  private static void compareTexts(
      Map<String, String> before,
      Map<String, String> after,
      RuleId rule,
      String subject,
      Listener now,
      SettingChanges changes) {
    Map<String, Setting> options = SettingChanges.byName(now.options());
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      changes.ifDifferent(
          rule,
          subject,
          name,
          before.getOrDefault(name, SettingChanges.NONE),
          after.getOrDefault(name, SettingChanges.NONE),
          SettingChanges.span(options, name).or(() -> Optional.of(now.span())));
    }
  }
}
