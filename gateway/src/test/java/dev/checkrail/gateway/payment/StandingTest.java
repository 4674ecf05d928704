package dev.checkrail.gateway.payment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandingTest {
  private int references;

  @Test
  void aSaleIsCapturedAtOnceAndRefundedInParts() {
    Standing sold = done(Standing.created(1000), AttemptKind.AUTHORISE, true, Optional.empty());
    assertThat(sold.state()).isEqualTo(PaymentState.CAPTURED);
    Standing part = done(sold, AttemptKind.REFUND, false, Optional.of(300L));
    assertThat(part.state()).isEqualTo(PaymentState.PARTIALLY_REFUNDED);
    Standing all = done(part, AttemptKind.REFUND, false, Optional.empty());
    assertThat(all.state()).isEqualTo(PaymentState.REFUNDED);
    assertThat(all.refunded()).isEqualTo(1000);
    assertThat(code(all.start(AttemptKind.REFUND, Optional.empty()))).isEqualTo("state_conflict");
  }

  @Test
  void captureTakesWhatIsLeftAndNeverMore() {
    Standing held = done(Standing.created(1000), AttemptKind.AUTHORISE, false, Optional.empty());
    Standing part = done(held, AttemptKind.CAPTURE, false, Optional.of(400L));
    assertThat(part.state()).isEqualTo(PaymentState.PARTIALLY_CAPTURED);
    assertThat(code(part.start(AttemptKind.CAPTURE, Optional.of(601L))))
        .isEqualTo("amount_too_large");
    assertThat(code(part.start(AttemptKind.VOID, Optional.empty()))).isEqualTo("state_conflict");
    assertThat(done(part, AttemptKind.CAPTURE, false, Optional.empty()).captured()).isEqualTo(1000);
  }

  @Test
  void whatIsUnderWayCountsAsUsed() {
    Standing held = done(Standing.created(1000), AttemptKind.AUTHORISE, false, Optional.empty());
    Standing busy = begun(held, AttemptKind.CAPTURE, false, Optional.of(700L));
    assertThat(code(busy.start(AttemptKind.CAPTURE, Optional.of(400L))))
        .isEqualTo("amount_too_large");
    assertThat(code(busy.start(AttemptKind.VOID, Optional.empty()))).isEqualTo("state_conflict");
  }

  @Test
  void anUnknownAuthorisationEndsOnceOnly() {
    Standing sent = begun(Standing.created(1000), AttemptKind.AUTHORISE, true, Optional.empty());
    String reference = sent.attempts().getFirst().reference();
    Standing unknown = sent.after(reference, AttemptEvent.NO_ANSWER).orElseThrow();
    assertThat(unknown.state()).isEqualTo(PaymentState.PROCESSING);
    Standing reversed = unknown.after(reference, AttemptEvent.REVERSED).orElseThrow();
    assertThat(reversed.state()).isEqualTo(PaymentState.FAILED);
    assertThat(reversed.after(reference, AttemptEvent.APPROVED)).isEmpty();
  }

  @Test
  void aRefundBelongsToOneCapture() {
    Standing held = done(Standing.created(1000), AttemptKind.AUTHORISE, false, Optional.empty());
    Standing two =
        done(
            done(held, AttemptKind.CAPTURE, false, Optional.of(400L)),
            AttemptKind.CAPTURE,
            false,
            Optional.of(600L));
    Standing.Start refund = two.start(AttemptKind.REFUND, Optional.of(500L));
    assertThat(refund).isInstanceOf(Standing.Allowed.class);
    assertThat(((Standing.Allowed) refund).original().orElseThrow().amount()).isEqualTo(600);
    assertThat(code(two.start(AttemptKind.REFUND, Optional.of(601L))))
        .isEqualTo("amount_too_large");
  }

  @Test
  void theTablesHaveARowForEachStateThatIsNotFinal() {
    assertThat(States.payments().map(States.Move::from).distinct())
        .containsExactlyInAnyOrder(
            PaymentState.REQUIRES_CONFIRMATION,
            PaymentState.PROCESSING,
            PaymentState.AUTHORISED,
            PaymentState.PARTIALLY_CAPTURED,
            PaymentState.CAPTURED,
            PaymentState.PARTIALLY_REFUNDED,
            PaymentState.REFUNDED);
    assertThat(States.attempts().map(States.Move::from).distinct())
        .containsExactlyInAnyOrder(AttemptState.PENDING, AttemptState.UNKNOWN);
  }

  private Standing begun(
      Standing standing, AttemptKind kind, boolean capture, Optional<Long> amount) {
    Standing.Allowed allowed = (Standing.Allowed) standing.start(kind, amount);
    return standing.with(
        new Attempt(
            "att_" + references++,
            kind,
            capture,
            allowed.amount(),
            "acq-a",
            allowed.original().map(Attempt::reference),
            AttemptState.PENDING));
  }

  private Standing done(
      Standing standing, AttemptKind kind, boolean capture, Optional<Long> amount) {
    Standing begun = begun(standing, kind, capture, amount);
    return begun.after(begun.attempts().getLast().reference(), AttemptEvent.APPROVED).orElseThrow();
  }

  private static String code(Standing.Start start) {
    return switch (start) {
      case Standing.Allowed it -> "ok";
      case Standing.Refused it -> it.code();
    };
  }
}
