package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.Merchants;
import dev.checkrail.gateway.store.Vault;
import dev.checkrail.gateway.webhook.Webhooks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code merchants}: who may use the gateway. */
@Command(
    name = "merchants",
    description = "Adds merchants.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class MerchantsCommand implements Runnable {
  private final Terminal terminal;

  MerchantsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void run() {
    terminal.err().println("payment-gateway: say what to do, e.g. merchants add \"Corner shop\"");
  }

  /** What a merchant is told once. */
  record Added(String id, String key, Optional<String> webhookSecret) {}

  /** Adds one; the key and the secret can't be had again. */
  static Added add(
      Database database, Vault vault, String name, int rateLimit, Optional<String> webhook) {
    Merchants merchants = new Merchants(database);
    String id = "mer_" + random(8);
    String key = "sk_test_" + random(24);
    Optional<String> secret = webhook.map(it -> "whsec_" + random(24));
    merchants.add(id, name, webhook, secret.map(it -> vault.seal(it, Webhooks.purpose(id))));
    merchants.addKey(id, "test", key, rateLimit);
    return new Added(id, key, secret);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  @Command(
      name = "add",
      description = {
        "Adds a merchant and prints his API key, once: only its hash is kept.",
        "The database may be running or not."
      },
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Examples:",
        "  payment-gateway merchants add \"Corner shop\"",
        "  payment-gateway merchants add --rate-limit 50 --webhook https://shop.example/hook Shop",
        "",
        "Exit status: 0 added, 2 could not run."
      })
  static final class Add implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private DatabaseOptions options = new DatabaseOptions();

    @Parameters(paramLabel = "NAME", description = "For people.")
    private @Nullable String name;

    @Option(
        names = "--rate-limit",
        paramLabel = "N",
        description = "Requests a second, over all instances (${DEFAULT-VALUE}).")
    private int rateLimit = 1000;

    @Option(names = "--webhook", paramLabel = "URL", description = "Where events are sent.")
    private @Nullable String webhook;

    Add(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
      String who = name == null ? "" : name.strip();
      if (who.isEmpty() || who.length() > 200 || rateLimit < 1) {
        return terminal.refuse("a merchant has a name and a limit of at least 1 a second");
      }
      try {
        if (webhook != null) {
          Webhooks.check(webhook);
        }
        try (DatabaseOptions.Ready ready = options.borrow();
            Database database =
                Database.open(ready.address(), 1, 5000, new SimpleMeterRegistry())) {
          Added added =
              add(database, options.vault(), who, rateLimit, Optional.ofNullable(webhook));
          terminal.out().println("merchant " + added.id());
          terminal.out().println("key " + added.key());
          added.webhookSecret().ifPresent(it -> terminal.out().println("webhook-secret " + it));
          return 0;
        }
      } catch (IOException | SQLException | IllegalArgumentException e) {
        return terminal.refuse(String.valueOf(e.getMessage()));
      }
    }
  }
}
