package dev.checkrail.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** One pool of connections; all statements of this room go through it. */
public final class Database implements AutoCloseable {
  /**
   * Classes of SQLSTATE that speak of the database and not of the statement: 08 connection, 53 no
   * resources (disk full), 57 shutdown, 58 system error.
   */
  private static final Set<String> OUTAGES = Set.of("08", "53", "57", "58");

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /**
   * Brings the tables up to date.
   *
   * @param owner a role that may make tables; the role {@code checkrail_service}, if the database
   *     has one, is given what the work needs and no more
   * @throws SQLException with a sentence for people
   */
  public static void migrate(DatabaseAddress owner) throws SQLException {
    try {
      flyway(owner).load().migrate();
    } catch (FlywayException e) {
      throw new SQLException(
          "the tables in " + owner + " can't be brought up to date: " + firstLine(e), e);
    }
  }

  private static FluentConfiguration flyway(DatabaseAddress owner) {
    return Flyway.configure()
        .dataSource(owner.url(), owner.user(), owner.password())
        .locations("classpath:db/checkrail")
        .table("checkrail_migrations")
        .connectRetries(2);
  }

  /**
   * Makes the tables as they were at a version, for rows of that version; rights are granted by
   * {@link #migrate}.
   *
   * @return false if that version is later than any that is known here
   */
  public static boolean migrate(DatabaseAddress owner, String version) throws SQLException {
    try {
      FluentConfiguration flyway = flyway(owner).target(version).skipDefaultCallbacks(true);
      MigrationVersion wanted = MigrationVersion.fromVersion(version);
      boolean known =
          Arrays.stream(flyway(owner).load().info().all())
              .anyMatch(it -> wanted.equals(it.getVersion()));
      if (known) {
        flyway.load().migrate();
      }
      return known;
    } catch (FlywayException e) {
      throw new SQLException("the tables in " + owner + " can't be made: " + firstLine(e), e);
    }
  }

  private static String firstLine(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  /**
   * Opens a pool. Does not fail when the database is down.
   *
   * @param size most connections
   * @param patience how long a statement waits for one
   */
  public static Database open(
      DatabaseAddress address, int size, Duration patience, MeterRegistry metrics) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("checkrail");
    config.setJdbcUrl(address.url());
    config.setUsername(address.user());
    config.setPassword(address.password());
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(patience.toMillis());
    config.setValidationTimeout(Math.min(patience.toMillis(), 1000));
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("socketTimeout", "30");
    config.addDataSourceProperty("connectTimeout", "2");
    config.addDataSourceProperty("tcpKeepAlive", "true");
    config.addDataSourceProperty("ApplicationName", "checkrail");
    // Exceptions must not repeat what was bound to a statement.
    config.addDataSourceProperty("logServerErrorDetail", "false");
    config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(metrics));
    return new Database(new HikariDataSource(config));
  }

  Jdbi jdbi() {
    return jdbi;
  }

  /** Whether it answers now. */
  public boolean answers() {
    try {
      return jdbi.withHandle(it -> it.createQuery("select 1").mapTo(Integer.class).one() == 1);
    } catch (JdbiException e) {
      return false;
    }
  }

  /** Whether a failure says that the database is out of reach, full or stopping. */
  public static boolean isOutage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLTransientException) {
        return true;
      }
      if (cause instanceof SQLException e
          && e.getSQLState() != null
          && e.getSQLState().length() == 5
          && (OUTAGES.contains(e.getSQLState().substring(0, 2))
              || e.getSQLState().equals("25006"))) { // a replica that only reads
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    pool.close();
  }
}
