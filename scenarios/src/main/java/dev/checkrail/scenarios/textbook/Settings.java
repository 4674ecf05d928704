package dev.checkrail.scenarios.textbook;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * How often is looked, and how long is waited before anybody is told.
 *
 * @param name of this set of settings, also the address at which the pager is called
 * @param scrape and evaluation interval of Prometheus
 * @param groupWait of Alertmanager: how long a new group waits for more of its kind
 * @param groupInterval of Alertmanager: how long until a group that grew is told again
 * @param hurried an alert fires at the first evaluation that sees it, over the shortest window in
 *     which a rate can be had
 */
record Settings(
    String name, Duration scrape, Duration groupWait, Duration groupInterval, boolean hurried) {
  private static final Pattern FOR = Pattern.compile("(?m)^( *for: )\\d+[smh]$");
  private static final Pattern WINDOW = Pattern.compile("\\[[12]m]");

  /**
   * What Debian's packages come with: 15 s in {@code prometheus.yml}; 30 s, 5 min in {@code
   * alertmanager.yml}; alerts wait as published.
   */
  static final Settings TEXTBOOK =
      new Settings(
          "textbook", Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofMinutes(5), false);

  /** As quick as the same rules can be: 5 s, no waiting anywhere, rates over four scrapes. */
  static final Settings FAST =
      new Settings("fast", Duration.ofSeconds(5), Duration.ZERO, Duration.ofSeconds(5), true);

  /**
   * The rules as these settings want them; the burn rates' windows are their definition and stay.
   */
  String rules(String published) {
    if (!hurried) {
      return published;
    }
    String window = "[" + 4 * scrape.toSeconds() + "s]";
    return WINDOW.matcher(FOR.matcher(published).replaceAll("$10s")).replaceAll(window);
  }
}
