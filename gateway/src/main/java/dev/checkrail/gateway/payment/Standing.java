package dev.checkrail.gateway.payment;

import java.util.List;
import java.util.Optional;

/**
 * Where a payment stands: its state, its totals in minor units, and its attempts, oldest first.
 * Says which operation may start, and what an outcome makes of it; asks nobody.
 */
public record Standing(
    PaymentState state,
    long amount,
    long authorised,
    long captured,
    long refunded,
    List<Attempt> attempts) {

  public Standing {
    attempts = List.copyOf(attempts);
    if (captured > authorised || refunded > captured || refunded < 0) {
      throw new IllegalArgumentException(
          "authorised %d, captured %d, refunded %d".formatted(authorised, captured, refunded));
    }
  }

  /** A payment of which nothing was sent yet. */
  public static Standing created(long amount) {
    return new Standing(PaymentState.REQUIRES_CONFIRMATION, amount, 0, 0, 0, List.of());
  }

  /** Whether an operation may start. */
  public sealed interface Start {}

  /** It may, with this amount, on this earlier operation. */
  public record Allowed(long amount, Optional<Attempt> original) implements Start {}

  /** It may not; a code of the API and a sentence. */
  public record Refused(String code, String detail) implements Start {}

  /** Whether this may start now; without an amount all that is left. */
  public Start start(AttemptKind kind, Optional<Long> asked) {
    return switch (kind) {
      case AUTHORISE ->
          States.next(state, PaymentEvent.CONFIRMED).isPresent()
              ? new Allowed(amount, Optional.empty())
              : conflict("confirmed");
      case CAPTURE -> startCapture(asked);
      case VOID ->
          state == PaymentState.AUTHORISED && attempts.stream().noneMatch(this::isOpenOperation)
              ? new Allowed(authorised, authorisation())
              : conflict("voided");
      case REFUND -> startRefund(asked);
    };
  }

  private Start startCapture(Optional<Long> asked) {
    boolean fits = state == PaymentState.AUTHORISED || state == PaymentState.PARTIALLY_CAPTURED;
    if (!fits || open(AttemptKind.VOID) > 0) {
      return conflict("captured");
    }
    long left = authorised - captured - open(AttemptKind.CAPTURE);
    if (left == 0) {
      return conflict("captured");
    }
    long wanted = asked.orElse(left);
    return wanted > left
        ? new Refused("amount_too_large", "%d is left to capture".formatted(left))
        : new Allowed(wanted, authorisation());
  }

  /** A refund belongs to one capture: the first one that has enough left. */
  private Start startRefund(Optional<Long> asked) {
    long most = 0;
    for (Attempt charge : attempts) {
      if (charge.state() == AttemptState.APPROVED && isCharge(charge)) {
        long left = charge.amount() - refundsOf(charge);
        if (left > 0 && asked.orElse(left) <= left) {
          return new Allowed(asked.orElse(left), Optional.of(charge));
        }
        most = Math.max(most, left);
      }
    }
    if (captured == 0 || most == 0) {
      return conflict("refunded");
    }
    return new Refused(
        "amount_too_large",
        captured - refunded > most
            ? "%d is the most that one capture has left; refund each of them".formatted(most)
            : "%d is left to refund".formatted(most));
  }

  /** The payment with a new attempt that is about to be sent. */
  public Standing with(Attempt attempt) {
    PaymentState next =
        attempt.kind() == AttemptKind.AUTHORISE ? moved(PaymentEvent.CONFIRMED) : state;
    List<Attempt> more =
        java.util.stream.Stream.concat(attempts.stream(), java.util.stream.Stream.of(attempt))
            .toList();
    return new Standing(next, amount, authorised, captured, refunded, more);
  }

  /** The payment once this became known of that attempt; empty if the attempt is settled. */
  public Optional<Standing> after(String reference, AttemptEvent event) {
    Attempt attempt = attempt(reference);
    return States.next(attempt.state(), event).map(next -> settled(attempt.in(next)));
  }

  private Standing settled(Attempt attempt) {
    List<Attempt> now =
        attempts.stream()
            .map(it -> it.reference().equals(attempt.reference()) ? attempt : it)
            .toList();
    boolean approved = attempt.state() == AttemptState.APPROVED;
    long a = authorised;
    long c = captured;
    long r = refunded;
    if (approved) {
      switch (attempt.kind()) {
        case AUTHORISE -> {
          a += attempt.amount();
          c += attempt.capture() ? attempt.amount() : 0;
        }
        case CAPTURE -> c += attempt.amount();
        case VOID -> {}
        case REFUND -> r += attempt.amount();
      }
    }
    PaymentState next = event(attempt, a, c, r).map(this::moved).orElse(state);
    return new Standing(next, amount, a, c, r, now);
  }

  private static Optional<PaymentEvent> event(Attempt attempt, long a, long c, long r) {
    boolean authorise = attempt.kind() == AttemptKind.AUTHORISE;
    return switch (attempt.state()) {
      case PENDING, UNKNOWN -> Optional.empty();
      case DECLINED -> authorise ? Optional.of(PaymentEvent.DECLINED) : Optional.empty();
      case NOT_SENT -> authorise ? Optional.of(PaymentEvent.NOT_SENT) : Optional.empty();
      case REVERSED -> authorise ? Optional.of(PaymentEvent.REVERSED) : Optional.empty();
      case APPROVED ->
          Optional.of(
              switch (attempt.kind()) {
                case AUTHORISE -> attempt.capture() ? PaymentEvent.SOLD : PaymentEvent.AUTHORISED;
                case CAPTURE -> c < a ? PaymentEvent.CAPTURED_PART : PaymentEvent.CAPTURED_REST;
                case VOID -> PaymentEvent.VOIDED;
                case REFUND -> r < c ? PaymentEvent.REFUNDED_PART : PaymentEvent.REFUNDED_REST;
              });
    };
  }

  private PaymentState moved(PaymentEvent event) {
    return States.next(state, event)
        .orElseThrow(() -> new IllegalStateException(event + " in " + state));
  }

  /** The attempt of this reference; asking for one that the payment does not have is a defect. */
  public Attempt attempt(String reference) {
    return attempts.stream()
        .filter(it -> it.reference().equals(reference))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no attempt " + reference));
  }

  private Optional<Attempt> authorisation() {
    return attempts.stream()
        .filter(it -> it.kind() == AttemptKind.AUTHORISE && it.state() == AttemptState.APPROVED)
        .findFirst();
  }

  private static boolean isCharge(Attempt it) {
    return it.kind() == AttemptKind.CAPTURE || (it.kind() == AttemptKind.AUTHORISE && it.capture());
  }

  private boolean isOpenOperation(Attempt it) {
    return it.state().isOpen();
  }

  /** The sum of what is under way of a kind: it counts as used until known. */
  private long open(AttemptKind kind) {
    return attempts.stream()
        .filter(it -> it.kind() == kind && it.state().isOpen())
        .mapToLong(Attempt::amount)
        .sum();
  }

  private long refundsOf(Attempt charge) {
    return attempts.stream()
        .filter(it -> it.kind() == AttemptKind.REFUND)
        .filter(it -> it.state().isOpen() || it.state() == AttemptState.APPROVED)
        .filter(it -> it.original().equals(Optional.of(charge.reference())))
        .mapToLong(Attempt::amount)
        .sum();
  }

  private Refused conflict(String wish) {
    boolean busy = attempts.stream().anyMatch(it -> it.state().isOpen());
    return new Refused(
        "state_conflict",
        "the payment is %s%s and cannot be %s"
            .formatted(state.word(), busy ? " with an operation under way" : "", wish));
  }
}
