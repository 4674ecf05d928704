package dev.checkrail.policy;

import dev.checkrail.source.Severity;
import java.util.Map;
import java.util.Optional;

/**
 * How serious each rule is taken: a preset, and single rules set apart.
 *
 * @param rules level by rule id
 */
public record Severities(Preset preset, Map<String, Level> rules) {
  public Severities {
    rules = Map.copyOf(rules);
  }

  /** A severity for all rules that are not set apart. */
  public enum Preset {
    /** {@code critical-only}: errors stay, warnings and notices are off. */
    CRITICAL_ONLY,
    /** {@code recommended}: each rule as in the catalogue. */
    RECOMMENDED,
    /** {@code strict}: warnings become errors, notices stay notices. */
    STRICT
  }

  /** A severity, or none at all. */
  public enum Level {
    OFF,
    NOTICE,
    WARNING,
    ERROR
  }

  /** Everything as in the catalogue. */
  public static Severities recommended() {
    return new Severities(Preset.RECOMMENDED, Map.of());
  }

  /**
   * The severity that a rule's findings get; empty if the rule is off.
   *
   * @param rule its id
   * @param usual its severity here without a policy: the catalogue's, or what the case makes of it
   */
  public Optional<Severity> of(String rule, Severity usual) {
    Level level = rules.get(rule);
    if (level != null) {
      return switch (level) {
        case OFF -> Optional.empty();
        case NOTICE -> Optional.of(Severity.NOTICE);
        case WARNING -> Optional.of(Severity.WARNING);
        case ERROR -> Optional.of(Severity.ERROR);
      };
    }
    return switch (preset) {
      case CRITICAL_ONLY -> usual == Severity.ERROR ? Optional.of(usual) : Optional.empty();
      case RECOMMENDED -> Optional.of(usual);
      case STRICT -> Optional.of(usual == Severity.WARNING ? Severity.ERROR : usual);
    };
  }
}
