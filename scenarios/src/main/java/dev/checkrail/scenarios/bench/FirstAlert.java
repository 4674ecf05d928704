package dev.checkrail.scenarios.bench;

import java.util.Map;

/** What somebody would say who takes the alert that fired first at its word. */
final class FirstAlert {
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("contract/live", "lb-change"),
          Map.entry("lb/drift", "lb-change"),
          Map.entry("server/share", "lb-change"),
          Map.entry("lb/old-workers", "lb-runtime"),
          Map.entry("lb/outside-probe", "lb-runtime"),
          Map.entry("pool/floor", "backend"),
          Map.entry("pool/saturated", "surge"),
          Map.entry("route/retries", "surge"),
          Map.entry("route/traffic-drop", "network"),
          Map.entry("listener/handshakes", "network"),
          Map.entry("route/answers", "merchant"),
          Map.entry("watch/blind", "observer"));

  private FirstAlert() {}

  /**
   * A cause.
   *
   * @param detection id of what fired; "" if nothing did
   */
  static String cause(String detection) {
    return detection.isEmpty()
        ? "none"
        : WORDS.getOrDefault(detection, "backend"); // servers and routes that fail or are slow
  }
}
