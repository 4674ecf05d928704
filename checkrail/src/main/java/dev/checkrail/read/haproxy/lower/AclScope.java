package dev.checkrail.read.haproxy.lower;

import dev.checkrail.model.Condition;
import dev.checkrail.model.Match;
import dev.checkrail.model.Sample;
import dev.checkrail.model.Unmodelled;
import dev.checkrail.read.haproxy.AclText;
import dev.checkrail.read.haproxy.ConditionText;
import dev.checkrail.read.haproxy.CriterionText;
import dev.checkrail.read.haproxy.Directive;
import dev.checkrail.read.haproxy.ParseAcl;
import dev.checkrail.read.haproxy.PredefinedAcl;
import dev.checkrail.read.haproxy.Word;
import dev.checkrail.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The named ACLs of one section [7.1]. Lines of one name are OR-ed, also those behind the rule that
 * uses the name; but the first line must stand before the first use. A predefined ACL comes into
 * being where it is first used without a line of its name before it; later lines of the name add to
 * it.
 */
final class AclScope {
  private record Line(AclText acl, Directive directive, int ordinal) {}

  private final Map<String, List<Line>> lines = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Condition> definitions = new HashMap<>();
  private final Function<Directive, Setup> setups;
  private final Notes notes;

  /**
   * @param acls the section's {@code acl} directives, in order
   * @param setups makes the surroundings of an {@code acl} line
   */
  AclScope(List<Directive> acls, Notes notes, Function<Directive, Setup> setups) {
    this.setups = setups;
    this.notes = notes;
    for (Directive directive : acls) {
      Optional<AclText> acl = notes.take(ParseAcl.acl(directive));
      if (acl.isEmpty()) {
        if (!directive.arg(0).isEmpty()) {
          notes.unmodelled(directive, "it can't be understood");
        }
        continue;
      }
      List<Line> same = lines.computeIfAbsent(acl.get().name(), name -> new ArrayList<>());
      same.add(new Line(acl.get(), directive, same.size() + 1));
    }
  }

  /** Tells that the walk through the section has come to an {@code acl} line. */
  void passed(Directive acl) {
    seen.add(acl.arg(0));
  }

  /** Lowers every line, so that lines that no rule uses are checked as well. */
  void finish() {
    for (String name : lines.keySet()) {
      definitions.computeIfAbsent(name, this::declared);
    }
  }

  /** The condition that begins with the {@code if} or {@code unless} among a directive's words. */
  Condition guard(List<Word> words, Setup setup) {
    if (words.isEmpty()) {
      return new Condition.Always();
    }
    if (!words.getFirst().is("if") && !words.getFirst().is("unless")) {
      notes.refused(
          words.getFirst().span(),
          "'" + Text.shown(words.getFirst().value()) + "' is not expected here");
      return unknown(setup, "words that are not expected");
    }
    Optional<ConditionText.Guard> guard = notes.take(ParseAcl.guard(words));
    if (guard.isEmpty()) {
      return unknown(setup, "its condition can't be understood");
    }
    Condition condition = condition(guard.get().condition(), setup);
    return guard.get().unless() ? new Condition.Not(condition) : condition;
  }

  private Condition condition(ConditionText text, Setup setup) {
    return switch (text) {
      case ConditionText.Or or -> {
        List<Condition> parts = or.parts().stream().map(part -> condition(part, setup)).toList();
        yield parts.size() == 1 ? parts.getFirst() : new Condition.Any(parts);
      }
      case ConditionText.And and -> {
        List<Condition> parts = and.parts().stream().map(part -> condition(part, setup)).toList();
        yield parts.size() == 1 ? parts.getFirst() : new Condition.All(parts);
      }
      case ConditionText.Not not -> new Condition.Not(condition(not.part(), setup));
      case ConditionText.Named named -> named(named, setup);
      case ConditionText.Anonymous anonymous ->
          criterion(anonymous.criterion(), setup, anonymous.span());
    };
  }

  private Condition named(ConditionText.Named named, Setup setup) {
    String name = named.name();
    if (!seen.contains(name)) {
      Optional<PredefinedAcl> predefined = PredefinedAcl.of(name);
      if (predefined.isPresent()) {
        seen.add(name);
        definitions.put(name, predefined(predefined.get(), setup, named.span()));
      } else if (lines.containsKey(name)) {
        notes.refused(
            named.span(), "the ACL '" + Text.shown(name) + "' is used before its first line");
      } else {
        notes.refused(named.span(), "there is no ACL '" + Text.shown(name) + "' in this section");
        return unknown(setup, "the ACL " + Text.shown(name) + " is not declared");
      }
    }
    return new Condition.Named(name, definitions.computeIfAbsent(name, this::declared));
  }

  private Condition declared(String name) {
    List<Line> same = lines.getOrDefault(name, List.of());
    List<Condition> parts = new ArrayList<>(same.size());
    for (Line line : same) {
      Setup base = setups.apply(line.directive());
      String use = base.use() + " / acl " + Text.shown(name);
      Setup setup = base.at(line.ordinal() == 1 ? use : use + " #" + line.ordinal());
      parts.add(criterion(line.acl().criterion(), setup, line.directive().span()));
    }
    return parts.size() == 1 ? parts.getFirst() : new Condition.Any(parts);
  }

  /** Predefined ACLs with all lines of their name behind it. */
  private Condition predefined(PredefinedAcl acl, Setup setup, Span span) {
    Condition own = PredefinedCondition.of(acl, setup, span);
    if (!lines.containsKey(acl.name())) {
      return own;
    }
    return new Condition.Any(List.of(own, declared(acl.name())));
  }

  private Condition criterion(CriterionText criterion, Setup setup, Span span) {
    String shown = LowerSample.slice(span, setup.directive().line().words());
    LowerSample.Typed sample = LowerSample.sample(criterion.sample(), setup);
    if (sample.type() == Type.METHOD
        && criterion.match() == CriterionText.Match.STR
        && !setup.says("-m", criterion.span())) {
      return MethodMatch.of(
          criterion, LowerMatch.patterns(criterion, setup), sample.sample(), span, shown);
    }
    LowerMatch.Result result = LowerMatch.match(criterion, sample.type(), setup);
    if (result.match().isEmpty()) {
      notes.unmodelled(setup.directive(), result.reason());
      return new Condition.Unknown(new Unmodelled(span, shown, result.reason()));
    }
    Condition test =
        new Condition.Test(sample.as(result.type()).sample(), result.match().get(), span, shown);
    return criterion.sample().fetch().endsWith("_val")
            && criterion.match() != CriterionText.Match.FOUND
        ? ofPlainNumbers(test, sample.sample(), span, shown)
        : test;
  }

  /**
   * Matches values that {@code hdr_val} and its kin do not read as everybody else reads a number.
   */
  private static final Match NO_PLAIN_NUMBER =
      new Match.Regex(List.of("[^0-9-]|^-?$|.-|[0-9]{10}"), false);

  /** {@code hdr_val} makes numbers of its own out of what is none; then the test is not known. */
  private static Condition ofPlainNumbers(Condition test, Sample sample, Span span, String shown) {
    Condition odd =
        new Condition.Test(
            new Sample(sample.fetch(), List.of(), sample.span(), sample.text()),
            NO_PLAIN_NUMBER,
            span,
            shown);
    return new Condition.Any(
        List.of(
            new Condition.All(List.of(new Condition.Not(odd), test)),
            new Condition.All(
                List.of(
                    odd,
                    new Condition.Unknown(
                        new Unmodelled(span, shown, "a value that is no plain number"))))));
  }

  private Condition unknown(Setup setup, String reason) {
    return new Condition.Unknown(notes.unmodelled(setup.directive(), reason));
  }
}
