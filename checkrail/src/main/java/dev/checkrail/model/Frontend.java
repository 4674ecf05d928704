package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Map;

/**
 * A frontend (or the listening half of a HAProxy {@code listen}).
 *
 * <p><b>Meaning:</b> {@link #rules} run in order. An action that answers or routes ends it. A
 * request that comes to the end of all rule sets meets no pool: HAProxy answers 503 in HTTP mode
 * and closes in TCP mode.
 *
 * @param name its name
 * @param mode what it speaks
 * @param listeners bound addresses in order
 * @param rules rule sets in the order of {@link RuleSet.Phase}; empty ones are left out
 * @param errorFiles bodies that replace the proxy's own answers, by status
 * @param settings effective settings, by name of the dialect
 * @param responseRules rules on responses, compared as text
 * @param span the section's header
 */
public record Frontend(
    String name,
    Mode mode,
    List<Listener> listeners,
    List<RuleSet> rules,
    Map<Integer, ErrorFile> errorFiles,
    List<Setting> settings,
    List<Setting> responseRules,
    Span span) {
  public Frontend {
    listeners = List.copyOf(listeners);
    rules = List.copyOf(rules);
    errorFiles = Map.copyOf(errorFiles);
    settings = List.copyOf(settings);
    responseRules = List.copyOf(responseRules);
  }
}
