package dev.checkrail.gateway.load;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of the users.
 *
 * @param outcomes of the purchases
 * @param steps of those who went on to ship, return or cancel: how many of each were told what
 * @param settled whether those who were told "failed" were looked up afterwards; if not, {@link
 *     Outcome#TOLD_FAILED_BUT_CHARGED} and {@link Outcome#UNKNOWN} are not known, which is not zero
 * @param seconds from the first intended start to the last answer
 * @param paidMillis percentiles from the intended start of those who paid, e.g. "p99"
 * @param allMillis of all, those without an answer with the time they waited
 * @param startedLateMillis how late the load itself was, at worst: above some milliseconds, its own
 *     machine is the bottleneck
 */
public record LoadReport(
    Map<Outcome, Long> outcomes,
    Map<String, Long> steps,
    boolean settled,
    double seconds,
    Map<String, Double> paidMillis,
    Map<String, Double> allMillis,
    double startedLateMillis) {
  public LoadReport {
    outcomes = new EnumMap<>(outcomes);
    steps = new LinkedHashMap<>(steps);
    paidMillis = new LinkedHashMap<>(paidMillis);
    allMillis = new LinkedHashMap<>(allMillis);
  }

  static Map<String, Double> percentiles(Histogram micros) {
    Map<String, Double> all = new LinkedHashMap<>();
    if (micros.getTotalCount() > 0) {
      all.put("p50", micros.getValueAtPercentile(50) / 1000.0);
      all.put("p90", micros.getValueAtPercentile(90) / 1000.0);
      all.put("p99", micros.getValueAtPercentile(99) / 1000.0);
      all.put("p99.9", micros.getValueAtPercentile(99.9) / 1000.0);
      all.put("max", micros.getMaxValue() / 1000.0);
    }
    return all;
  }

  public long users() {
    return outcomes.values().stream().mapToLong(Long::longValue).sum();
  }

  public long of(Outcome outcome) {
    return outcomes.getOrDefault(outcome, 0L);
  }

  /** Whether nobody failed for any other reason than his bank. */
  public boolean allServed() {
    return of(Outcome.PAID) + of(Outcome.PAID_LATE) + of(Outcome.DECLINED) == users();
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append("%d users in %.1f s%n".formatted(users(), seconds));
    for (Outcome outcome : Outcome.values()) {
      boolean known = settled || outcome.compareTo(Outcome.TOLD_FAILED) <= 0;
      text.append(
          "  %-24s %s%n"
              .formatted(outcome.words(), known ? of(outcome) : "not looked up (--settle)"));
    }
    steps.forEach((step, count) -> text.append("  %-24s %d%n".formatted(step, count)));
    text.append("milliseconds from the intended start\n");
    text.append(row("paid", paidMillis)).append(row("all", allMillis));
    text.append("  the load itself was late by %.1f ms at most%n".formatted(startedLateMillis));
    return text.toString();
  }

  private static String row(String name, Map<String, Double> percentiles) {
    StringBuilder row = new StringBuilder("  %-6s".formatted(name));
    percentiles.forEach((p, millis) -> row.append(" %s %.1f ".formatted(p, millis)));
    return row.append('\n').toString();
  }

  /** For programs. */
  public String json() {
    JsonMapper mapper = new JsonMapper();
    ObjectNode node = mapper.createObjectNode();
    node.put("users", users());
    ObjectNode counts = node.putObject("outcomes");
    for (Outcome outcome : Outcome.values()) {
      if (settled || outcome.compareTo(Outcome.TOLD_FAILED) <= 0) {
        counts.put(outcome.name().toLowerCase(Locale.ROOT), of(outcome));
      }
    }
    node.put("settled", settled);
    ObjectNode further = node.putObject("steps");
    steps.forEach(further::put);
    node.put("seconds", seconds);
    ObjectNode paid = node.putObject("paid_millis");
    paidMillis.forEach(paid::put);
    ObjectNode all = node.putObject("all_millis");
    allMillis.forEach(all::put);
    node.put("started_late_millis", startedLateMillis);
    return mapper.writeValueAsString(node);
  }
}
