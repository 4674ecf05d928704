package dev.checkrail.gateway.store;

import dev.checkrail.gateway.webhook.Webhooks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HexFormat;
import java.util.Optional;

/** One embedded database for all tests of this virtual machine; each has merchants of its own. */
public final class TestDatabase {
  /** Programs are unpacked once for all test runs. */
  public static final Path PROGRAMS = Path.of("target", "postgres").toAbsolutePath();

  private static EmbeddedPostgres postgres;
  private static Vault vault;

  private TestDatabase() {}

  private static synchronized EmbeddedPostgres postgres() {
    if (postgres == null) {
      try {
        Path folder = Files.createTempDirectory(Path.of("target"), "database-");
        postgres = EmbeddedPostgres.start(folder, PROGRAMS);
        vault = Vault.open(folder.resolve("master.key"));
        Database.migrate(postgres.asOwner());
        Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return postgres;
  }

  public static DatabaseAddress instance() throws Exception {
    return postgres().asInstance();
  }

  public static int port() {
    return postgres().port();
  }

  public static Vault vault() {
    postgres();
    return vault;
  }

  /** A connection with the owner's rights. */
  public static Connection owner() throws Exception {
    return connect(postgres().asOwner());
  }

  /** A connection as instances have it. */
  public static Connection asInstance() throws Exception {
    return connect(postgres().asInstance());
  }

  private static Connection connect(DatabaseAddress address) throws Exception {
    return DriverManager.getConnection(address.url(), address.user(), address.password());
  }

  public static Database database() throws Exception {
    return Database.open(instance(), 2, 5000, new SimpleMeterRegistry());
  }

  /** Adds a merchant; his API key. */
  public static String merchant(int rateLimit, String webhook) throws Exception {
    byte[] random = new byte[24];
    new SecureRandom().nextBytes(random);
    String hex = HexFormat.of().formatHex(random);
    try (Database database = database()) {
      Merchants merchants = new Merchants(database);
      String id = "mer_" + hex.substring(0, 16);
      merchants.add(
          id,
          "Test",
          Optional.ofNullable(webhook),
          Optional.ofNullable(webhook).map(it -> vault().seal("whsec_test", Webhooks.purpose(id))));
      merchants.addKey(id, "test", "sk_test_" + hex, rateLimit);
    }
    return "sk_test_" + hex;
  }

  public static Figures.Numbers figures() throws Exception {
    try (Database database = database()) {
      return new Figures(database).read();
    }
  }
}
