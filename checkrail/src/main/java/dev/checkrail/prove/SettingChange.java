package dev.checkrail.prove;

import dev.checkrail.report.RuleId;
import dev.checkrail.source.Redaction;
import dev.checkrail.source.Span;
import java.util.Optional;

/**
 * A change that moves no request.
 *
 * @param rule its {@code diff/*} rule
 * @param subject section and object name
 * @param what the setting, e.g. {@code timeout server}
 * @param from the value before, empty text if there was none; secrets removed
 * @param to the value now, empty text if there is none, likewise
 * @param span where, in the new configuration if it is still there
 */
public record SettingChange(
    RuleId rule, String subject, String what, String from, String to, Optional<Span> span) {
  public SettingChange {
    from = Redaction.of(from);
    to = Redaction.of(to);
  }
}
