package dev.checkrail.gateway.operations;

import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.Figures;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus metrics. Labels are closed sets (route, method, status): never an id, a merchant or
 * anything that was sent.
 */
public final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();
  private volatile Figures.@Nullable Numbers numbers;
  private volatile Figures.@Nullable Open open;

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  /** For the database's pool. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Text format 0.0.4. */
  public String text() {
    return registry.scrape();
  }

  /** One answered request. */
  public void request(String route, String method, int status, Duration took) {
    timers
        .computeIfAbsent(
            route + " " + method + " " + status,
            it ->
                Timer.builder("gateway_requests")
                    .description("Requests by route, method and status")
                    .tag("route", route)
                    .tag("method", method)
                    .tag("status", Integer.toString(status))
                    .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(2500),
                        Duration.ofSeconds(5))
                    .register(registry))
        .record(took);
  }

  /** A number that is read when somebody looks. */
  public void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** The two false leads of many an incident: is the database's pool, is a rate limit, used up? */
  public void over(Database database) {
    gauge(
        "gateway_database_pool_saturation",
        "Connections in use as a share of the pool; above 1 requests wait for one",
        () ->
            database
                .state()
                .map(it ->
                    (double) (it.getActiveConnections() + it.getThreadsAwaitingConnection())
                        / database.size())
                .orElse(0.0));
    HeldConnections held = new HeldConnections(registry, System::nanoTime);
    gauge(
        "gateway_database_held_seconds",
        "How long a connection was held on average, lately: what statements and locks take",
        held::seconds);
  }

  /** What the reconciler had before it when somebody looked last. */
  public void open(Figures.Open latest) {
    boolean first = open == null;
    open = latest;
    if (first) {
      gauge(
          "gateway_attempts_open",
          "Outcome not known yet",
          () -> {
            Figures.Open now = open;
            return now == null ? Double.NaN : now.attempts();
          });
      gauge(
          "gateway_reconciler_overdue_seconds",
          "How long the oldest due step waits",
          () -> {
            Figures.Open now = open;
            return now == null ? Double.NaN : now.overdueSeconds();
          });
    }
  }

  /** The last figures that were read. */
  public void figures(Figures.Numbers latest) {
    boolean first = numbers == null;
    numbers = latest;
    if (first) {
      figure("gateway_payments_lost", "Acknowledged and not in the ledger", Figures.Numbers::lost);
      figure("gateway_payments_charged_twice", "Charged twice", Figures.Numbers::chargedTwice);
      figure(
          "gateway_payments_told_failed_but_charged",
          "Told failed but charged",
          Figures.Numbers::toldFailedButCharged);
      figure(
          "gateway_attempts_without_next_step",
          "Open and nobody will look after them",
          Figures.Numbers::openWithoutNextStep);
      figure(
          "gateway_ledger_unbalanced_currencies",
          "Currencies whose ledger is not balanced",
          it -> it.unbalancedCurrencies().size());
    }
  }

  private void figure(String name, String description, ToDoubleFunction<Figures.Numbers> of) {
    gauge(
        name,
        description,
        () -> {
          Figures.Numbers latest = numbers;
          return latest == null ? Double.NaN : of.applyAsDouble(latest);
        });
  }
}
