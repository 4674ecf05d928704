package dev.checkrail.gateway.api;

import dev.checkrail.gateway.acquiring.AcquirerClient;
import dev.checkrail.gateway.acquiring.Inquiry;
import dev.checkrail.gateway.acquiring.Reply;
import dev.checkrail.gateway.acquiring.Routing;
import dev.checkrail.gateway.card.Card;
import dev.checkrail.gateway.card.CardCheck;
import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.AttemptEvent;
import dev.checkrail.gateway.payment.AttemptKind;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.payment.Standing;
import dev.checkrail.gateway.reconcile.Settling;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.Ids;
import dev.checkrail.gateway.store.Key;
import dev.checkrail.gateway.store.Merchant;
import dev.checkrail.gateway.store.NextStep;
import dev.checkrail.gateway.store.PaymentRow;
import dev.checkrail.gateway.store.Payments;
import dev.checkrail.gateway.store.Vault;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a POST does, in recovery points rather than one big transaction:
 *
 * <ol>
 *   <li>key, payment and attempt, with our reference for the acquirer, are written together, before
 *       anything is sent;
 *   <li>the acquirer is called, in no transaction, once;
 *   <li>the outcome and the final answer are written together, before anybody is answered.
 * </ol>
 *
 * <p>Whoever dies in between leaves a key whose lease runs out. Who finds it (the same request once
 * more, or the reconciler) asks the acquirer by our reference; nobody sends it again.
 */
final class Flow {
  private static final Logger LOG = LoggerFactory.getLogger(Flow.class);
  private static final int TRIES = 20;
  private static final Duration FIRST_INQUIRY = Duration.ofSeconds(1);
  private static final Duration RECORDING_WITHIN = Duration.ofSeconds(3);

  private final Payments payments;
  private final Settling settling;
  private final Routing routing;
  private final CardCheck cards;
  private final Vault vault;
  private final Ids ids;
  private final InstantSource clock;
  private final Duration acquirerWithin;

  Flow(
      Payments payments,
      Settling settling,
      Routing routing,
      CardCheck cards,
      Vault vault,
      Ids ids,
      InstantSource clock,
      Duration acquirerWithin) {
    this.payments = payments;
    this.settling = settling;
    this.routing = routing;
    this.cards = cards;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
    this.acquirerWithin = acquirerWithin;
  }

  /**
   * Who asks, under which key, how long he waits.
   *
   * @param path with the payment's id in it
   */
  record Asking(Merchant merchant, String key, String path, Deadline deadline, String requestId) {

    Key key(String fingerprint) {
      return new Key(merchant.id(), merchant.mode(), key, "POST", path, fingerprint);
    }
  }

  // --- create

  Answer create(Asking asking, Body.Create request) {
    Card card = checked(request.card());
    Key key = asking.key(fingerprint(request.canonical()));
    Standing standing = Standing.created(request.amount().minor());
    List<AcquirerClient> route = routing.route(request.amount().currency().code());
    if (request.confirm()) {
      if (route.isEmpty()) {
        throw Refusal.of(Code.ACQUIRER_UNAVAILABLE, "no acquirer takes this currency");
      }
      standing = standing.with(authorisation(standing, !request.manualCapture(), route.getFirst()));
    }
    PaymentRow payment =
        new PaymentRow(
            ids.next("pay"),
            asking.merchant().id(),
            asking.merchant().mode(),
            request.amount().currency(),
            request.manualCapture(),
            card.face(),
            ids.next("card"),
            Optional.empty(),
            request.description(),
            request.metadata(),
            0,
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            standing);
    asking.deadline().check();
    if (!request.confirm()) {
      Key.StoredAnswer answer = new Key.StoredAnswer(201, PaymentJson.of(payment));
      return payments.create(payment, card, key, Optional.of(answer))
          ? Answer.stored(answer, false)
          : resume(asking, key, Optional.of(card), 201);
    }
    return payments.create(payment, card, key, Optional.empty())
        ? send(asking, key, payment, standing.attempts().getFirst(), Optional.of(card), 201)
        : resume(asking, key, Optional.of(card), 201);
  }

  private Card checked(Body.CardData data) {
    YearMonth today = YearMonth.from(clock.instant().atOffset(ZoneOffset.ofHours(-12)));
    return switch (cards.check(data.number, data.expiryMonth, data.expiryYear, data.cvc, today)) {
      case CardCheck.Accepted accepted -> accepted.card();
      case CardCheck.Refused refused ->
          throw Refusal.field(
              Code.valueOf(refused.code().toUpperCase(java.util.Locale.ROOT)),
              refused.field(),
              refused.detail());
    };
  }

  private Attempt authorisation(Standing standing, boolean capture, AcquirerClient acquirer) {
    return new Attempt(
        ids.next("att"),
        AttemptKind.AUTHORISE,
        capture,
        standing.amount(),
        acquirer.name(),
        Optional.empty(),
        AttemptState.PENDING);
  }

  // --- operations on a payment

  Answer confirm(Asking asking, String id, String cvc) {
    return operate(
        asking, id, AttemptKind.AUTHORISE, Optional.empty(), Optional.of(cvc), "confirm", 200);
  }

  Answer capture(Asking asking, String id, Optional<Long> amount) {
    return operate(
        asking, id, AttemptKind.CAPTURE, amount, Optional.empty(), "capture" + amount, 200);
  }

  Answer voided(Asking asking, String id) {
    return operate(asking, id, AttemptKind.VOID, Optional.empty(), Optional.empty(), "void", 200);
  }

  Answer refund(Asking asking, String id, Optional<Long> amount) {
    return operate(
        asking, id, AttemptKind.REFUND, amount, Optional.empty(), "refund" + amount, 201);
  }

  private Answer operate(
      Asking asking,
      String id,
      AttemptKind kind,
      Optional<Long> amount,
      Optional<String> cvc,
      String canonical,
      int success) {
    Key key = asking.key(fingerprint(canonical));
    PaymentRow payment =
        payments
            .find(asking.merchant().id(), asking.merchant().mode(), id)
            .orElseThrow(() -> Refusal.of(Code.NOT_FOUND, "there is no such payment"));
    Optional<Card> card = cvc.map(it -> payments.card(payment, Optional.of(it)));
    if (payments.key(key).isPresent()) {
      return resume(asking, key, card, success);
    }
    PaymentRow before = payment;
    for (int i = 0; i < TRIES; i++) {
      asking.deadline().check();
      Attempt attempt = next(before, kind, amount);
      PaymentRow after = before.at(before.standing().with(attempt), before.declineCode());
      switch (payments.start(before, after, key)) {
        case YES -> {
          return send(asking, key, after, attempt, card, success);
        }
        case KEY_EXISTS -> {
          return resume(asking, key, card, success);
        }
        case CHANGED -> before = payments.find(id).orElseThrow();
      }
    }
    throw Refusal.of(Code.OVERLOADED, "too much happens to this payment at once");
  }

  /** The attempt to be written down, or the refusal; nothing is stored under the key then. */
  private Attempt next(PaymentRow payment, AttemptKind kind, Optional<Long> amount) {
    Standing.Allowed allowed =
        switch (payment.standing().start(kind, amount)) {
          case Standing.Refused refused ->
              throw new Refusal(
                  Problem.about(
                      Code.valueOf(refused.code().toUpperCase(java.util.Locale.ROOT)),
                      payment.id(),
                      Optional.empty(),
                      refused.detail()));
          case Standing.Allowed it -> it;
        };
    if (kind == AttemptKind.AUTHORISE) {
      List<AcquirerClient> route = routing.route(payment.currency().code());
      if (route.isEmpty()) {
        throw Refusal.of(Code.ACQUIRER_UNAVAILABLE, "no acquirer takes this currency");
      }
      return authorisation(payment.standing(), !payment.manualCapture(), route.getFirst());
    }
    Attempt original = allowed.original().orElseThrow();
    return new Attempt(
        ids.next("att"),
        kind,
        false,
        allowed.amount(),
        original.acquirer(),
        Optional.of(original.reference()),
        AttemptState.PENDING);
  }

  // --- sending

  private Answer send(
      Asking asking, Key key, PaymentRow written, Attempt first, Optional<Card> card, int success) {
    PaymentRow payment = written;
    Attempt attempt = first;
    Set<String> asked = new HashSet<>();
    while (true) {
      asked.add(attempt.acquirer());
      Reply reply = call(asking, payment, attempt, card);
      switch (reply) {
        case Reply.Approved it -> {
          return settled(
              asking,
              key,
              payment,
              attempt,
              AttemptEvent.APPROVED,
              it.authorisationCode(),
              success);
        }
        case Reply.Declined it -> {
          return settled(asking, key, payment, attempt, AttemptEvent.DECLINED, it.code(), success);
        }
        case Reply.NoAnswer it -> {
          return unknown(key, payment, attempt, it.why());
        }
        case Reply.NotSent it -> {
          payment =
              settling
                  .settle(
                      payment,
                      attempt.reference(),
                      AttemptEvent.NOT_SENT,
                      Optional.empty(),
                      Optional.empty())
                  .payment();
          Optional<Attempt> another = elsewhere(payment, attempt, asked);
          if (another.isEmpty() || asking.deadline().isOver()) {
            payments.release(key);
            asking.deadline().check();
            throw new Refusal(
                Problem.about(
                    Code.ACQUIRER_UNAVAILABLE,
                    payment.id(),
                    Optional.empty(),
                    "nothing was sent; repeat the request with the same key"));
          }
          PaymentRow after =
              payment.at(payment.standing().with(another.get()), payment.declineCode());
          if (!payments.startAgain(payment, after, key)) {
            payments.release(key);
            throw Refusal.of(Code.REQUEST_IN_PROGRESS, "somebody else works on this request");
          }
          payment = after;
          attempt = another.get();
        }
      }
    }
  }

  private Reply call(Asking asking, PaymentRow payment, Attempt attempt, Optional<Card> card) {
    Duration left = asking.deadline().left();
    if (!left.isPositive()) {
      return new Reply.NotSent("nobody waits any more");
    }
    Optional<AcquirerClient> acquirer = routing.named(attempt.acquirer());
    if (acquirer.isEmpty()) {
      return new Reply.NotSent("no such acquirer here");
    }
    Duration within = left.compareTo(acquirerWithin) < 0 ? left : acquirerWithin;
    String currency = payment.currency().code();
    return attempt.kind() == AttemptKind.AUTHORISE
        ? acquirer.get().authorise(attempt, currency, card.orElseThrow(), within)
        : acquirer.get().followUp(attempt, currency, within);
  }

  /** Another acquirer, for an authorisation that was proven not to have been sent. */
  private Optional<Attempt> elsewhere(PaymentRow payment, Attempt attempt, Set<String> asked) {
    if (attempt.kind() != AttemptKind.AUTHORISE) {
      return Optional.empty(); // what it builds upon is at this acquirer
    }
    return routing.route(payment.currency().code()).stream()
        .filter(it -> !asked.contains(it.name()))
        .findFirst()
        .map(it -> authorisation(payment.standing(), attempt.capture(), it));
  }

  /** The outcome is known; nobody is told before it is written down. */
  private Answer settled(
      Asking asking,
      Key key,
      PaymentRow payment,
      Attempt attempt,
      AttemptEvent event,
      String code,
      int success) {
    Optional<String> said = code.isEmpty() ? Optional.empty() : Optional.of(code);
    Settling.Asked wanted =
        new Settling.Asked(
            key, (after, it) -> finalAnswer(after, it, said, success, asking.requestId()));
    long giveUp = System.nanoTime() + RECORDING_WITHIN.toNanos();
    while (true) {
      try {
        Settling.Result result =
            settling.settle(payment, attempt.reference(), event, said, Optional.of(wanted));
        PaymentRow after = result.payment();
        return result.ours()
            ? Answer.stored(
                wanted.answer().apply(after, after.standing().attempt(attempt.reference())), false)
            : answer(asking, key, after, attempt.reference(), success);
      } catch (RuntimeException e) {
        if (!Database.isOutage(e)) {
          throw e;
        }
        if (System.nanoTime() > giveUp || asking.deadline().isOver()) {
          // It is known here and nowhere else: not safe to be told. The reconciler asks again.
          LOG.warn("the outcome of {} could not be written down", attempt.reference());
          return Answer.processing(PaymentJson.of(payment));
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Answer unknown(Key key, PaymentRow payment, Attempt attempt, String why) {
    LOG.warn("no answer about {} from {}: {}", attempt.reference(), attempt.acquirer(), why);
    try {
      payments.markUnknown(attempt.reference(), FIRST_INQUIRY, why);
      payments.release(key);
    } catch (RuntimeException e) {
      if (!Database.isOutage(e)) {
        throw e;
      }
      // It stays pending with its next step at the end of the lease: as good, only later.
    }
    return Answer.processing(
        PaymentJson.of(
            payment.at(
                payment
                    .standing()
                    .after(attempt.reference(), AttemptEvent.NO_ANSWER)
                    .orElse(payment.standing()),
                payment.declineCode())));
  }

  // --- the same key once more

  private Answer resume(Asking asking, Key key, Optional<Card> card, int success) {
    Key.Stored stored =
        payments
            .key(key)
            .orElseThrow(() -> Refusal.of(Code.REQUEST_IN_PROGRESS, "try again in a second"));
    if (!stored.key().isSameRequest(key)) {
      throw Refusal.of(
          Code.IDEMPOTENCY_KEY_REUSED,
          "this Idempotency-Key was used with another method, path or body");
    }
    if (stored.answer().isPresent()) {
      return Answer.stored(stored.answer().get(), true);
    }
    if (stored.leased() || !payments.takeLease(key)) {
      throw Refusal.of(Code.REQUEST_IN_PROGRESS, "the first request with this key is running");
    }
    PaymentRow payment = payments.find(stored.paymentId()).orElseThrow();
    Attempt attempt = payment.standing().attempt(stored.reference().orElseThrow());
    return switch (attempt.state()) {
      case PENDING, UNKNOWN -> inquire(asking, key, payment, attempt, success);
      case NOT_SENT -> again(asking, key, payment, attempt, card, success);
      case APPROVED, DECLINED, REVERSED ->
          answer(asking, key, payment, attempt.reference(), success);
    };
  }

  private Answer inquire(Asking asking, Key key, PaymentRow payment, Attempt attempt, int success) {
    boolean reversing =
        payments.nextStep(attempt.reference()).filter(step -> step == NextStep.REVERSE).isPresent();
    Optional<AcquirerClient> acquirer = routing.named(attempt.acquirer());
    if (reversing || acquirer.isEmpty()) {
      payments.release(key);
      return Answer.processing(PaymentJson.of(payment));
    }
    Duration left = asking.deadline().left();
    Duration within = left.compareTo(acquirerWithin) < 0 ? left : acquirerWithin;
    if (!within.isPositive()) {
      payments.release(key);
      asking.deadline().check();
    }
    return switch (acquirer.get().inquire(attempt.reference(), within)) {
      case Inquiry.Approved it ->
          settled(
              asking,
              key,
              payment,
              attempt,
              AttemptEvent.APPROVED,
              it.authorisationCode(),
              success);
      case Inquiry.Declined it ->
          settled(asking, key, payment, attempt, AttemptEvent.DECLINED, it.code(), success);
      case Inquiry.Reversed it ->
          settled(asking, key, payment, attempt, AttemptEvent.REVERSED, "", success);
      case Inquiry.NotKnown it -> unknown(key, payment, attempt, "not known when asked");
      case Inquiry.NoAnswer it -> unknown(key, payment, attempt, it.why());
    };
  }

  /** The attempt of before was never sent: a new one, under the same key. */
  private Answer again(
      Asking asking,
      Key key,
      PaymentRow payment,
      Attempt before,
      Optional<Card> card,
      int success) {
    try {
      asking.deadline().check();
      Attempt attempt = next(payment, before.kind(), amountAgain(before));
      PaymentRow after = payment.at(payment.standing().with(attempt), payment.declineCode());
      if (!payments.startAgain(payment, after, key)) {
        throw Refusal.of(Code.REQUEST_IN_PROGRESS, "the payment changed meanwhile; try again");
      }
      return send(asking, key, after, attempt, card, success);
    } catch (Refusal e) {
      payments.release(key);
      throw e;
    }
  }

  private static Optional<Long> amountAgain(Attempt before) {
    return switch (before.kind()) {
      case AUTHORISE, VOID -> Optional.empty();
      case CAPTURE, REFUND -> Optional.of(before.amount());
    };
  }

  // --- answers

  /** From what is written down; an attempt that is settled makes a final answer. */
  private Answer answer(Asking asking, Key key, PaymentRow payment, String reference, int success) {
    Attempt attempt = payment.standing().attempt(reference);
    if (attempt.state().isOpen()) {
      payments.release(key);
      return Answer.processing(PaymentJson.of(payment));
    }
    Key.StoredAnswer mine =
        finalAnswer(payment, attempt, payments.declineCode(reference), success, asking.requestId());
    Key.StoredAnswer counting = payments.finish(key, mine);
    return Answer.stored(counting, false);
  }

  private static Key.StoredAnswer finalAnswer(
      PaymentRow payment, Attempt attempt, Optional<String> code, int success, String requestId) {
    return switch (attempt.state()) {
      case APPROVED -> new Key.StoredAnswer(success, PaymentJson.of(payment));
      case DECLINED ->
          stored(
              Problem.about(
                  Code.DECLINED,
                  payment.id(),
                  code.or(() -> Optional.of("declined")),
                  "the acquirer declined to " + attempt.kind().word()),
              requestId);
      case REVERSED ->
          stored(
              Problem.about(
                  Code.ACQUIRER_NO_ANSWER,
                  payment.id(),
                  Optional.empty(),
                  "the attempt to " + attempt.kind().word() + " was reversed; nothing was moved"),
              requestId);
      case PENDING, UNKNOWN, NOT_SENT ->
          throw new IllegalStateException("no final answer while " + attempt.state());
    };
  }

  private static Key.StoredAnswer stored(Problem problem, String requestId) {
    return new Key.StoredAnswer(problem.status(), problem.json(requestId));
  }

  private String fingerprint(String canonical) {
    return HexFormat.of().formatHex(vault.fingerprint(canonical));
  }
}
