package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.api.Gateway;
import dev.checkrail.gateway.operations.Mode;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.EmbeddedPostgres;
import dev.checkrail.gateway.store.Secrets;
import dev.checkrail.gateway.store.Vault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: one instance of the gateway, until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Runs one instance of the gateway. Several on one database share the work; each can be killed"
          + " at",
      "any time. SIGTERM drains it: not ready at once, stopped when what runs is finished."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway serve --with-acquirers",
      "      everything on one machine: embedded database, two acquirers, a demo merchant",
      "  payment-gateway serve --port 8081 --acquirer acq-a=http://127.0.0.1:9101",
      "  payment-gateway serve --port 8082 --database-url jdbc:postgresql://127.0.0.1:5432/gateway"
          + " \\",
      "      --database-password-file FILE --master-key-file FILE --acquirer"
          + " acq-a=http://127.0.0.1:9101",
      "      a second instance: the first one prints what to put here",
      "  payment-gateway serve --payments refuse",
      "",
      "Exit status: 0 stopped, 2 could not start."
    })
final class ServeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Listens there (${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Its port; 0 takes a free one (${DEFAULT-VALUE}).")
  private int port = 8080;

  @Option(names = "--name", paramLabel = "NAME", description = "Of this instance (gw-PORT).")
  private @Nullable String name;

  @Option(
      names = "--acquirer",
      paramLabel = "NAME=URL",
      description = "An acquirer; the first one is asked first. Several are possible.")
  private Map<String, URI> acquirers = new LinkedHashMap<>();

  @Option(
      names = "--route",
      paramLabel = "CURRENCY=NAME[,NAME]",
      description = "Another order for a currency, e.g. GBP=acq-b,acq-a. Several are possible.")
  private Map<String, String> routes = new LinkedHashMap<>();

  @Option(
      names = "--with-acquirers",
      description = "Starts two simulated acquirers of its own and a demo merchant.")
  private boolean withAcquirers;

  @Option(
      names = "--payments",
      paramLabel = "MODE",
      converter = ModeWord.class,
      description = {
        "on (default): takes payments.",
        "refuse: not configured for them, and says so at once (503).",
        "accepts-but-cannot: not configured for them and does not know it; a few slow workers, and"
            + " a",
        "health check that stays green. That is how an outage is made."
      })
  private Mode mode = Mode.ON;

  @Option(
      names = "--worker-millis",
      paramLabel = "N",
      description = "accepts-but-cannot: how long a payment holds a worker (${DEFAULT-VALUE}).")
  private int workerMillis = 600;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Most payments at a time (${DEFAULT-VALUE}).")
  private int workers = 128;

  @Option(
      names = "--pool",
      paramLabel = "N",
      description = "Most connections to the database (${DEFAULT-VALUE}).")
  private int pool = 16;

  @Option(
      names = "--acquirer-millis",
      paramLabel = "N",
      description = "How long an acquirer has for an answer (${DEFAULT-VALUE}).")
  private int acquirerMillis = 4000;

  @Option(
      names = "--give-up-seconds",
      paramLabel = "N",
      description =
          "How old an attempt without an answer gets before it is reversed (${DEFAULT-VALUE}).")
  private int giveUpSeconds = 60;

  @Option(
      names = "--lease-seconds",
      paramLabel = "N",
      description = {
        "How long whoever started something may work on it alone; at least three times what an",
        "acquirer has (${DEFAULT-VALUE})."
      })
  private int leaseSeconds = 30;

  @Option(
      names = "--drain-seconds",
      paramLabel = "N",
      description = {
        "After SIGTERM: how long it still serves while it is not ready, so that a load balancer"
            + " sees it",
        "(${DEFAULT-VALUE})."
      })
  private int drainSeconds = 5;

  @Option(
      names = "--admin-token-file",
      paramLabel = "FILE",
      description =
          "For /drain and /admin; or environment PAYMENT_GATEWAY_ADMIN_TOKEN (DIR/admin.token).")
  private @Nullable Path adminTokenFile;

  @Option(
      names = "--allow-faults",
      description = "Drills: /admin/faults can break things on purpose.")
  private boolean allowFaults;

  @Option(
      names = "--allow-private-webhooks",
      description = "Webhooks may go to addresses inside this network.")
  private boolean allowPrivateWebhooks;

  @Option(
      names = "--i-am-in-pci-scope",
      description = "Takes any card number, not only published test numbers.")
  private boolean inPciScope;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try {
      Files.createDirectories(options.folder());
      Vault vault = options.vault();
      DatabaseOptions.Ready database = options.openForServing(terminal);
      Acquirers own = new Acquirers();
      Gateway gateway;
      try {
        Map<String, URI> all = new LinkedHashMap<>(acquirers);
        if (withAcquirers) {
          all.putAll(own.start(options.folder()));
        }
        gateway = Gateway.start(settings(all), database.address(), vault, InstantSource.system());
      } catch (IOException | RuntimeException e) {
        own.close();
        database.close();
        throw e;
      }
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(() -> {
                    stop(gateway);
                    own.close();
                    database.close();
                    ended.countDown();
                  }));
      announce(gateway, database);
      if (withAcquirers) {
        demoMerchant(database, vault);
      }
      terminal.out().println("listens on http://" + host + ":" + gateway.port());
      ended.await();
      return 0;
    } catch (IOException | SQLException | RuntimeException e) {
      return terminal.refuse("the gateway can't start: " + e.getMessage());
    }
  }

  private Gateway.Settings settings(Map<String, URI> all) throws IOException {
    Map<String, List<String>> byCurrency = new LinkedHashMap<>();
    routes.forEach((currency, names) -> byCurrency.put(currency, Arrays.asList(names.split(","))));
    Gateway.Settings usual =
        Gateway.Settings.usual(name == null ? "gw-" + port : name, port, adminToken());
    return new Gateway.Settings(
        usual.name(),
        host,
        port,
        usual.connections(),
        mode,
        workers,
        pool,
        usual.poolWait(),
        Duration.ofMillis(workerMillis),
        Duration.ofMillis(acquirerMillis),
        Duration.ofSeconds(giveUpSeconds),
        Duration.ofSeconds(leaseSeconds),
        usual.webhookPause(),
        inPciScope,
        allowFaults,
        allowPrivateWebhooks,
        usual.adminToken(),
        all,
        byCurrency);
  }

  private String adminToken() throws IOException {
    String token = System.getenv("PAYMENT_GATEWAY_ADMIN_TOKEN");
    if (token != null) {
      return token;
    }
    Path file = adminTokenFile == null ? options.folder().resolve("admin.token") : adminTokenFile;
    return Secrets.text(
        file,
        () -> {
          byte[] random = new byte[24];
          new SecureRandom().nextBytes(random);
          return HexFormat.of().formatHex(random);
        });
  }

  private void announce(Gateway gateway, DatabaseOptions.Ready database) {
    Optional<EmbeddedPostgres> embedded = database.embedded();
    embedded.ifPresent(it -> {
      terminal.out().println("database " + database.address().url());
      terminal
          .out()
          .println(
              "further instances: --port %d --database-url %s --database-password-file %s --master-key-file %s"
                  .formatted(
                      gateway.port() + 1,
                      database.address().url(),
                      it.passwordFile(),
                      options.folder().resolve("master.key").toAbsolutePath()));
    });
  }

  /** The demo merchant's key is kept in a file: it opens nothing but a demo. */
  private void demoMerchant(DatabaseOptions.Ready ready, Vault vault) throws IOException {
    Path file = options.folder().resolve("demo.key");
    String key =
        Secrets.text(
            file,
            () -> {
              try (Database database =
                  Database.open(ready.address(), 1, 5000, new SimpleMeterRegistry())) {
                return MerchantsCommand.add(database, vault, "Demo shop", 100_000, Optional.empty())
                    .key();
              }
            });
    terminal.out().println("demo key " + key);
  }

  private void stop(Gateway gateway) {
    gateway.drain();
    try {
      TimeUnit.SECONDS.sleep(drainSeconds);
      for (int i = 0; i < 100 && gateway.running() > 0; i++) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    gateway.close();
  }
}
