package dev.checkrail.gateway.ledger;

import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.payment.Standing;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries of one settled attempt. Positive is debit, negative is credit, in minor units of the
 * payment's currency; each posting sums up to zero. Accounts:
 *
 * <ul>
 *   <li>{@code acquirer:NAME:held} and {@code merchant:held}: what is authorised and not captured.
 *       No money yet, so the two only ever face each other.
 *   <li>{@code acquirer:NAME:receivable}: what the acquirer owes us for captures.
 *   <li>{@code merchant:payable}: what we owe the merchant.
 * </ul>
 */
public record Posting(List<Entry> entries) {

  /** One line: an account and a signed amount. */
  public record Entry(String account, long amount) {}

  public Posting {
    entries = List.copyOf(entries);
    if (entries.stream().mapToLong(Entry::amount).sum() != 0) {
      throw new IllegalArgumentException("not balanced: " + entries);
    }
  }

  /** What is booked for an attempt that is settled now: nothing unless the acquirer did it. */
  public static Posting of(Attempt settled, Standing before) {
    if (settled.state() != AttemptState.APPROVED) {
      return new Posting(List.of());
    }
    List<Entry> entries = new ArrayList<>();
    switch (settled.kind()) {
      case AUTHORISE -> {
        if (settled.capture()) {
          pair(entries, receivable(settled), "merchant:payable", settled.amount());
        } else {
          pair(entries, held(settled), "merchant:held", settled.amount());
        }
      }
      case CAPTURE -> {
        pair(entries, "merchant:held", held(settled), settled.amount());
        pair(entries, receivable(settled), "merchant:payable", settled.amount());
      }
      case VOID ->
          pair(entries, "merchant:held", held(settled), before.authorised() - before.captured());
      case REFUND -> pair(entries, "merchant:payable", receivable(settled), settled.amount());
    }
    return new Posting(entries);
  }

  private static void pair(List<Entry> entries, String debit, String credit, long amount) {
    entries.add(new Entry(debit, amount));
    entries.add(new Entry(credit, -amount));
  }

  private static String held(Attempt attempt) {
    return "acquirer:" + attempt.acquirer() + ":held";
  }

  private static String receivable(Attempt attempt) {
    return "acquirer:" + attempt.acquirer() + ":receivable";
  }
}
