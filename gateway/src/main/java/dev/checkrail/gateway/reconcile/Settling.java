package dev.checkrail.gateway.reconcile;

import dev.checkrail.gateway.ledger.Posting;
import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.AttemptEvent;
import dev.checkrail.gateway.payment.AttemptKind;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.payment.Standing;
import dev.checkrail.gateway.store.Key;
import dev.checkrail.gateway.store.NextStep;
import dev.checkrail.gateway.store.PaymentRow;
import dev.checkrail.gateway.store.Payments;
import dev.checkrail.gateway.store.Settlement;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Writes down what became of an attempt, whoever learned it: the request that sent it, a repetition
 * of that request, or the reconciler. The first one counts; the others are given what he wrote.
 */
public final class Settling {
  private static final int TRIES = 20;

  private final Payments payments;
  private final Function<PaymentRow, String> shown;

  /** {@code shown} makes the JSON of a payment that webhooks carry. */
  public Settling(Payments payments, Function<PaymentRow, String> shown) {
    this.payments = payments;
    this.shown = shown;
  }

  /** A request that waits for the outcome: its key, and the answer that an outcome makes. */
  public record Asked(Key key, BiFunction<PaymentRow, Attempt, Key.StoredAnswer> answer) {}

  /**
   * What came of it.
   *
   * @param payment as it is afterwards; its attempt is still open only if it is being reversed
   * @param ours whether this call wrote it, and the answer that was asked for with it
   */
  public record Result(PaymentRow payment, boolean ours) {}

  /**
   * Settles.
   *
   * @param code decline code or authorisation code, as the event goes
   */
  public Result settle(
      PaymentRow payment,
      String reference,
      AttemptEvent event,
      Optional<String> code,
      Optional<Asked> asked) {
    PaymentRow now = payment;
    for (int i = 0; i < TRIES; i++) {
      Optional<Standing> after = now.standing().after(reference, event);
      if (after.isEmpty()) {
        return new Result(now, false);
      }
      Attempt settled = after.get().attempt(reference);
      boolean declined = settled.state() == AttemptState.DECLINED;
      boolean declinesPayment = declined && settled.kind() == AttemptKind.AUTHORISE;
      PaymentRow then = now.at(after.get(), declinesPayment ? code : now.declineCode());
      Settlement settlement =
          new Settlement(
              now,
              then,
              settled,
              declined ? code : Optional.empty(),
              settled.state() == AttemptState.APPROVED ? code : Optional.empty(),
              Posting.of(settled, now.standing()),
              asked.map(it -> new Settlement.Finished(it.key(), it.answer().apply(then, settled))),
              event(then, settled));
      if (payments.settle(settlement)) {
        return new Result(then, true);
      }
      now = payments.find(payment.id()).orElseThrow();
      if (payments.nextStep(reference).filter(Settling::isReversal).isPresent()
          && event != AttemptEvent.REVERSED) {
        return new Result(now, false);
      }
    }
    throw new IllegalStateException(reference + " could not be settled: too many changes at once");
  }

  private static boolean isReversal(NextStep step) {
    return step == NextStep.REVERSE;
  }

  private Optional<Settlement.Event> event(PaymentRow payment, Attempt settled) {
    boolean authorise = settled.kind() == AttemptKind.AUTHORISE;
    String type =
        switch (settled.state()) {
          case PENDING, UNKNOWN, NOT_SENT -> "";
          case APPROVED ->
              authorise
                  ? payment.standing().state().word()
                  : switch (settled.kind()) {
                    case AUTHORISE, CAPTURE -> "captured";
                    case VOID -> "voided";
                    case REFUND -> "refunded";
                  };
          case DECLINED -> authorise ? "declined" : settled.kind().word() + "_failed";
          case REVERSED -> authorise ? "failed" : settled.kind().word() + "_failed";
        };
    return type.isEmpty()
        ? Optional.empty()
        : Optional.of(new Settlement.Event("payment." + type, shown.apply(payment)));
  }
}
