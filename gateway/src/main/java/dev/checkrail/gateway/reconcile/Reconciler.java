package dev.checkrail.gateway.reconcile;

import dev.checkrail.gateway.acquiring.AcquirerClient;
import dev.checkrail.gateway.acquiring.Inquiry;
import dev.checkrail.gateway.acquiring.Reply;
import dev.checkrail.gateway.acquiring.Routing;
import dev.checkrail.gateway.payment.AttemptEvent;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.store.NextStep;
import dev.checkrail.gateway.store.PaymentRow;
import dev.checkrail.gateway.store.Payments;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what nobody knows. Each attempt that is open has a next step in the database; instances
 * lease the due ones, so that several of them share the work and none is done twice at a time.
 *
 * <pre>
 * inquire  approved / declined -> settled
 *          reversed            -> settled as reversed
 *          not known, or no answer: asked again, waiting longer each time; after the time to give
 *          up "reverse" is written down, and from then on only the reversal ends the attempt
 * reverse  confirmed -> settled as reversed, "verify" in a minute; else again, until confirmed
 * verify   nothing charged -> done; approved after all -> "void"
 * void     until the acquirer has done it
 * </pre>
 *
 * <p>"Not known" is never taken for "not charged". That "reverse" is written down before it is sent
 * keeps a late approval, learned by somebody else, from being booked while it is being undone.
 */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final int BATCH = 20;
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private final Payments payments;
  private final Routing routing;
  private final Settling settling;
  private final Duration callWithin;
  private final Duration giveUpAfter;

  /**
   * @param callWithin the time an acquirer has for an answer; far below the lease
   * @param giveUpAfter how old an attempt without an answer gets before it is reversed
   */
  public Reconciler(
      Payments payments,
      Routing routing,
      Settling settling,
      Duration callWithin,
      Duration giveUpAfter) {
    this.payments = payments;
    this.routing = routing;
    this.settling = settling;
    this.callWithin = callWithin;
    this.giveUpAfter = giveUpAfter;
  }

  /** Does what is due; gives how many steps were taken. */
  public int step() {
    List<Payments.Due> due = payments.leaseDue(BATCH);
    try (var tasks = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      due.forEach(it -> tasks.submit(() -> guarded(it)));
    }
    return due.size();
  }

  /** An error leaves the lease to end: the step is due again then. */
  private void guarded(Payments.Due due) {
    try {
      step(due);
    } catch (RuntimeException e) {
      LOG.warn("step {} of {} failed: {}", due.step(), due.reference(), e.getMessage());
    }
  }

  private void step(Payments.Due due) {
    Optional<AcquirerClient> acquirer = routing.named(due.acquirer());
    if (acquirer.isEmpty()) {
      later(due, due.step(), "this instance has no acquirer " + due.acquirer());
      return;
    }
    switch (due.step()) {
      case INQUIRE -> inquire(due, acquirer.get());
      case REVERSE -> reverse(due, acquirer.get());
      case VERIFY -> verify(due, acquirer.get());
      case VOID -> voidLate(due, acquirer.get());
    }
  }

  private void inquire(Payments.Due due, AcquirerClient acquirer) {
    switch (acquirer.inquire(due.reference(), callWithin)) {
      case Inquiry.Approved it -> settle(due, AttemptEvent.APPROVED, it.authorisationCode());
      case Inquiry.Declined it -> settle(due, AttemptEvent.DECLINED, it.code());
      case Inquiry.Reversed it -> settle(due, AttemptEvent.REVERSED, "");
      case Inquiry.NotKnown it -> notKnown(due, acquirer, "not known");
      case Inquiry.NoAnswer it -> notKnown(due, acquirer, it.why());
    }
  }

  private void notKnown(Payments.Due due, AcquirerClient acquirer, String why) {
    if (due.ageMillis() < giveUpAfter.toMillis()) {
      later(due, NextStep.INQUIRE, why);
    } else if (payments.schedule(
        due.reference(), due.state(), NextStep.REVERSE, LONGEST, "giving up: " + why)) {
      reverse(due, acquirer);
    }
  }

  private void reverse(Payments.Due due, AcquirerClient acquirer) {
    if (acquirer.reverse(due.reference(), callWithin)) {
      settle(due, AttemptEvent.REVERSED, "");
    } else {
      later(due, NextStep.REVERSE, "the reversal is not confirmed");
    }
  }

  private void verify(Payments.Due due, AcquirerClient acquirer) {
    switch (acquirer.inquire(due.reference(), callWithin)) {
      case Inquiry.Approved it -> {
        LOG.warn("{} was approved after its reversal and is voided", due.reference());
        later(due, NextStep.VOID, "approved after the reversal");
      }
      case Inquiry.Declined it -> payments.verified(due.reference(), "verified");
      case Inquiry.Reversed it -> payments.verified(due.reference(), "verified");
      case Inquiry.NotKnown it -> payments.verified(due.reference(), "verified");
      case Inquiry.NoAnswer it -> later(due, NextStep.VERIFY, it.why());
    }
  }

  private void voidLate(Payments.Due due, AcquirerClient acquirer) {
    switch (acquirer.voidLate(due.reference(), callWithin)) {
      case Reply.Approved it -> payments.verified(due.reference(), "a late approval was voided");
      case Reply.Declined it -> later(due, NextStep.VERIFY, "the void was declined: " + it.code());
      case Reply.NotSent it -> later(due, NextStep.VOID, it.why());
      case Reply.NoAnswer it -> later(due, NextStep.VOID, it.why());
    }
  }

  private void settle(Payments.Due due, AttemptEvent event, String code) {
    PaymentRow payment = payments.find(due.paymentId()).orElseThrow();
    Optional<String> said = code.isEmpty() ? Optional.empty() : Optional.of(code);
    PaymentRow after =
        settling.settle(payment, due.reference(), event, said, Optional.empty()).payment();
    LOG.info(
        "{} of {} is {}",
        due.reference(),
        due.paymentId(),
        after.standing().attempt(due.reference()).state().word());
  }

  private void later(Payments.Due due, NextStep step, String why) {
    AttemptState state = due.state();
    Duration in = Duration.ofSeconds(1L << Math.min(due.steps(), 6));
    payments.schedule(due.reference(), state, step, in.compareTo(LONGEST) > 0 ? LONGEST : in, why);
  }
}
