package dev.checkrail.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * In somebody's own database: a role for the work that does not own the tables, so that it can
 * append to the journal and do nothing else to it. It is made if the given role may make roles. Its
 * password is random and kept in our data folder; the database is sent a verifier of it only.
 *
 * <p>The group {@code checkrail_service} has the rights; the role that logs in is a member of it
 * and named after the database, because roles belong to all databases of a server.
 */
public final class ServiceRole {
  private static final String GROUP = "checkrail_service";
  private static final int LONGEST = 63;

  private ServiceRole() {}

  /**
   * Who the work is done as.
   *
   * @param address empty: nobody but the given role
   * @param why why there is no other; empty if there is
   */
  public record Made(Optional<DatabaseAddress> address, String why) {}

  /**
   * Makes the role, or finds it again. To be called before the tables are brought up to date.
   *
   * @param given a role that may own tables
   * @param folder where its password is kept
   * @throws SQLException if the database can't be reached
   */
  public static Made beside(DatabaseAddress given, Path folder) throws SQLException, IOException {
    try (Connection connection =
            DriverManager.getConnection(given.url(), given.user(), given.password());
        Statement statement = connection.createStatement()) {
      String database;
      try (ResultSet row =
          statement.executeQuery(
              "select current_database(), rolsuper or rolcreaterole from pg_roles where rolname ="
                  + " current_user")) {
        row.next();
        database = row.getString(1);
        if (!row.getBoolean(2)) {
          return new Made(Optional.empty(), "the role " + given.user() + " may not make roles");
        }
      }
      String name = name(database);
      try {
        if (isMissing(connection, GROUP)) {
          statement.execute("create role " + GROUP + " nologin");
        }
        if (isMissing(connection, name)) {
          statement.execute("create role " + quoted(name) + " login");
        }
        statement.execute("grant " + GROUP + " to " + quoted(name));
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String password = SecretFile.in(folder.resolve("service.password"));
        connection.unwrap(PGConnection.class).alterUserPassword(name, password.toCharArray(), null);
        statement.execute("grant connect on database " + quoted(database) + " to " + GROUP);
        return new Made(Optional.of(new DatabaseAddress(given.url(), name, password)), "");
      } catch (SQLException e) {
        if (Database.isOutage(e)) {
          throw e;
        }
        return new Made(Optional.empty(), "the role " + name + " can't be made: " + firstLine(e));
      }
    }
  }

  /** Whether a role can log in here; else why not. */
  public static Optional<String> refused(DatabaseAddress address) {
    try (Connection connection =
        DriverManager.getConnection(address.url(), address.user(), address.password())) {
      return connection.isValid(5) ? Optional.empty() : Optional.of("it does not answer");
    } catch (SQLException e) {
      return Optional.of("the role " + address.user() + " can't log in: " + firstLine(e));
    }
  }

  private static boolean isMissing(Connection connection, String role) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select 1 from pg_roles where rolname = ?")) {
      query.setString(1, role);
      try (ResultSet row = query.executeQuery()) {
        return !row.next();
      }
    }
  }

  /** At most 63 bytes, as all names of PostgreSQL; a longer one would be cut off silently. */
  private static String name(String database) {
    String name = GROUP + "_" + database;
    while (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
      name = name.substring(0, name.length() - 1);
    }
    return name;
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
