package dev.checkrail.cli;

import dev.checkrail.path.Terms;
import dev.checkrail.policy.Policy;
import dev.checkrail.report.RuleId;
import dev.checkrail.source.NearestWord;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** What people say of a change on the command line: what moves, which settings are meant. */
final class ChangeWords {
  private static final String ALL = "all";

  private ChangeWords() {}

  static Terms.Moves moves(List<String> words, Policy policy) {
    List<String> known = policy.services().stream().map(Policy.Service::name).toList();
    for (String word : words) {
      if (!word.equals(ALL) && !known.contains(word)) {
        throw CannotRun.usage(
            "--moves: the policy has no service \"" + word + "\"",
            NearestWord.of(word, known)
                .map(it -> "did you mean \"" + it + "\"?")
                .orElse(
                    known.isEmpty()
                        ? "there are no services; write --moves all, or name a policy"
                        : "services are " + String.join(", ", known)));
      }
    }
    boolean all = words.contains(ALL) && !known.contains(ALL);
    return new Terms.Moves(all, new LinkedHashSet<>(words));
  }

  static List<Terms.Accepted> accepted(List<String> words) {
    return words.stream().map(ChangeWords::accepted).toList();
  }

  /** Only what a change does to settings can be accepted; for the rest there is the policy. */
  private static Terms.Accepted accepted(String word) {
    int at = word.indexOf('@');
    String id = at < 0 ? word : word.substring(0, at);
    List<String> known =
        Arrays.stream(RuleId.values()).filter(ChangeWords::isAcceptable).map(RuleId::id).toList();
    RuleId rule =
        RuleId.of(id)
            .filter(ChangeWords::isAcceptable)
            .orElseThrow(() ->
                CannotRun.usage(
                    "--accept: \"" + id + "\" is no rule on changed settings",
                    id.equals(RuleId.DIFF_UNDECLARED_MOVE.id())
                        ? "declare moves with --moves SERVICE"
                        : NearestWord.of(id, known)
                            .map(it -> "did you mean \"" + it + "\"?")
                            .orElse("such rules are " + String.join(", ", known))));
    return new Terms.Accepted(
        rule, at < 0 ? Optional.empty() : Optional.of(word.substring(at + 1).strip()));
  }

  private static boolean isAcceptable(RuleId rule) {
    return rule == RuleId.FILE_SHRUNK
        || (rule.id().startsWith("diff/") && rule != RuleId.DIFF_UNDECLARED_MOVE);
  }
}
