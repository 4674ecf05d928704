package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.store.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code database}: the embedded database alone, until it is told to stop. */
@Command(
    name = "database",
    description = "Runs only the embedded database, for instances that come and go around it.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  payment-gateway database --data /tmp/gw",
      "",
      "Exit status: 0 stopped, 2 could not start."
    })
final class DatabaseCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private DatabaseOptions options = new DatabaseOptions();

  DatabaseCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!options.isEmbedded()) {
      return terminal.refuse("database runs the embedded one; --database-url makes no sense here");
    }
    try {
      DatabaseOptions.Ready database = options.open();
      EmbeddedPostgres embedded = database.embedded().orElseThrow();
      CountDownLatch ended = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              Thread.ofPlatform()
                  .unstarted(() -> {
                    database.close();
                    ended.countDown();
                  }));
      options.vault();
      terminal.out().println("database " + database.address().url());
      terminal.out().println("password in " + embedded.passwordFile());
      ended.await();
      return 0;
    } catch (IOException | SQLException e) {
      return terminal.refuse("the database can't start: " + e.getMessage());
    }
  }
}
