package dev.checkrail.serve;

import dev.checkrail.settings.DatabaseOptions;
import dev.checkrail.store.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * One's own database, as options name it.
 *
 * @param work who works there; empty: the embedded one is used
 * @param owner who owns the tables, if that is another one
 */
record GivenDatabase(Optional<DatabaseAddress> work, Optional<DatabaseAddress> owner) {
  static GivenDatabase of(DatabaseOptions options) throws Unusable, IOException {
    if (options.url().isEmpty()) {
      if (options.owner().isPresent()) {
        throw new Unusable("--database-owner goes with --database-url");
      }
      return new GivenDatabase(Optional.empty(), Optional.empty());
    }
    String url = options.url().get();
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new Unusable("--database-url begins with jdbc:postgresql:");
    }
    if (url.contains("password=")) {
      throw new Unusable(
          "a password in --database-url is seen by everybody who lists processes; use"
              + " --database-password-file");
    }
    DatabaseAddress work =
        new DatabaseAddress(
            url, options.user(), password(options.password(), "CHECKRAIL_DATABASE_PASSWORD"));
    if (options.owner().isEmpty()) {
      return new GivenDatabase(Optional.of(work), Optional.empty());
    }
    return new GivenDatabase(
        Optional.of(work),
        Optional.of(
            new DatabaseAddress(
                url,
                options.owner().get(),
                password(options.ownerPassword(), "CHECKRAIL_DATABASE_OWNER_PASSWORD"))));
  }

  private static String password(Optional<Path> file, String variable) throws IOException {
    return file.isEmpty()
        ? Objects.requireNonNullElse(System.getenv(variable), "")
        : Files.readString(file.get()).strip();
  }
}
