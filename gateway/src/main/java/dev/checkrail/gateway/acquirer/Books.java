package dev.checkrail.gateway.acquirer;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the acquirer has done, and the rules by which it decides what it does next.
 *
 * <p>Every change is an {@link Operation}; {@link #record} is the only place where the state moves,
 * for a new entry and for one read from the journal alike, so that a restart leads to the same
 * books. Not thread-safe: {@link Acquirer} holds one lock around a decision and its place in the
 * journal. All operations stay in memory, as this is no bank: some 500 bytes each.
 */
final class Books {
  private final Map<String, Standing> standings = new HashMap<>();
  private long last;

  /** Where an operation stands after those that built upon it. */
  private static final class Standing {
    final Operation operation;
    boolean reversed;
    boolean voided;
    long captured;
    long refunded;

    Standing(Operation operation) {
      this.operation = operation;
      this.reversed = operation.kind() == Kind.TOMBSTONE;
      this.captured = operation.approved() && operation.capture() ? operation.amount() : 0;
    }

    /** What could be given back of it: nothing of a mere reservation. */
    long taken() {
      return switch (operation.kind()) {
        case AUTHORISE -> operation.capture() ? operation.amount() : 0;
        case CAPTURE -> operation.amount();
        case VOID, REFUND, REVERSE, TOMBSTONE -> 0;
      };
    }
  }

  /** What is known of a reference. */
  record Known(Operation operation, boolean reversed) {}

  Optional<Known> find(String reference) {
    return Optional.ofNullable(standings.get(reference))
        .map(it -> new Known(it.operation, it.reversed));
  }

  long last() {
    return last;
  }

  /** The entry that a request leads to. Only for a reference that is not in the books. */
  Operation decide(Request request, String fingerprint, Instant now) {
    return switch (request) {
      case Request.Authorise it ->
          entry(
              Kind.AUTHORISE,
              it,
              Optional.empty(),
              refusal(it, now),
              it.amount(),
              it.currency(),
              now,
              fingerprint);
      case Request.Capture it ->
          entry(
              Kind.CAPTURE,
              it,
              Optional.of(it.original()),
              refusal(it),
              it.amount(),
              it.currency(),
              now,
              fingerprint);
      case Request.Void it -> {
        Standing original = standings.get(it.original());
        long amount = original == null ? 0 : original.operation.amount();
        String currency = original == null ? "" : original.operation.currency();
        yield entry(
            Kind.VOID,
            it,
            Optional.of(it.original()),
            refusal(it),
            amount,
            currency,
            now,
            fingerprint);
      }
      case Request.Refund it ->
          entry(
              Kind.REFUND,
              it,
              Optional.of(it.original()),
              refusal(it),
              it.amount(),
              it.currency(),
              now,
              fingerprint);
    };
  }

  /** What a reversal leads to: empty if it was reversed before. */
  Optional<Operation> reverse(String reference, Instant now) throws HasSuccessors {
    Standing standing = standings.get(reference);
    if (standing == null) {
      return Optional.of(bare(Kind.TOMBSTONE, reference, Optional.of("reversed"), now));
    }
    if (standing.reversed) {
      return Optional.empty();
    }
    boolean mereReservation =
        standing.operation.kind() == Kind.AUTHORISE && !standing.operation.capture();
    if (standing.refunded > 0 || (mereReservation && standing.captured > 0)) {
      throw new HasSuccessors();
    }
    return Optional.of(bare(Kind.REVERSE, reference, Optional.empty(), now));
  }

  /** Puts an entry into the books. Entries come in the order of their numbers. */
  void record(Operation entry) {
    if (entry.sequence() != last + 1) {
      throw new IllegalStateException("entry " + entry.sequence() + " follows " + last);
    }
    last = entry.sequence();
    if (entry.kind() == Kind.REVERSE) {
      undo(standings.get(entry.reference()));
      return;
    }
    standings.put(entry.reference(), new Standing(entry));
    if (entry.approved()) {
      build(entry, 1);
    }
  }

  private void undo(@Nullable Standing standing) {
    if (standing == null) {
      throw new IllegalStateException("a reversal of what is not in the books");
    }
    standing.reversed = true;
    if (standing.operation.approved()) {
      build(standing.operation, -1);
    }
  }

  /** Changes what an entry builds upon; {@code sign} is -1 where the entry is undone. */
  private void build(Operation entry, int sign) {
    Standing original = entry.original().map(standings::get).orElse(null);
    if (original == null) {
      return;
    }
    switch (entry.kind()) {
      case CAPTURE -> original.captured += sign * entry.amount();
      case VOID -> original.voided = sign > 0;
      case REFUND -> original.refunded += sign * entry.amount();
      case AUTHORISE, REVERSE, TOMBSTONE -> {}
    }
  }

  private static Optional<String> refusal(Request.Authorise request, Instant now) {
    Optional<String> byNumber = TestCard.of(request.card().number()).flatMap(TestCard::declineCode);
    YearMonth expiry = YearMonth.of(request.card().expiryYear(), request.card().expiryMonth());
    // A card is good until the last day of its month; in the time zone that is furthest behind.
    YearMonth today = YearMonth.from(now.atOffset(ZoneOffset.ofHours(-12)));
    return expiry.isBefore(today) ? Optional.of("expired_card") : byNumber;
  }

  private Optional<String> refusal(Request.Capture request) {
    Standing original = standings.get(request.original());
    if (original == null || original.operation.kind() != Kind.AUTHORISE) {
      return Optional.of("unknown_original");
    }
    return notLive(original)
        .or(() -> when(original.operation.capture(), "already_captured"))
        .or(() -> otherCurrency(original, request.currency()))
        .or(() ->
            when(
                request.amount() > original.operation.amount() - original.captured,
                "amount_too_large"));
  }

  private Optional<String> refusal(Request.Void request) {
    Standing original = standings.get(request.original());
    if (original == null || original.operation.kind() != Kind.AUTHORISE) {
      return Optional.of("unknown_original");
    }
    return notLive(original).or(() -> when(original.captured > 0, "already_captured"));
  }

  private Optional<String> refusal(Request.Refund request) {
    Standing original = standings.get(request.original());
    if (original == null || original.taken() == 0) {
      return Optional.of("unknown_original");
    }
    return notLive(original)
        .or(() -> otherCurrency(original, request.currency()))
        .or(() ->
            when(request.amount() > original.taken() - original.refunded, "amount_too_large"));
  }

  private static Optional<String> notLive(Standing original) {
    return when(!original.operation.approved(), "not_approved")
        .or(() -> when(original.reversed, "reversed"))
        .or(() -> when(original.voided, "already_voided"));
  }

  private static Optional<String> otherCurrency(Standing original, String currency) {
    return when(!original.operation.currency().equals(currency), "currency_mismatch");
  }

  private static Optional<String> when(boolean refused, String code) {
    return refused ? Optional.of(code) : Optional.empty();
  }

  private Operation entry(
      Kind kind,
      Request request,
      Optional<String> original,
      Optional<String> declineCode,
      long amount,
      String currency,
      Instant now,
      String fingerprint) {
    long sequence = last + 1;
    boolean approved = declineCode.isEmpty();
    boolean authorise = kind == Kind.AUTHORISE;
    return new Operation(
        sequence,
        now,
        kind,
        request.reference(),
        original,
        approved,
        declineCode,
        approved && authorise ? Optional.of("A%08d".formatted(sequence)) : Optional.empty(),
        amount,
        currency,
        request instanceof Request.Authorise it && it.capture(),
        request instanceof Request.Authorise it
            ? Optional.of(it.card().masked())
            : Optional.empty(),
        fingerprint);
  }

  private Operation bare(Kind kind, String reference, Optional<String> declineCode, Instant now) {
    return new Operation(
        last + 1,
        now,
        kind,
        reference,
        Optional.empty(),
        declineCode.isEmpty(),
        declineCode,
        Optional.empty(),
        0,
        "",
        false,
        Optional.empty(),
        "");
  }

  /** Something that is still valid builds upon it. */
  static final class HasSuccessors extends Exception {
    private static final long serialVersionUID = 1;
  }
}
