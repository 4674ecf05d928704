package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.api.PaymentJson;
import dev.checkrail.gateway.card.Card;
import dev.checkrail.gateway.card.CardCheck;
import dev.checkrail.gateway.money.Currency;
import dev.checkrail.gateway.payment.Attempt;
import dev.checkrail.gateway.payment.AttemptEvent;
import dev.checkrail.gateway.payment.AttemptKind;
import dev.checkrail.gateway.payment.AttemptState;
import dev.checkrail.gateway.payment.Standing;
import dev.checkrail.gateway.reconcile.Settling;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.Ids;
import dev.checkrail.gateway.store.Key;
import dev.checkrail.gateway.store.PaymentRow;
import dev.checkrail.gateway.store.Payments;
import dev.checkrail.gateway.store.Vault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code database-limit}: what {@code serve} has to do in the database for one sale, and nothing
 * else: the two statements of {@link Payments}, with no HTTP, no acquirer and no log. What bench
 * compares {@code serve} with. Its payments are in the books of no acquirer, so {@code check-books}
 * would call them lost: not for a database that is used for anything else.
 */
@Command(
    name = "database-limit",
    hidden = true,
    description = {
      "Writes payments that nobody made, as fast as the database takes them, under a merchant of",
      "their own. For bench/gateway; not for a database that is used for anything else."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway database-limit --allow-faults --data /tmp/gw --connections 16 --seconds 10",
      "",
      "Exit status: 0 measured, 2 could not run."
    })
final class DatabaseLimitCommand implements Callable<Integer> {
  private static final String CARD = "4242424242424242";

  private final Terminal terminal;

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "So many at a time (${DEFAULT-VALUE}).")
  private int connections = 16;

  @Option(
      names = "--allow-faults",
      description = "Drills: without it nothing is written that nobody bought.")
  private boolean allowFaults;

  @Option(names = "--seconds", paramLabel = "S", description = "That count (${DEFAULT-VALUE}).")
  private double seconds = 10;

  @Option(names = "--warm-up", paramLabel = "S", description = "Before (${DEFAULT-VALUE}).")
  private double warmUp = 5;

  DatabaseLimitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!allowFaults) {
      return terminal.refuse(
          "this writes payments that nobody made: --allow-faults, and never a database that is used"
              + " for anything else");
    }
    if (connections < 1 || connections > 150 || !(seconds > 0) || !(warmUp >= 0)) {
      return terminal.refuse("1 to 150 connections, and seconds above 0");
    }
    try (DatabaseOptions.Ready ready = options.borrow();
        Database database =
            Database.open(ready.address(), connections, 5000, new SimpleMeterRegistry())) {
      Vault vault = options.vault();
      String merchant = MerchantsCommand.add(database, vault, "Bench", 1, Optional.empty()).id();
      Payments payments = new Payments(database, vault, Payments.LEASE);
      report(run(new Sales(payments, new Settling(payments, PaymentJson::of), vault, merchant)));
      return 0;
    } catch (IOException | SQLException | ExecutionException e) {
      return terminal.refuse("can't measure: " + e.getMessage());
    }
  }

  private Histogram run(Sales sales) throws InterruptedException, ExecutionException {
    Histogram micros = new ConcurrentHistogram(3_600_000_000L, 3);
    long from = System.nanoTime() + (long) (warmUp * 1e9);
    long until = from + (long) (seconds * 1e9);
    Callable<Boolean> work =
        () -> {
          long begun = System.nanoTime();
          while (begun < until) {
            sales.sell();
            long now = System.nanoTime();
            if (now >= from && now < until) {
              micros.recordValue((now - begun) / 1000);
            }
            begun = now;
          }
          return true;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      for (Future<Boolean> done :
          threads.invokeAll(Stream.generate(() -> work).limit(connections).toList())) {
        done.get();
      }
    }
    return micros;
  }

  private void report(Histogram micros) {
    terminal
        .out()
        .printf(
            "%.1f payments/s in %.1f s, milliseconds p50 %.1f p99 %.1f, this process used %.1f s of"
                + " processor time in all%n",
            micros.getTotalCount() / seconds,
            seconds,
            micros.getValueAtPercentile(50) / 1000.0,
            micros.getValueAtPercentile(99) / 1000.0,
            ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toMillis()
                / 1000.0);
  }

  /** What the flow of a sale writes, with an acquirer that approves at once. */
  private static final class Sales {
    private final Payments payments;
    private final Settling settling;
    private final Vault vault;
    private final String merchant;
    private final InstantSource clock = InstantSource.system();
    private final Ids ids = new Ids(clock, new SecureRandom());
    private final Card card;

    Sales(Payments payments, Settling settling, Vault vault, String merchant) {
      this.payments = payments;
      this.settling = settling;
      this.vault = vault;
      this.merchant = merchant;
      this.card =
          switch (new CardCheck(false)
              .check(CARD, 12, 2034, Optional.of("123"), YearMonth.of(2026, 1))) {
            case CardCheck.Accepted it -> it.card();
            case CardCheck.Refused it -> throw new IllegalStateException(it.detail());
          };
    }

    void sell() {
      String name = ids.next("key");
      Key key =
          new Key(
              merchant,
              "test",
              name,
              "POST",
              "/v1/payments",
              HexFormat.of().formatHex(vault.fingerprint(name)));
      Attempt attempt =
          new Attempt(
              ids.next("att"),
              AttemptKind.AUTHORISE,
              true,
              1999,
              "acq-a",
              Optional.empty(),
              AttemptState.PENDING);
      PaymentRow payment =
          new PaymentRow(
              ids.next("pay"),
              merchant,
              "test",
              Currency.of("EUR").orElseThrow(),
              false,
              card.face(),
              ids.next("card"),
              Optional.empty(),
              Optional.empty(),
              "{\"load_key\":\"" + name + "\"}",
              0,
              clock.instant().truncatedTo(ChronoUnit.MILLIS),
              Standing.created(1999).with(attempt));
      boolean ours =
          payments.create(payment, card, key, Optional.empty())
              && settling
                  .settle(
                      payment,
                      attempt.reference(),
                      AttemptEvent.APPROVED,
                      Optional.of("A12345"),
                      Optional.of(
                          new Settling.Asked(
                              key,
                              (after, settled) ->
                                  new Key.StoredAnswer(201, PaymentJson.of(after)))))
                  .ours();
      if (!ours) {
        throw new IllegalStateException("a payment was not written");
      }
    }
  }
}
