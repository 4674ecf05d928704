package dev.checkrail.prove;

import dev.checkrail.model.Pool;
import dev.checkrail.report.RuleId;
import java.util.Set;
import java.util.TreeSet;

/**
 * Requests that may have been processed and are sent again. A failed connection carried no request,
 * and a server that rejected early data did not process it, so trying those again is harmless [4.2
 * retry-on].
 */
final class CompareRetry {
  private static final Set<String> HARMLESS = Set.of("none", "conn-failure", "0rtt-rejected");
  private static final Set<String> ALL_RETRYABLE =
      Set.of("empty-response", "junk-response", "response-timeout", "500", "502", "503", "504");

  private CompareRetry() {}

  static void compare(Counterparts.Pools pair, SettingChanges changes) {
    Pool.Retry old = pair.old().retry();
    Pool.Retry now = pair.now().retry();
    Set<String> before = repeating(old);
    Set<String> after = repeating(now);
    if (!before.containsAll(after)) {
      changes.add(
          RuleId.DIFF_RETRY_ADDED,
          pair.subject(),
          "failures after which a request is sent again",
          text(before),
          text(after),
          now.span());
    } else if (!after.isEmpty() && now.attempts() > old.attempts()) {
      changes.add(
          RuleId.DIFF_RETRY_ADDED,
          pair.subject(),
          "how often a request is sent again",
          Integer.toString(old.attempts()),
          Integer.toString(now.attempts()),
          now.span());
    }
  }

  /** Whether a request that a server got can be sent again. */
  static boolean repeats(Pool pool) {
    return !repeating(pool.retry()).isEmpty();
  }

  private static Set<String> repeating(Pool.Retry retry) {
    Set<String> words = new TreeSet<>(retry.on());
    if (words.remove("all-retryable-errors")) {
      words.addAll(ALL_RETRYABLE);
    }
    words.removeAll(HARMLESS);
    if (retry.attempts() <= 0) {
      words.clear();
    }
    return words;
  }

  private static String text(Set<String> words) {
    return words.isEmpty() ? SettingChanges.NONE : String.join(" ", words);
  }
}
