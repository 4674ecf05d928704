package dev.checkrail.lint;

import dev.checkrail.policy.Policy;
import dev.checkrail.policy.Suppression;
import dev.checkrail.report.Finding;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * What the policy and the approved configuration make of findings, whatever stage found them: their
 * severity, whether they are suppressed, whether they are live already. The one place where this is
 * decided.
 */
public final class Judge {
  private Judge() {}

  /**
   * Applies severities and suppressions. Findings of rules that are off are left out.
   *
   * @param today the day (UTC) for which suppressions must hold
   * @param covers whether all requests that a finding concerns lie in the set that a suppression
   *     names; asked only for suppressions that name one
   */
  public static List<Finding> judge(
      List<Finding> findings,
      Policy policy,
      LocalDate today,
      BiPredicate<Finding, Suppression> covers) {
    List<Finding> judged = new ArrayList<>();
    for (Finding finding : findings) {
      policy
          .severities()
          .of(finding.rule().id(), finding.severity())
          .map(finding::withSeverity)
          .map(one -> suppress(one, policy, today, covers))
          .ifPresent(judged::add);
    }
    return judged;
  }

  /** The same, with suppressions that name requests covering nothing. */
  public static List<Finding> judge(List<Finding> findings, Policy policy, LocalDate today) {
    return judge(findings, policy, today, (finding, suppression) -> false);
  }

  private static Finding suppress(
      Finding finding, Policy policy, LocalDate today, BiPredicate<Finding, Suppression> covers) {
    Optional<Suppression> first =
        policy.suppressions(finding.rule().id(), finding.subject(), today).stream()
            .filter(one -> holds(one, finding, covers))
            .findFirst();
    return first
        .map(one ->
            finding.suppressedBy(
                new Finding.Suppressed(
                    one.reason(), one.owner(), one.until().map(LocalDate::toString))))
        .orElse(finding);
  }

  private static boolean holds(
      Suppression suppression, Finding finding, BiPredicate<Finding, Suppression> covers) {
    if (suppression.requests().isPresent()) {
      return covers.test(finding, suppression);
    }
    String rule = finding.rule().id();
    return !rule.startsWith("contract/") && !rule.startsWith("diff/");
  }

  /**
   * Marks findings of the candidate that the old configuration has, too: same rule, same subject,
   * as severe, and {@code contains}. Each finding of the old one accounts for one of the candidate,
   * those of equal wording first, so that a second fault of a kind in one place counts.
   *
   * @param old findings of the approved configuration, of the same stages and not judged otherwise
   * @param contains whether the requests, the count or the fault of the old finding (first) contain
   *     those of the new one
   */
  public static List<Finding> markLive(
      List<Finding> findings, List<Finding> old, BiPredicate<Finding, Finding> contains) {
    Finding[] marked = findings.toArray(new Finding[0]);
    List<Finding> left = take(marked, old, one -> key(one) + " " + one.message(), contains);
    take(marked, left, Judge::key, contains);
    return List.of(marked);
  }

  /** The same for findings that stand for one fault each, as those of {@link Lint} do. */
  public static List<Finding> markLive(List<Finding> findings, List<Finding> old) {
    return markLive(findings, old, (was, is) -> true);
  }

  /** Marks what an old finding of the same key accounts for; returns the old ones that are left. */
  private static List<Finding> take(
      Finding[] findings,
      List<Finding> old,
      Function<Finding, String> key,
      BiPredicate<Finding, Finding> contains) {
    Map<String, Deque<Finding>> left = new LinkedHashMap<>();
    old.forEach(one -> left.computeIfAbsent(key.apply(one), k -> new ArrayDeque<>()).add(one));
    for (int i = 0; i < findings.length; i++) {
      Finding finding = findings[i];
      Deque<Finding> candidates = left.get(key.apply(finding));
      if (finding.live() || candidates == null) {
        continue;
      }
      for (Iterator<Finding> each = candidates.iterator(); each.hasNext(); ) {
        Finding was = each.next();
        if (was.severity().compareTo(finding.severity()) >= 0 && contains.test(was, finding)) {
          each.remove();
          findings[i] = finding.asLive();
          break;
        }
      }
    }
    return left.values().stream().flatMap(Deque::stream).toList();
  }

  private static String key(Finding finding) {
    return finding.rule().id() + " " + finding.subject();
  }
}
