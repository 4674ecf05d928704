package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Action;
import dev.checkrail.model.ReferencedFile;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.Classification;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.KeptText;
import dev.checkrail.read.haproxy.Parsed;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.Problem;
import dev.checkrail.source.Severity;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is noticed while a configuration is lowered. A directive of a defaults section is lowered
 * once per section that inherits it; what is said of it is kept once.
 */
final class Notes {
  private final Set<Problem> problems = new LinkedHashSet<>();
  private final Map<Span, Unmodelled> unmodelled = new LinkedHashMap<>();
  private final Map<String, ReferencedFile> files = new LinkedHashMap<>();
  private final Set<Span> ignored = new HashSet<>();
  private final Map<Span, Classification.Treatment> rules = new HashMap<>();

  void add(Problem problem) {
    problems.add(problem);
  }

  /** The value of a parse; its problems are kept. */
  <T> Optional<T> take(Parsed<T> parsed) {
    problems.addAll(parsed.problems());
    return parsed.value();
  }

  void error(RuleId rule, Span span, String message) {
    add(Problem.error(rule.id(), span, message));
  }

  void warning(RuleId rule, Span span, String message) {
    add(new Problem(rule.id(), Severity.WARNING, span, message, Optional.empty()));
  }

  void notice(RuleId rule, Span span, String message) {
    add(new Problem(rule.id(), Severity.NOTICE, span, message, Optional.empty()));
  }

  /** What HAProxy refuses for a reason that has no rule of its own. */
  void refused(Span span, String message) {
    error(RuleId.READ_REFUSED_BY_HAPROXY, span, message);
  }

  /** Marks a directive as not modelled, and gives the value that stands for it. */
  Unmodelled unmodelled(Directive directive, String reason) {
    Unmodelled value = new Unmodelled(directive.span(), KeptText.text(directive), reason);
    unmodelled.putIfAbsent(value.span(), value);
    return value;
  }

  boolean isUnmodelled(Directive directive) {
    return unmodelled.containsKey(directive.span());
  }

  /**
   * Notes that a directive does nothing where it stands (an {@code http-request} in TCP mode …).
   */
  void ignored(Directive directive) {
    ignored.add(directive.span());
  }

  /** Notes what became of a rule. */
  void lowered(Directive directive, Action action) {
    rules.put(
        directive.span(),
        action instanceof Action.NoEffect
            ? Classification.Treatment.NO_EFFECT
            : Classification.Treatment.MODELLED);
  }

  /** What lowering found out of a directive; empty if the table of classes decides. */
  Optional<Classification.Treatment> treatment(Directive directive) {
    Span span = directive.span();
    if (unmodelled.containsKey(span)) {
      return Optional.of(Classification.Treatment.UNMODELLED);
    }
    if (ignored.contains(span)) {
      return Optional.of(Classification.Treatment.NO_EFFECT);
    }
    return Optional.ofNullable(rules.get(span));
  }

  /** Keeps a file once per place; several of one kind at one place are numbered. */
  void file(String use, ReferencedFile file) {
    String name = use;
    for (int i = 2; ; i++) {
      ReferencedFile known = files.get(name);
      if (known == null) {
        files.put(
            name,
            new ReferencedFile(
                file.kind(), file.path(), name, file.digest(), file.entries(), file.span()));
        return;
      }
      if (known.span().equals(file.span()) && known.path().equals(file.path())) {
        return;
      }
      name = use + " #" + i;
    }
  }

  List<Problem> problems() {
    return new ArrayList<>(problems);
  }

  List<Unmodelled> unmodelled() {
    return new ArrayList<>(unmodelled.values());
  }

  List<ReferencedFile> files() {
    return new ArrayList<>(files.values());
  }
}
