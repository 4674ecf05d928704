package dev.checkrail.prove;

/** Settings of frontends: time-outs towards clients, limits, response rules. */
final class CompareFrontends {
  private CompareFrontends() {}

  static void compare(Counterparts counterparts, SettingChanges changes) {
    for (Counterparts.Frontends pair : counterparts.frontends()) {
      CompareTimes.compare(
          CompareTimes.OF_CLIENTS,
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
}
