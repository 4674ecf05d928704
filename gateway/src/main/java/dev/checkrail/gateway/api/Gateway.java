package dev.checkrail.gateway.api;

import dev.checkrail.gateway.acquiring.AcquirerClient;
import dev.checkrail.gateway.acquiring.Routing;
import dev.checkrail.gateway.card.CardCheck;
import dev.checkrail.gateway.operations.Drills;
import dev.checkrail.gateway.operations.Lifecycle;
import dev.checkrail.gateway.operations.Metrics;
import dev.checkrail.gateway.operations.Mode;
import dev.checkrail.gateway.operations.Workers;
import dev.checkrail.gateway.reconcile.Reconciler;
import dev.checkrail.gateway.reconcile.Settling;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.DatabaseAddress;
import dev.checkrail.gateway.store.Figures;
import dev.checkrail.gateway.store.Ids;
import dev.checkrail.gateway.store.Merchants;
import dev.checkrail.gateway.store.Outbox;
import dev.checkrail.gateway.store.Payments;
import dev.checkrail.gateway.store.RateWindows;
import dev.checkrail.gateway.store.Vault;
import dev.checkrail.gateway.webhook.Webhooks;
import java.net.URI;
import java.net.http.HttpClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running instance: its server, its pool of connections, and its share of the work that is done
 * when nobody asks (unknown attempts, webhooks, figures, forgetting).
 */
public final class Gateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Duration IDLE = Duration.ofMillis(250);
  private static final Duration KEYS_KEPT = Duration.ofHours(25);

  /**
   * What an instance is started with; {@link #usual} has the defaults.
   *
   * @param port 0 takes a free one
   * @param connections most TCP connections of clients
   * @param workers most payments at a time
   * @param pool most connections to the database
   * @param poolWait how long a request waits for one
   * @param workerTime in mode accepts-but-cannot: how long each payment holds a worker
   * @param acquirerWithin how long an acquirer has for an answer
   * @param giveUpAfter how old an attempt without an answer gets before it is reversed
   * @param lease how long whoever started something may work on it alone
   * @param webhookPause after the first failure of a webhook
   * @param acquirers addresses by name, in the order of preference
   * @param byCurrency other orders of preference, for some currencies
   */
  public record Settings(
      String name,
      String host,
      int port,
      int connections,
      Mode mode,
      int workers,
      int pool,
      Duration poolWait,
      Duration workerTime,
      Duration acquirerWithin,
      Duration giveUpAfter,
      Duration lease,
      Duration webhookPause,
      boolean inPciScope,
      boolean allowFaults,
      boolean allowPrivateWebhooks,
      String adminToken,
      Map<String, URI> acquirers,
      Map<String, List<String>> byCurrency) {

    public Settings {
      acquirers = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(acquirers));
      byCurrency = Map.copyOf(byCurrency);
      if (acquirerWithin.multipliedBy(3).compareTo(lease) > 0) {
        throw new IllegalArgumentException("an acquirer's time must be well below the lease");
      }
    }

    /** The defaults: what the documentation says. */
    public static Settings usual(String name, int port, String adminToken) {
      return new Settings(
          name,
          "127.0.0.1",
          port,
          4000,
          Mode.ON,
          128,
          16,
          Duration.ofSeconds(2),
          Duration.ofMillis(600),
          Duration.ofSeconds(4),
          Duration.ofSeconds(60),
          Payments.LEASE,
          Duration.ofSeconds(5),
          false,
          false,
          false,
          adminToken,
          Map.of(),
          Map.of());
    }
  }

  private final Server server;
  private final Database database;
  private final Lifecycle lifecycle = new Lifecycle();
  private final HttpClient http = AcquirerClient.http();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final List<Thread> loops = new ArrayList<>();

  private Gateway(Settings settings, DatabaseAddress address, Vault vault, InstantSource clock) {
    Metrics metrics = new Metrics();
    boolean cannot = settings.mode() == Mode.ACCEPTS_BUT_CANNOT;
    Workers workers = new Workers(cannot ? 4 : settings.workers());
    database =
        Database.open(
            address,
            cannot ? 2 : settings.pool(),
            settings.poolWait().toMillis(),
            metrics.registry());
    Drills drills = new Drills(settings.allowFaults());
    drills.over(database);
    Map<String, AcquirerClient> acquirers = new LinkedHashMap<>();
    settings
        .acquirers()
        .forEach((name, uri) ->
            acquirers.put(name, new AcquirerClient(name, uri, http, drills::acquirer)));
    metrics.gauge(
        "gateway_acquirer_slowest_seconds",
        "Of the slowest acquirer: mean of the calls of ten seconds, or the age of one under way",
        () ->
            acquirers.values().stream().mapToDouble(it -> it.recently().seconds()).max().orElse(0));
    metrics.gauge(
        "gateway_acquirer_failing_share",
        "Of the worst acquirer: share of the calls of ten seconds that had no answer",
        () ->
            acquirers.values().stream().mapToDouble(it -> it.recently().failing()).max().orElse(0));
    Routing routing = new Routing(acquirers, settings.byCurrency());
    Payments payments = new Payments(database, vault, settings.lease());
    Settling settling = new Settling(payments, PaymentJson::of);
    Ids ids = new Ids(clock, new SecureRandom());
    Flow flow =
        new Flow(
            payments,
            settling,
            routing,
            new CardCheck(settings.inPciScope()),
            vault,
            ids,
            clock,
            settings.acquirerWithin());
    RateWindows windows = new RateWindows(database);
    Api api =
        new Api(
            new Api.Parts(
                new Api.Instance(
                    settings.name(), settings.mode(), settings.workerTime(), settings.adminToken()),
                flow,
                payments,
                new Authentication(new Merchants(database), clock),
                new RateLimit(windows, clock),
                workers,
                lifecycle,
                drills,
                metrics,
                database,
                routing,
                clock));
    server =
        new Server(
            new Server.Limits(settings.host(), settings.port(), settings.connections()),
            api,
            metrics,
            settings.name(),
            () -> ids.next("req"),
            lifecycle::isDraining);
    if (settings.mode() == Mode.ON) {
      Reconciler reconciler =
          new Reconciler(
              payments, routing, settling, settings.acquirerWithin(), settings.giveUpAfter());
      Webhooks webhooks =
          new Webhooks(
              new Outbox(database),
              vault,
              clock,
              settings.allowPrivateWebhooks(),
              settings.webhookPause());
      loop("reconciler", IDLE, reconciler::step);
      loop("webhooks", IDLE, webhooks::step);
      Figures figures = new Figures(database);
      loop(
          "open",
          Duration.ofSeconds(5),
          () -> {
            metrics.open(figures.open());
            return 0;
          });
      loop(
          "figures",
          Duration.ofSeconds(30),
          () -> {
            metrics.figures(figures.read());
            return 0;
          });
      loop(
          "forgetting",
          Duration.ofMinutes(1),
          () -> {
            windows.forget();
            payments.forgetKeys(KEYS_KEPT);
            return 0;
          });
    }
  }

  /** Starts an instance on a database whose tables are there. */
  public static Gateway start(
      Settings settings, DatabaseAddress database, Vault vault, InstantSource clock) {
    Gateway gateway = new Gateway(settings, database, vault, clock);
    try {
      gateway.server.start();
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
    gateway.loops.forEach(Thread::start);
    gateway.lifecycle.started();
    return gateway;
  }

  /** Again and again; without work after a pause, the longer the longer the look took. */
  private void loop(String name, Duration pause, IntSupplier work) {
    Runnable body =
        () -> {
          try {
            boolean over = false;
            while (!over) {
              long begun = System.nanoTime();
              int done = 0;
              try {
                done = work.getAsInt();
              } catch (RuntimeException e) {
                LOG.warn("{}: {}", name, e.getMessage());
              }
              long took = System.nanoTime() - begun;
              over =
                  stopped.await(
                      done > 0 ? 0 : Math.max(pause.toNanos(), 20 * took), TimeUnit.NANOSECONDS);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    loops.add(Thread.ofPlatform().name(name).daemon(true).unstarted(body));
  }

  /** Where it listens. */
  public int port() {
    return server.port();
  }

  /** Not ready from now on; what runs is finished. */
  public void drain() {
    lifecycle.drain();
  }

  /** Requests that are being answered. */
  public int running() {
    return server.running();
  }

  @Override
  public void close() {
    lifecycle.drain();
    stopped.countDown();
    server.close();
    for (Thread loop : loops) {
      try {
        if (loop.getState() != Thread.State.NEW) { // the start may have failed before it
          loop.join(Duration.ofSeconds(10));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    database.close();
    http.shutdownNow();
  }
}
