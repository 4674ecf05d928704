package dev.checkrail.gateway.store;

import dev.checkrail.gateway.card.Brand;
import dev.checkrail.gateway.card.Card;
import dev.checkrail.gateway.card.CardFace;
import dev.checkrail.gateway.ledger.Posting;
import dev.checkrail.gateway.money.Currency;
import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.AttemptKind;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.payment.PaymentState;
import dev.checkrail.gateway.payment.Standing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * Payments, attempts, keys, ledger and outbox: what must change together changes in one statement,
 * and one statement is one transaction, one way to the server and one flush to the disk.
 *
 * <p>Nobody waits for a lock while he thinks: a change names the version of the payment that it was
 * worked out for and does nothing if another change came first. The caller then looks again.
 */
public final class Payments {
  /** How long whoever started a request may work on it before others look after it. */
  public static final Duration LEASE = Duration.ofSeconds(30);

  private final Jdbi jdbi;
  private final Vault vault;
  private final long leaseMillis;

  public Payments(Database database, Vault vault, Duration lease) {
    this.jdbi = database.jdbi();
    jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
    jdbi.registerArrayType(String.class, "text");
    jdbi.registerArrayType(Long.class, "bigint");
    this.vault = vault;
    this.leaseMillis = lease.toMillis();
  }

  private static final String INSERT_ATTEMPT =
      """
      insert into attempts (reference, payment_id, kind, capture, amount, acquirer, original, state,
        next_step, next_step_at)
      select :reference, :payment, :kind, :capture, :attemptAmount, :acquirer, :original, 'pending',
        'inquire', now() + :lease * interval '1 millisecond'
      """;

  private static final String INSERT_KEY =
      """
      insert into idempotency_keys (merchant_id, mode, key, method, path, fingerprint, payment_id,
        reference, lease_until, status, body)
      select :merchant, :mode, :key, :method, :path, decode(:fingerprint, 'hex'), :payment,
        :reference, now() + :lease * interval '1 millisecond', :status, :body
      """;

  private static final String CREATE =
      """
      with k as (%s on conflict do nothing returning 1),
      c as (insert into cards (token, merchant_id, key_id, sealed, brand, last4, expiry_month, expiry_year)
        select :token, :merchant, :keyId, :sealed, :brand, :last4, :expiryMonth, :expiryYear from k),
      p as (insert into payments (id, merchant_id, mode, amount, currency, manual_capture, state,
          card_token, description, metadata, version, created_at)
        select :payment, :merchant, :mode, :amount, :currency, :manual, :state, :token,
          :description, :metadata, :version, to_timestamp(:createdAt / 1000.0) from k),
      a as (%s from k where :reference::text is not null)
      select count(*) from k
      """
          .formatted(INSERT_KEY, INSERT_ATTEMPT);

  /**
   * Writes a new payment with its key and, if it is about to be sent, its attempt.
   *
   * @param answer final at once if nothing is to be sent
   * @return false if the key is there already: then nothing was written
   */
  public boolean create(PaymentRow payment, Card card, Key key, Optional<Key.StoredAnswer> answer) {
    Optional<Attempt> attempt = payment.standing().attempts().stream().findFirst();
    return jdbi.withHandle(handle -> {
      var query = handle.createQuery(CREATE);
      bind(query, key);
      bind(query, attempt);
      return query
              .bind("payment", payment.id())
              .bind("amount", payment.standing().amount())
              .bind("currency", payment.currency().code())
              .bind("manual", payment.manualCapture())
              .bind("state", payment.standing().state().word())
              .bind("description", payment.description().orElse(null))
              .bind("metadata", payment.metadata())
              .bind("version", payment.version())
              .bind("createdAt", (double) payment.createdAt().toEpochMilli())
              .bind("token", payment.cardToken())
              .bind("keyId", vault.keyId())
              .bind("sealed", vault.seal(card.number(), payment.cardToken()))
              .bind("brand", payment.card().brand().word())
              .bind("last4", payment.card().last4())
              .bind("expiryMonth", payment.card().expiryMonth())
              .bind("expiryYear", payment.card().expiryYear())
              .bind("status", answer.map(Key.StoredAnswer::status).orElse(null))
              .bind("body", answer.map(Key.StoredAnswer::body).orElse(null))
              .mapTo(Integer.class)
              .one()
          == 1;
    });
  }

  /** What became of an operation that wanted to start. */
  public enum Started {
    /** Written down; to be sent now. */
    YES,
    /** The key is there already. */
    KEY_EXISTS,
    /** The payment changed meanwhile: look again. */
    CHANGED
  }

  private static final String START =
      """
      with p as (update payments set version = version + 1, state = :state
        where id = :payment and version = :version returning 1),
      k as (%s from p on conflict do nothing returning 1),
      a as (%s from k)
      select (select count(*) from p), (select count(*) from k)
      """
          .formatted(INSERT_KEY, INSERT_ATTEMPT);

  /** Writes a new operation on a payment: {@code after} is the payment with the attempt in it. */
  public Started start(PaymentRow before, PaymentRow after, Key key) {
    Attempt attempt = after.standing().attempts().getLast();
    return jdbi.inTransaction(handle -> {
      var query = handle.createQuery(START);
      bind(query, key);
      bind(query, Optional.of(attempt));
      Started started =
          query
              .bind("payment", before.id())
              .bind("version", before.version())
              .bind("state", after.standing().state().word())
              .bind("status", (Integer) null)
              .bind("body", (String) null)
              .map((row, context) ->
                  row.getInt(1) == 0
                      ? Started.CHANGED
                      : row.getInt(2) == 0 ? Started.KEY_EXISTS : Started.YES)
              .one();
      if (started == Started.KEY_EXISTS) {
        handle.rollback(); // the payment must not move for a request that is not carried out
      }
      return started;
    });
  }

  private static final String START_AGAIN =
      """
      with p as (update payments set version = version + 1, state = :state
        where id = :payment and version = :version returning 1),
      k as (update idempotency_keys set reference = :reference,
          lease_until = now() + :lease * interval '1 millisecond'
        from p where merchant_id = :merchant and mode = :mode and key = :key and status is null
        returning 1),
      a as (%s from k)
      select count(*) from k
      """
          .formatted(INSERT_ATTEMPT);

  /** A further attempt under a key that is there, after one that was never sent. */
  public boolean startAgain(PaymentRow before, PaymentRow after, Key key) {
    Attempt attempt = after.standing().attempts().getLast();
    return jdbi.withHandle(handle -> {
      var query = handle.createQuery(START_AGAIN);
      bind(query, Optional.of(attempt));
      return query
              .bind("merchant", key.merchantId())
              .bind("mode", key.mode())
              .bind("key", key.value())
              .bind("payment", before.id())
              .bind("version", before.version())
              .bind("state", after.standing().state().word())
              .mapTo(Integer.class)
              .one()
          == 1;
    });
  }

  // Whether the attempt may be settled is asked of the statement's snapshot. That is safe because
  // whatever closes that door (another settlement, the start of a reversal) also moves the version.
  private static final String SETTLE =
      """
      with p as (update payments set version = version + 1, state = :state, authorised = :authorised,
          captured = :captured, refunded = :refunded, decline_code = :paymentDecline
        where id = :payment and version = :version and exists (select 1 from attempts
          where reference = :reference and attempts.state in ('pending', 'unknown')
            and (next_step <> 'reverse' or :attemptState = 'reversed')) returning 1),
      a as (update attempts set state = :attemptState, decline_code = :decline,
          authorisation_code = :authorisation, settled_at = now(),
          next_step = case when :attemptState = 'reversed' then 'verify' end,
          next_step_at = case when :attemptState = 'reversed' then now() + interval '60 seconds' end
        from p where reference = :reference returning 1),
      l as (insert into ledger_entries (posting, line, account, merchant_id, currency, amount)
        select :reference, x.line, x.account, :merchant, :currency, x.amount
        from a, unnest(:accounts, :amounts) with ordinality as x (account, amount, line)),
      o as (insert into outbox (merchant_id, payment_id, type, payload)
        select m.id, :payment, :eventType, :eventPayload from a, merchants m
        where m.id = :merchant and m.webhook_url is not null and :eventType::text is not null),
      k as (update idempotency_keys set status = :status, body = :body
        from a where merchant_id = :merchant and mode = :mode and key = :key and :key::text is not null
          and idempotency_keys.status is null)
      select count(*) from a
      """;

  /**
   * Settles an attempt: attempt, payment, ledger, event and answer together.
   *
   * @return false if something changed meanwhile or the attempt is settled: then nothing was
   *     written
   */
  public boolean settle(Settlement it) {
    Standing after = it.after().standing();
    Optional<Key.StoredAnswer> answer = it.answer().map(Settlement.Finished::answer);
    List<Posting.Entry> entries = it.posting().entries();
    return jdbi.withHandle(handle ->
        handle
                .createQuery(SETTLE)
                .bind("payment", it.before().id())
                .bind("version", it.before().version())
                .bind("state", after.state().word())
                .bind("authorised", after.authorised())
                .bind("captured", after.captured())
                .bind("refunded", after.refunded())
                .bind("paymentDecline", it.after().declineCode().orElse(null))
                .bind("reference", it.settled().reference())
                .bind("attemptState", it.settled().state().word())
                .bind("decline", it.declineCode().orElse(null))
                .bind("authorisation", it.authorisationCode().orElse(null))
                .bind("merchant", it.before().merchantId())
                .bind("mode", it.before().mode())
                .bind("currency", it.before().currency().code())
                .bindArray(
                    "accounts",
                    String.class,
                    entries.stream().map(Posting.Entry::account).toArray())
                .bindArray(
                    "amounts", Long.class, entries.stream().map(Posting.Entry::amount).toArray())
                .bind("eventType", it.event().map(Settlement.Event::type).orElse(null))
                .bind("eventPayload", it.event().map(Settlement.Event::payload).orElse(null))
                .bind("key", it.answer().map(done -> done.key().value()).orElse(null))
                .bind("status", answer.map(Key.StoredAnswer::status).orElse(null))
                .bind("body", answer.map(Key.StoredAnswer::body).orElse(null))
                .mapTo(Integer.class)
                .one()
            == 1);
  }

  /** Nobody knows what became of the attempt; asks again after {@code in}. */
  public void markUnknown(String reference, Duration in, String why) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                """
                update attempts set state = 'unknown', last_step = :why,
                  next_step_at = now() + :in * interval '1 millisecond'
                where reference = :reference and state = 'pending'
                """)
            .bind("reference", reference)
            .bind("in", in.toMillis())
            .bind("why", why)
            .execute());
  }

  // --- keys

  private static final String KEY = "merchant_id = :merchant and mode = :mode and key = :key";

  /** What is stored under this key of the merchant, for whatever request. */
  public Optional<Key.Stored> key(Key key) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                "select method, path, encode(fingerprint, 'hex'), payment_id, reference,"
                    + " lease_until > now(), status, body from idempotency_keys where "
                    + KEY)
            .bind("merchant", key.merchantId())
            .bind("mode", key.mode())
            .bind("key", key.value())
            .map((row, context) -> {
              int status = row.getInt(7);
              return new Key.Stored(
                  new Key(
                      key.merchantId(),
                      key.mode(),
                      key.value(),
                      row.getString(1),
                      row.getString(2),
                      row.getString(3)),
                  row.getString(4),
                  Optional.ofNullable(row.getString(5)),
                  row.getBoolean(6),
                  status == 0
                      ? Optional.empty()
                      : Optional.of(new Key.StoredAnswer(status, row.getString(8))));
            })
            .findOne());
  }

  /** Takes over a key that nobody works on; of several only one gets it. */
  public boolean takeLease(Key key) {
    return update(
            key,
            "lease_until = now() + :lease * interval '1 millisecond'",
            " and status is null and lease_until <= now()",
            null)
        == 1;
  }

  /** Lets others work on the key. */
  public void release(Key key) {
    update(key, "lease_until = now()", "", null);
  }

  /** Stores the final answer if there is none, and gives the one that counts. */
  public Key.StoredAnswer finish(Key key, Key.StoredAnswer answer) {
    update(
        key, "status = :status, body = :body, lease_until = now()", " and status is null", answer);
    return key(key).flatMap(Key.Stored::answer).orElse(answer);
  }

  private int update(Key key, String change, String where, Key.@Nullable StoredAnswer answer) {
    return jdbi.withHandle(handle -> {
      var update =
          handle
              .createUpdate("update idempotency_keys set " + change + " where " + KEY + where)
              .bind("merchant", key.merchantId())
              .bind("mode", key.mode())
              .bind("key", key.value());
      return (answer == null
              ? update.bind("lease", leaseMillis)
              : update.bind("status", answer.status()).bind("body", answer.body()))
          .execute();
    });
  }

  /** Forgets finished keys older than this; gives how many. */
  public int forgetKeys(Duration age) {
    return jdbi.withHandle(handle ->
        handle
            .createUpdate(
                "delete from idempotency_keys where status is not null"
                    + " and created_at < now() - :age * interval '1 second'")
            .bind("age", age.toSeconds())
            .execute());
  }

  // --- reading

  private static final String SELECT =
      """
      select p.id, p.merchant_id, p.mode, p.amount, p.currency, p.manual_capture, p.state,
        p.authorised, p.captured, p.refunded, p.card_token, p.decline_code, p.description,
        p.metadata, p.version, p.created_at, c.brand, c.last4, c.expiry_month, c.expiry_year,
        a.reference, a.kind, a.capture, a.amount, a.acquirer, a.original, a.state
      from payments p join cards c on c.token = p.card_token
        left join attempts a on a.payment_id = p.id
      """;

  /** A payment of a merchant. */
  public Optional<PaymentRow> find(String merchantId, String mode, String id) {
    return find(id).filter(it -> it.merchantId().equals(merchantId) && it.mode().equals(mode));
  }

  /** A payment, whoever's. */
  public Optional<PaymentRow> find(String id) {
    return jdbi
        .withHandle(handle ->
            assembled(
                handle
                    .createQuery(SELECT + " where p.id = :id order by a.created_at, a.reference")
                    .bind("id", id)))
        .stream()
        .findFirst();
  }

  /** Up to {@code limit} payments of a merchant, newest first, older than {@code after}. */
  public List<PaymentRow> list(String merchantId, String mode, Optional<String> after, int limit) {
    return jdbi.withHandle(handle ->
        assembled(
            handle
                .createQuery(
                    SELECT
                        + """
                         where p.id in (select id from payments where merchant_id = :merchant
                             and mode = :mode and (:after::text is null or id < :after)
                             order by id desc limit :limit)
                          order by p.id desc, a.created_at, a.reference
                        """)
                .bind("merchant", merchantId)
                .bind("mode", mode)
                .bind("after", after.orElse(null))
                .bind("limit", limit)));
  }

  /** The stored card, with a CVC that came with the request. */
  public Card card(PaymentRow payment, Optional<String> cvc) {
    byte[] sealed =
        jdbi.withHandle(handle ->
            handle
                .createQuery("select sealed from cards where token = :token")
                .bind("token", payment.cardToken())
                .mapTo(byte[].class)
                .one());
    return Card.ofStored(vault.open(sealed, payment.cardToken()), payment.card(), cvc);
  }

  private record Joined(PaymentRow payment, Optional<Attempt> attempt) {}

  /** One row per attempt becomes one payment with all of its attempts. */
  private static List<PaymentRow> assembled(org.jdbi.v3.core.statement.Query query) {
    Map<String, List<Joined>> byPayment = new LinkedHashMap<>();
    for (Joined row : query.map((set, context) -> joined(set)).list()) {
      byPayment.computeIfAbsent(row.payment().id(), id -> new ArrayList<>()).add(row);
    }
    return byPayment.values().stream()
        .map(rows -> {
          PaymentRow p = rows.getFirst().payment();
          Standing s = p.standing();
          List<Attempt> attempts = rows.stream().flatMap(it -> it.attempt().stream()).toList();
          return new PaymentRow(
              p.id(),
              p.merchantId(),
              p.mode(),
              p.currency(),
              p.manualCapture(),
              p.card(),
              p.cardToken(),
              p.declineCode(),
              p.description(),
              p.metadata(),
              p.version(),
              p.createdAt(),
              new Standing(
                  s.state(), s.amount(), s.authorised(), s.captured(), s.refunded(), attempts));
        })
        .toList();
  }

  private static Joined joined(ResultSet row) throws SQLException {
    PaymentRow payment =
        new PaymentRow(
            row.getString(1),
            row.getString(2),
            row.getString(3),
            Currency.of(row.getString(5))
                .orElseThrow(() -> new IllegalStateException("a currency that is none")),
            row.getBoolean(6),
            new CardFace(
                Brand.valueOf(row.getString(17).toUpperCase(Locale.ROOT)),
                row.getString(18),
                row.getInt(19),
                row.getInt(20)),
            row.getString(11),
            Optional.ofNullable(row.getString(12)),
            Optional.ofNullable(row.getString(13)),
            row.getString(14),
            row.getLong(15),
            row.getTimestamp(16).toInstant(),
            new Standing(
                PaymentState.of(row.getString(7)),
                row.getLong(4),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                List.of()));
    String reference = row.getString(21);
    return new Joined(
        payment,
        reference == null
            ? Optional.empty()
            : Optional.of(
                new Attempt(
                    reference,
                    AttemptKind.of(row.getString(22)),
                    row.getBoolean(23),
                    row.getLong(24),
                    row.getString(25),
                    Optional.ofNullable(row.getString(26)),
                    AttemptState.of(row.getString(27)))));
  }

  // --- what the reconciler works through

  /**
   * An attempt whose next step is due.
   *
   * @param ageMillis since it was written down
   */
  public record Due(
      String reference,
      String paymentId,
      String acquirer,
      AttemptState state,
      NextStep step,
      int steps,
      long ageMillis) {}

  /** Leases up to {@code most} due attempts: no other instance gets them for the lease's time. */
  public List<Due> leaseDue(int most) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                """
                update attempts set next_step_at = now() + :lease * interval '1 millisecond',
                  steps = steps + 1
                where reference in (select reference from attempts where next_step_at <= now()
                  order by next_step_at limit :most for update skip locked)
                returning reference, payment_id, acquirer, state, next_step, steps,
                  (extract(epoch from now() - created_at) * 1000)::bigint
                """)
            .bind("lease", leaseMillis)
            .bind("most", most)
            .map((row, context) ->
                new Due(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    AttemptState.of(row.getString(4)),
                    NextStep.of(row.getString(5)),
                    row.getInt(6),
                    row.getLong(7)))
            .list());
  }

  /** Why an attempt was declined, if it was. */
  public Optional<String> declineCode(String reference) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                "select decline_code from attempts where reference = :reference"
                    + " and decline_code is not null")
            .bind("reference", reference)
            .mapTo(String.class)
            .findOne());
  }

  /** What is next about an attempt that is still open, or reversed and not yet verified. */
  public Optional<NextStep> nextStep(String reference) {
    return jdbi.withHandle(handle ->
        handle
            .createQuery(
                "select next_step from attempts where reference = :reference"
                    + " and next_step is not null")
            .bind("reference", reference)
            .mapTo(String.class)
            .findOne()
            .map(NextStep::of));
  }

  /**
   * Schedules the next step of an attempt that is in {@code state}; an open one becomes unknown.
   *
   * @return false if it is in another state now
   */
  public boolean schedule(
      String reference, AttemptState state, NextStep step, Duration in, String why) {
    return jdbi.withHandle(handle ->
        handle
            .createUpdate(
                """
                with p as (update payments set version = version + 1 where id =
                  (select payment_id from attempts where reference = :reference) returning 1)
                update attempts set next_step = :step, last_step = :why,
                  next_step_at = now() + :in * interval '1 millisecond',
                  state = case when state = 'pending' then 'unknown' else state end
                from p where reference = :reference and (state = :state
                  or :state = 'pending' and state = 'unknown')
                """)
            .bind("reference", reference)
            .bind("state", state.word())
            .bind("step", step.word())
            .bind("why", why)
            .bind("in", in.toMillis())
            .execute())
        == 1;
  }

  /** Nothing is left to do about a reversed attempt. */
  public void verified(String reference, String why) {
    jdbi.useHandle(handle ->
        handle
            .createUpdate(
                "update attempts set next_step = null, next_step_at = null, last_step = :why"
                    + " where reference = :reference and state = 'reversed'")
            .bind("reference", reference)
            .bind("why", why)
            .execute());
  }

  private void bind(SqlStatement<?> statement, Key key) {
    statement
        .bind("merchant", key.merchantId())
        .bind("mode", key.mode())
        .bind("key", key.value())
        .bind("method", key.method())
        .bind("path", key.path())
        .bind("fingerprint", key.fingerprint());
  }

  private void bind(SqlStatement<?> statement, Optional<Attempt> attempt) {
    statement
        .bind("lease", leaseMillis)
        .bind("reference", attempt.map(Attempt::reference).orElse(null))
        .bind("kind", attempt.map(it -> it.kind().word()).orElse(null))
        .bind("capture", attempt.map(Attempt::capture).orElse(false))
        .bind("attemptAmount", attempt.map(Attempt::amount).orElse(0L))
        .bind("acquirer", attempt.map(Attempt::acquirer).orElse(null))
        .bind("original", attempt.flatMap(Attempt::original).orElse(null));
  }
}
