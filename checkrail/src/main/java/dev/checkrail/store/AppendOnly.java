package dev.checkrail.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the database itself keeps a role from changing the journal. Asked of the database, not
 * concluded from how the role was made.
 *
 * @param held whether it does
 * @param text a sentence for people
 */
public record AppendOnly(boolean held, String text) {
  private static final String RIGHTS =
      """
      select r.rolsuper,
             r.rolcreaterole,
             pg_has_role(current_user, c.relowner, 'MEMBER'),
             has_table_privilege(current_user, c.oid, 'UPDATE')
               or has_table_privilege(current_user, c.oid, 'DELETE')
               or has_table_privilege(current_user, c.oid, 'TRUNCATE')
               or has_table_privilege(current_user, c.oid, 'TRIGGER'),
             has_table_privilege(current_user, c.oid, 'SELECT')
               and has_table_privilege(current_user, c.oid, 'INSERT')
      from pg_class c, pg_roles r
      where c.oid = 'journal'::regclass and r.rolname = current_user
      """;

  /**
   * Asks as the role that does the work; the tables are up to date.
   *
   * @throws SQLException if it can't log in, or may not do the work
   */
  public static AppendOnly of(DatabaseAddress work) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(work.url(), work.user(), work.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(RIGHTS)) {
      row.next();
      if (!row.getBoolean(5)) {
        throw new SQLException(
            "the role "
                + work.user()
                + " may not read the journal and append to it: make it a member of"
                + " checkrail_service and start again");
      }
      List<String> against = new ArrayList<>();
      if (row.getBoolean(1)) {
        against.add("it is a superuser");
      } else if (row.getBoolean(3)) {
        against.add("it owns the tables and could switch the triggers off");
      } else if (row.getBoolean(4)) {
        against.add("it was granted more on the journal than reading and appending");
      }
      if (!row.getBoolean(1) && row.getBoolean(2)) {
        against.add("it may make roles");
      }
      return against.isEmpty()
          ? new AppendOnly(
              true, "the role " + work.user() + " can read the journal and append to it, no more")
          : new AppendOnly(
              false,
              "the database does not keep the role "
                  + work.user()
                  + " from changing the journal: "
                  + String.join(", ", against));
    }
  }
}
