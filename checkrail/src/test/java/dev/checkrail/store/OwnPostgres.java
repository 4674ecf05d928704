package dev.checkrail.store;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** An embedded PostgreSQL with its tables, in a folder of a test. */
final class OwnPostgres implements AutoCloseable {
  /** Unpacked once for all tests. */
  static final Path PROGRAMS = Path.of("target/postgres");

  final EmbeddedPostgres server;
  final Database database;

  OwnPostgres(Path folder) throws IOException, InterruptedException, SQLException {
    server = EmbeddedPostgres.start(folder, PROGRAMS, System::nanoTime);
    Database.migrate(server.asOwner());
    database =
        Database.open(server.asService(), 8, Duration.ofSeconds(5), new SimpleMeterRegistry());
  }

  @Override
  public void close() {
    database.close();
    server.close();
  }
}
