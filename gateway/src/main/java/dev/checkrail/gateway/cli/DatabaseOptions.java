package dev.checkrail.gateway.cli;

import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.DatabaseAddress;
import dev.checkrail.gateway.store.EmbeddedPostgres;
import dev.checkrail.gateway.store.Vault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the database is: embedded in a data folder, or somewhere else. */
final class DatabaseOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Data folder: the embedded database, keys and tokens. Made if missing.",
        "Without it: .checkrail/gateway"
      })
  private @Nullable Path data;

  @Option(
      names = "--database-url",
      paramLabel = "JDBC",
      description = "A PostgreSQL that runs already, e.g. the one that another instance prints.")
  private @Nullable String url;

  @Option(
      names = "--database-user",
      paramLabel = "NAME",
      description = "Who we are there (${DEFAULT-VALUE}).")
  private String user = "gateway_instance";

  @Option(
      names = "--database-password-file",
      paramLabel = "FILE",
      description =
          "Holds the password; or environment PAYMENT_GATEWAY_DATABASE_PASSWORD. Never an"
              + " argument.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--master-key-file",
      paramLabel = "FILE",
      description = "Seals cards; the same for all instances of a database (DIR/master.key).")
  private @Nullable Path masterKey;

  /** A database with its tables. */
  record Ready(DatabaseAddress address, Optional<EmbeddedPostgres> embedded)
      implements AutoCloseable {
    @Override
    public void close() {
      embedded.ifPresent(EmbeddedPostgres::close);
    }
  }

  Path folder() {
    if (data != null) {
      return data;
    }
    return home().resolve("gateway");
  }

  private static Path home() {
    String home = System.getProperty("checkrail.home");
    return (home == null ? Path.of("") : Path.of(home)).toAbsolutePath().resolve(".checkrail");
  }

  boolean isEmbedded() {
    return url == null;
  }

  Vault vault() throws IOException {
    return Vault.open(masterKey == null ? folder().resolve("master.key") : masterKey);
  }

  /** Starts or finds it, and brings its tables up to date. */
  Ready open() throws IOException, InterruptedException, SQLException {
    if (url != null) {
      DatabaseAddress address = new DatabaseAddress(url, user, password());
      if (!Database.isMigrated(address)) {
        Database.migrate(address);
      }
      return new Ready(address, Optional.empty());
    }
    EmbeddedPostgres embedded = EmbeddedPostgres.start(folder().resolve("database"), home());
    try {
      Database.migrate(embedded.asOwner());
      return new Ready(embedded.asInstance(), Optional.of(embedded));
    } catch (SQLException e) {
      embedded.close();
      throw e;
    }
  }

  /** For an instance: a database elsewhere that is away now is no reason not to start. */
  Ready openForServing(Terminal terminal) throws IOException, InterruptedException, SQLException {
    try {
      return open();
    } catch (SQLException e) {
      if (url == null || !Database.isOutage(e)) {
        throw e;
      }
      terminal
          .err()
          .println(
              "payment-gateway: starts without its database, which is away: " + e.getMessage());
      return new Ready(new DatabaseAddress(url, user, password()), Optional.empty());
    }
  }

  /** For a short look: what runs is used as it runs, what does not is started for that long. */
  Ready borrow() throws IOException, InterruptedException, SQLException {
    if (url == null) {
      Optional<DatabaseAddress> running = EmbeddedPostgres.addressIn(folder().resolve("database"));
      if (running.isPresent() && answers(running.get())) {
        return new Ready(running.get(), Optional.empty());
      }
    }
    return open();
  }

  private static boolean answers(DatabaseAddress address) {
    try {
      return Database.isMigrated(address);
    } catch (SQLException e) {
      return false;
    }
  }

  private String password() throws IOException {
    if (passwordFile != null) {
      return Files.readString(passwordFile).strip();
    }
    String password = System.getenv("PAYMENT_GATEWAY_DATABASE_PASSWORD");
    if (password == null) {
      throw new IOException(
          "--database-url needs --database-password-file or PAYMENT_GATEWAY_DATABASE_PASSWORD");
    }
    return password;
  }
}
