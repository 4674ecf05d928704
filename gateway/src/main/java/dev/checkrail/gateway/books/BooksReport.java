package dev.checkrail.gateway.books;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the comparison came to.
 *
 * @param acknowledged steps that a user was told were done; 0 without a client log
 * @param toldFailedButCharged keys of the users' steps (without a client log: of stored answers):
 *     told failed or nothing, and charged; those that are not ended are findings besides
 * @param underWay attempts that are open and have a next step: no difference yet
 */
public record BooksReport(
    long payments,
    long attempts,
    long operations,
    long acknowledged,
    List<String> toldFailedButCharged,
    long underWay,
    List<Sum> sums,
    List<Finding> findings) {
  private static final int SHOWN = 20;

  /**
   * What one acquirer owes in one currency, in minor units.
   *
   * @param what {@code receivable} (captured less refunded) or {@code held} (authorised only)
   * @param open what attempts that are under way have done at the acquirer already
   */
  public record Sum(
      String acquirer, String currency, String what, long ledger, long acquirers, long open) {
    boolean isEqual() {
      return ledger + open == acquirers;
    }
  }

  public BooksReport {
    toldFailedButCharged = List.copyOf(toldFailedButCharged);
    sums = List.copyOf(sums);
    findings = List.copyOf(findings);
  }

  /** Whether there is no difference. */
  public boolean isClean() {
    return findings.isEmpty();
  }

  public long count(Finding.Kind kind) {
    return findings.stream().filter(it -> it.kind() == kind).count();
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d payments, %d attempts, %d operations at the acquirers, %d answers \"done\" to users%n"
            .formatted(payments, attempts, operations, acknowledged));
    for (Finding.Kind kind : Finding.Kind.values()) {
      text.append("  %-50s %d%n".formatted(kind.words(), count(kind)));
    }
    text.append(
        "  %-50s %d%n"
            .formatted(
                "told failed but charged, ended",
                toldFailedButCharged.size() - count(Finding.Kind.NOT_ENDED)));
    text.append("  %-50s %d%n".formatted("still under way, with a next step", underWay));
    if (!sums.isEmpty()) {
      text.append(
          "%n  %-10s %-4s %-10s %16s %16s %12s%n"
              .formatted("acquirer", "", "", "our ledger", "their books", "under way"));
    }
    for (Sum sum : sums) {
      text.append(
          "  %-10s %-4s %-10s %16d %16d %12d %s%n"
              .formatted(
                  sum.acquirer(),
                  sum.currency(),
                  sum.what(),
                  sum.ledger(),
                  sum.acquirers(),
                  sum.open(),
                  sum.isEqual() ? "equal" : "DIFFERENT"));
    }
    if (!findings.isEmpty()) {
      text.append('\n');
    }
    for (Finding finding : findings.subList(0, Math.min(SHOWN, findings.size()))) {
      text.append(
          "  %s: %s: %s%n".formatted(finding.kind().words(), finding.name(), finding.what()));
    }
    if (findings.size() > SHOWN) {
      text.append("  and %d more (--format json has all)%n".formatted(findings.size() - SHOWN));
    }
    text.append(
        isClean()
            ? "The books agree.\n"
            : "THE BOOKS DISAGREE: %d differences.%n".formatted(findings.size()));
    return text.toString();
  }

  /** For programs. */
  public String json() {
    JsonMapper mapper = new JsonMapper();
    ObjectNode node = mapper.createObjectNode();
    node.put("agree", isClean());
    node.put("payments", payments);
    node.put("attempts", attempts);
    node.put("operations", operations);
    node.put("acknowledged", acknowledged);
    node.put("told_failed_but_charged", toldFailedButCharged.size());
    node.put("under_way", underWay);
    ObjectNode counts = node.putObject("counts");
    for (Finding.Kind kind : Finding.Kind.values()) {
      counts.put(word(kind), count(kind));
    }
    ArrayNode allSums = node.putArray("sums");
    for (Sum sum : sums) {
      allSums
          .addObject()
          .put("acquirer", sum.acquirer())
          .put("currency", sum.currency())
          .put("what", sum.what())
          .put("ledger", sum.ledger())
          .put("acquirers", sum.acquirers())
          .put("open", sum.open())
          .put("equal", sum.isEqual());
    }
    ArrayNode all = node.putArray("findings");
    for (Finding finding : findings) {
      all.addObject()
          .put("kind", word(finding.kind()))
          .put("name", finding.name())
          .put("what", finding.what());
    }
    return mapper.writeValueAsString(node);
  }

  private static String word(Finding.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
