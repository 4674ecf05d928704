package dev.checkrail.read.haproxy;

import dev.checkrail.source.Span;
import java.util.List;

/**
 * The condition after {@code if} or {@code unless} (manual 7.2): terms are AND-ed, {@code or} and
 * {@code ||} separate groups, {@code !} negates one term. There is no nesting in the language.
 */
public sealed interface ConditionText {
  /** Where it stands. */
  Span span();

  /** True if any part is; false if there is none ({@code if} with nothing behind it). */
  record Or(List<ConditionText> parts, Span span) implements ConditionText {
    public Or {
      parts = List.copyOf(parts);
    }
  }

  /** True if all parts are. Never empty. */
  record And(List<ConditionText> parts, Span span) implements ConditionText {
    public And {
      parts = List.copyOf(parts);
    }
  }

  /** True if the part is not. */
  record Not(ConditionText part, Span span) implements ConditionText {}

  /**
   * An ACL by its name. If the section (or the defaults section it uses) declares none of that
   * name, it may be a predefined one, see {@link PredefinedAcl}.
   */
  record Named(String name, Span span) implements ConditionText {}

  /** {@code { criterion }}. */
  record Anonymous(CriterionText criterion, Span span) implements ConditionText {}

  /**
   * A condition with its leading word.
   *
   * @param unless true if it begins with {@code unless}: the rule applies if the condition is false
   */
  record Guard(boolean unless, ConditionText condition, Span span) {}
}
