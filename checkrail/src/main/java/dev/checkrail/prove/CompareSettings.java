package dev.checkrail.prove;

import dev.checkrail.model.Configuration;
import java.util.List;

/** Compares what routes no request. */
final class CompareSettings {
  private CompareSettings() {}

  static List<SettingChange> compare(Configuration old, Configuration candidate) {
    return List.of();
  }
}
