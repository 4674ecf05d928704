package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Expectations;
import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Ranked;
import java.util.Map;

/** Who owns a cause, by the policy's {@code owners}. */
final class Suspect {
  private static final String LB = "lb";

  private Suspect() {}

  /**
   * The owner of the load balancer for what lies in it; else the owner of what is named like the
   * cause ({@code database}, {@code acquirer} …) or like its object; else the owner of the pool.
   *
   * @param other whose it is if the policy does not say
   */
  static String owner(Ranked suspect, Expectations expectations, String other) {
    Map<String, String> owners = expectations.owners();
    return switch (suspect.cause()) {
      case LB_CHANGE, LB_RUNTIME -> owners.getOrDefault(LB, other);
      case BACKEND,
          DATABASE,
          RATE_LIMIT,
          ACQUIRER,
          SURGE,
          ABUSE,
          MERCHANT,
          OTHER_CHANGE,
          NETWORK,
          OBSERVER,
          NONE ->
          owners.getOrDefault(
              suspect.cause().word(),
              owners.getOrDefault(
                  suspect.object(), owners.getOrDefault(pool(suspect.object()), other)));
    };
  }

  /** Whether somebody can be paged for it: what nobody did and what is not there has no owner. */
  static boolean has(Ranked suspect) {
    return suspect.cause() != Cause.NONE;
  }

  private static String pool(String object) {
    int slash = object.indexOf('/');
    return slash < 0 ? object : object.substring(0, slash);
  }
}
