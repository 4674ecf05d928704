package dev.checkrail.gateway.payment;

import static dev.checkrail.gateway.payment.PaymentState.AUTHORISED;
import static dev.checkrail.gateway.payment.PaymentState.CAPTURED;
import static dev.checkrail.gateway.payment.PaymentState.FAILED;
import static dev.checkrail.gateway.payment.PaymentState.PARTIALLY_CAPTURED;
import static dev.checkrail.gateway.payment.PaymentState.PARTIALLY_REFUNDED;
import static dev.checkrail.gateway.payment.PaymentState.PROCESSING;
import static dev.checkrail.gateway.payment.PaymentState.REFUNDED;
import static dev.checkrail.gateway.payment.PaymentState.REQUIRES_CONFIRMATION;
import static dev.checkrail.gateway.payment.PaymentState.VOIDED;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The two tables of states. What is not in a table does not happen: for a payment an event that has
 * no row is refused, for an attempt it changes nothing (whoever settles first has settled).
 */
public final class States {

  /** A row of a table. */
  public record Move<S, E>(S from, E event, S to) {}

  private static final Map<PaymentState, Map<PaymentEvent, PaymentState>> PAYMENT =
      new EnumMap<>(PaymentState.class);
  private static final Map<AttemptState, Map<AttemptEvent, AttemptState>> ATTEMPT =
      new EnumMap<>(AttemptState.class);

  static {
    on(REQUIRES_CONFIRMATION, PaymentEvent.CONFIRMED, PROCESSING);
    on(PROCESSING, PaymentEvent.AUTHORISED, AUTHORISED);
    on(PROCESSING, PaymentEvent.SOLD, CAPTURED);
    on(PROCESSING, PaymentEvent.DECLINED, PaymentState.DECLINED);
    on(PROCESSING, PaymentEvent.NOT_SENT, REQUIRES_CONFIRMATION);
    on(PROCESSING, PaymentEvent.REVERSED, FAILED);
    on(AUTHORISED, PaymentEvent.CAPTURED_PART, PARTIALLY_CAPTURED);
    on(AUTHORISED, PaymentEvent.CAPTURED_REST, CAPTURED);
    on(AUTHORISED, PaymentEvent.VOIDED, VOIDED);
    on(PARTIALLY_CAPTURED, PaymentEvent.CAPTURED_PART, PARTIALLY_CAPTURED);
    on(PARTIALLY_CAPTURED, PaymentEvent.CAPTURED_REST, CAPTURED);
    on(PARTIALLY_CAPTURED, PaymentEvent.REFUNDED_PART, PARTIALLY_REFUNDED);
    on(PARTIALLY_CAPTURED, PaymentEvent.REFUNDED_REST, REFUNDED);
    on(CAPTURED, PaymentEvent.REFUNDED_PART, PARTIALLY_REFUNDED);
    on(CAPTURED, PaymentEvent.REFUNDED_REST, REFUNDED);
    on(PARTIALLY_REFUNDED, PaymentEvent.REFUNDED_PART, PARTIALLY_REFUNDED);
    on(PARTIALLY_REFUNDED, PaymentEvent.REFUNDED_REST, REFUNDED);
    // A capture that was under way when the refund was done.
    on(PARTIALLY_REFUNDED, PaymentEvent.CAPTURED_PART, PARTIALLY_REFUNDED);
    on(PARTIALLY_REFUNDED, PaymentEvent.CAPTURED_REST, PARTIALLY_REFUNDED);
    on(REFUNDED, PaymentEvent.CAPTURED_PART, PARTIALLY_REFUNDED);
    on(REFUNDED, PaymentEvent.CAPTURED_REST, PARTIALLY_REFUNDED);

    on(AttemptState.PENDING, AttemptEvent.APPROVED, AttemptState.APPROVED);
    on(AttemptState.PENDING, AttemptEvent.DECLINED, AttemptState.DECLINED);
    on(AttemptState.PENDING, AttemptEvent.NOT_SENT, AttemptState.NOT_SENT);
    on(AttemptState.PENDING, AttemptEvent.NO_ANSWER, AttemptState.UNKNOWN);
    on(AttemptState.PENDING, AttemptEvent.REVERSED, AttemptState.REVERSED);
    on(AttemptState.UNKNOWN, AttemptEvent.APPROVED, AttemptState.APPROVED);
    on(AttemptState.UNKNOWN, AttemptEvent.DECLINED, AttemptState.DECLINED);
    on(AttemptState.UNKNOWN, AttemptEvent.NO_ANSWER, AttemptState.UNKNOWN);
    on(AttemptState.UNKNOWN, AttemptEvent.REVERSED, AttemptState.REVERSED);
  }

  private States() {}

  /** Where the event leads; empty if it cannot happen there. */
  public static Optional<PaymentState> next(PaymentState from, PaymentEvent event) {
    return Optional.ofNullable(PAYMENT.getOrDefault(from, Map.of()).get(event));
  }

  /** Where the event leads; empty if the attempt is settled already. */
  public static Optional<AttemptState> next(AttemptState from, AttemptEvent event) {
    return Optional.ofNullable(ATTEMPT.getOrDefault(from, Map.of()).get(event));
  }

  /** The table of payments, row by row. */
  public static Stream<Move<PaymentState, PaymentEvent>> payments() {
    return moves(PAYMENT);
  }

  /** The table of attempts, row by row. */
  public static Stream<Move<AttemptState, AttemptEvent>> attempts() {
    return moves(ATTEMPT);
  }

  /** Both tables in Markdown, as the documentation has them. */
  public static String printed() {
    return "### Payments\n\n" + table(payments()) + "\n### Attempts\n\n" + table(attempts());
  }

  private static <S extends Enum<S>, E extends Enum<E>> String table(Stream<Move<S, E>> moves) {
    return moves
        .map(m -> "| %s | %s | %s |\n".formatted(m.from().name(), m.event().name(), m.to().name()))
        .collect(Collectors.joining("", "| from | event | to |\n| --- | --- | --- |\n", ""));
  }

  private static <S, E> Stream<Move<S, E>> moves(Map<S, Map<E, S>> table) {
    return table.entrySet().stream()
        .flatMap(row ->
            row.getValue().entrySet().stream()
                .map(cell -> new Move<>(row.getKey(), cell.getKey(), cell.getValue())));
  }

  private static void on(PaymentState from, PaymentEvent event, PaymentState to) {
    PAYMENT.computeIfAbsent(from, it -> new EnumMap<>(PaymentEvent.class)).put(event, to);
  }

  private static void on(AttemptState from, AttemptEvent event, AttemptState to) {
    ATTEMPT.computeIfAbsent(from, it -> new EnumMap<>(AttemptEvent.class)).put(event, to);
  }
}
