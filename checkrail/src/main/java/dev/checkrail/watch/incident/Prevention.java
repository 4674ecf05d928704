package dev.checkrail.watch.incident;

import dev.checkrail.watch.diagnose.Cause;
import dev.checkrail.watch.diagnose.Ranked;
import dev.checkrail.watch.diagnose.Scope;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the policy would have to say for such a change to be refused for ever: a patch for the
 * closer to accept, as a change of the policy of its own.
 *
 * @param patch lines to be added to {@code checkrail.yaml}, by section; empty if there is none
 * @param why one sentence for each
 * @param no why there is none, or what it does not cover; "" if there is nothing to say
 */
public record Prevention(String patch, List<String> why, String no) {
  public Prevention {
    why = List.copyOf(why);
  }

  /** What accepts it, once its lines are in the policy of this load balancer. */
  public static String accept(String balancer) {
    return "checkrail lb policy " + balancer + " --approve checkrail.yaml";
  }

  /**
   * Proposes.
   *
   * @param cause what was published
   * @param scope what the change did
   * @param services services that were harmed where the change sent them, as the policy names them
   */
  public static Prevention of(Ranked cause, Scope scope, Set<String> services) {
    Map<String, Set<String>> anywhere = new TreeMap<>();
    services.forEach(service -> anywhere.put(service, Set.of()));
    return of(cause, scope, anywhere);
  }

  /**
   * Proposes.
   *
   * @param services services that were harmed where the change sent them, and the pools to which
   *     the approved rules send them; none: not known. A change that moves several kinds of
   *     requests is not held against those of another kind.
   */
  public static Prevention of(Ranked cause, Scope scope, Map<String, Set<String>> services) {
    if (cause.cause() != Cause.LB_CHANGE) {
      return new Prevention(
          "",
          List.of(),
          "the cause was "
              + cause.name()
              + ", which no rule on the load balancer's file can refuse");
    }
    List<String> why = new ArrayList<>();
    Set<String> invariants = new LinkedHashSet<>();
    Set<String> rules = new LinkedHashSet<>();
    Set<String> named = new TreeSet<>(services.keySet());
    named.removeIf(service -> service.isBlank() || service.equals("-") || service.contains("?"));
    List<String> left = new ArrayList<>();
    for (Scope.Part part : scope.parts()) {
      switch (part.touch()) {
        case ROUTE -> {
          if (part.from().startsWith("(") || part.from().equals("?") || named.isEmpty()) {
            left.add("requests sent to " + part.pool() + " instead of " + part.from());
          } else {
            for (String service : from(part, named, services)) {
              invariants.add(reach(service, part.from()));
              why.add(service + " were sent to " + part.pool() + " instead of " + part.from());
            }
          }
        }
        case ANSWER -> {
          if (part.from().startsWith("(") || part.from().equals("?") || named.isEmpty()) {
            left.add("requests answered with " + part.to());
          } else {
            for (String service : from(part, named, services)) {
              invariants.add(reach(service, part.from()));
              why.add(service + " were answered by the load balancer with " + part.to());
            }
          }
        }
        case SERVER_ADDED, ADDRESS -> {
          for (String service : named) {
            invariants.add(
                "  - name: "
                    + quoted(service + " are sent only to servers that serve them")
                    + "\n    requests: "
                    + quoted(service)
                    + "\n    must: { serving: "
                    + quoted(service)
                    + " }\n");
            why.add(service + " were sent to " + part.pool() + "/" + part.server());
          }
          if (named.isEmpty()) {
            left.add("server " + part.pool() + "/" + part.server());
          }
        }
        case TIMEOUT_SERVER, TIMEOUT_QUEUE, TIMEOUT_CONNECT, TIMEOUT_OTHER ->
            rule(rules, why, part, "diff/timeout-changed");
        case LIMIT, RATE -> rule(rules, why, part, "diff/limit-lowered");
        case BALANCE, WEIGHT -> rule(rules, why, part, "diff/balance-changed");
        case RETRY -> rule(rules, why, part, "diff/retry-added");
        case CHECK ->
            rule(
                rules,
                why,
                part,
                part.to().isEmpty() ? "diff/check-dropped" : "diff/check-changed");
        case TLS -> rule(rules, why, part, "diff/tls-changed");
        case SERVER_REMOVED -> left.add("server " + part.server() + " taken out of " + part.pool());
        case OTHER -> left.add("a setting of " + part.pool());
      }
    }
    StringBuilder patch = new StringBuilder();
    if (!invariants.isEmpty()) {
      patch.append("invariants:\n");
      invariants.forEach(patch::append);
    }
    if (!rules.isEmpty()) {
      patch.append("rules:\n");
      rules.forEach(patch::append);
    }
    return new Prevention(
        patch.toString(),
        why.stream().distinct().toList(),
        left.isEmpty() ? "" : "not covered: " + String.join("; ", new LinkedHashSet<>(left)));
  }

  /** Those that went where this part took requests from. */
  private static List<String> from(
      Scope.Part part, Set<String> named, Map<String, Set<String>> services) {
    return named.stream()
        .filter(service -> {
          Set<String> pools = services.getOrDefault(service, Set.of());
          return pools.isEmpty() || pools.contains(part.from());
        })
        .toList();
  }

  private static String reach(String service, String pool) {
    return "  - name: "
        + quoted(service + " reach " + pool + " only")
        + "\n    requests: "
        + quoted(service)
        + "\n    must: { reach: ["
        + quoted(pool)
        + "], always: true }\n";
  }

  private static void rule(Set<String> rules, List<String> why, Scope.Part part, String rule) {
    rules.add("  " + rule + ": error\n");
    why.add(
        (part.pool().isEmpty() ? "" : part.pool() + ": ")
            + part.touch().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ')
            + " "
            + part.from()
            + " to "
            + part.to());
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
