package dev.checkrail.gateway.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Arrays;
import java.util.Optional;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** One pool of connections, and all statements that go through it. */
public final class Database implements AutoCloseable {
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Brings the tables up to date. Several instances may do this at once.
   *
   * @throws SQLException with a sentence for people
   */
  public static void migrate(DatabaseAddress owner) throws SQLException {
    try {
      Flyway.configure()
          .dataSource(owner.url(), owner.user(), owner.password())
          .connectRetries(5)
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new SQLException("the database could not be brought up to date: " + e.getMessage(), e);
    }
  }

  /** Whether the tables are there already, as an instance without the owner's rights finds them. */
  public static boolean isMigrated(DatabaseAddress address) throws SQLException {
    try (var connection =
            java.sql.DriverManager.getConnection(
                address.url(), address.user(), address.password());
        var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "select to_regclass('ledger_entries') is not null and"
                    + " to_regclass('ledger_balance') is not null")) {
      return row.next() && row.getBoolean(1);
    }
  }

  /**
   * Opens a pool; does not fail when the database is down, for an instance must start all the same.
   *
   * @param size most connections
   * @param waitMillis how long a request waits for one
   */
  public static Database open(
      DatabaseAddress address, int size, long waitMillis, MeterRegistry metrics) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("gateway");
    config.setJdbcUrl(address.url());
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(size, 2));
    config.setConnectionTimeout(waitMillis);
    config.setValidationTimeout(Math.min(waitMillis, 1000));
    config.setInitializationFailTimeout(-1);
    config.setMaxLifetime(900_000);
    config.setIdleTimeout(size > 2 ? 120_000 : 0);
    // The statement's limit comes first: a caller who gives up leaves no work behind.
    config.addDataSourceProperty("options", "-c statement_timeout=8000");
    config.addDataSourceProperty("socketTimeout", "10");
    config.addDataSourceProperty("connectTimeout", "2");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("prepareThreshold", "3");
    config.addDataSourceProperty("ApplicationName", "payment-gateway");
    // The server's log, and exceptions, must not repeat what was bound to a statement.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
    return new Database(new HikariDataSource(config));
  }

  /** For the statements of this package. */
  Jdbi jdbi() {
    return jdbi;
  }

  /** The pool itself: for drills that take connections away. */
  public javax.sql.DataSource dataSource() {
    return pool;
  }

  /** Connections in use, idle, and requests that wait for one. */
  public Optional<HikariPoolMXBean> state() {
    return Optional.ofNullable(pool.getHikariPoolMXBean());
  }

  /** Most connections. */
  public int size() {
    return pool.getMaximumPoolSize();
  }

  /** Holds a connection in a statement for so long; for drills. */
  public void occupy(java.time.Duration time) {
    jdbi.useHandle(handle ->
        handle
            .createQuery("select pg_sleep(:seconds)::text")
            .bind("seconds", time.toMillis() / 1000.0)
            .mapTo(String.class)
            .one());
  }

  /** Whether it answers now; waits as long as a request would. */
  public boolean answers() {
    try {
      return jdbi.withHandle(
          handle -> handle.createQuery("select 1").mapTo(Integer.class).one() == 1);
    } catch (JdbiException e) {
      return false;
    }
  }

  /**
   * Whether the error says that the database is out of reach or too busy, rather than that a
   * statement is wrong.
   */
  public static boolean isOutage(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientException) {
        return true;
      }
      if (cause instanceof SQLException e && e.getSQLState() != null) {
        String state = e.getSQLState();
        // 08 connection, 57P shutdown, 53 resources, 40 rollback of concurrent work, 25006 replica
        if (Arrays.asList("08", "57", "53", "40", "58").contains(state.substring(0, 2))
            || state.equals("25006")) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void close() {
    pool.close();
  }
}
