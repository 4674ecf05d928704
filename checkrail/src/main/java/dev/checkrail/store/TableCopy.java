package dev.checkrail.store;

import dev.checkrail.change.JournalEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.PGConnection;

/**
 * All tables of the control plane in one transaction: as they were at one moment, to be copied out,
 * or to be filled. Confined to one thread.
 *
 * <p>The tables are asked for, not listed: those of the schema and the owner of the journal. So
 * none of a later migration is forgotten.
 */
public final class TableCopy implements AutoCloseable {
  private static final String MIGRATIONS = "checkrail_migrations";

  private static final String TABLES =
      """
      select c.relname from pg_class c, pg_class j
      where j.oid = to_regclass('journal') and c.relkind = 'r'
        and c.relnamespace = j.relnamespace and c.relowner = j.relowner
        and c.relname <> 'checkrail_migrations'
      order by c.relname
      """;

  /** What a table's rows point to has to be there before. */
  private static final String POINTS =
      """
      select f.relname, t.relname from pg_constraint k
      join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
      where k.contype = 'f'
      """;

  private static final String COLUMNS =
      """
      select attname from pg_attribute
      where attrelid = cast(? as regclass) and attnum > 0 and not attisdropped
        and attgenerated = ''
      order by attnum
      """;

  private static final String NUMBERED =
      """
      select attname from pg_attribute
      where attrelid = cast(? as regclass) and attnum > 0 and attidentity <> ''
      """;

  private static final String KEY =
      """
      select string_agg(quote_ident(a.attname), ', ' order by array_position(cast(i.indkey as smallint[]), a.attnum))
      from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
      where i.indrelid = cast(? as regclass) and i.indisprimary
      """;

  private final Connection connection;
  private final Map<String, List<String>> tables;

  private TableCopy(Connection connection) throws SQLException {
    this.connection = connection;
    this.tables = new LinkedHashMap<>();
    for (String table : inOrder()) {
      tables.put(table, words(COLUMNS, quoted(table)));
    }
  }

  /**
   * To be copied out: everything as it is now, whatever is written meanwhile.
   *
   * @param reader a role that may read all of it
   * @throws SQLException with a sentence for people
   */
  public static TableCopy of(DatabaseAddress reader) throws SQLException {
    return open(reader, true);
  }

  /** To be filled; nobody sees anything before {@link #commit}. */
  public static TableCopy into(DatabaseAddress owner) throws SQLException {
    return open(owner, false);
  }

  private static TableCopy open(DatabaseAddress address, boolean reading) throws SQLException {
    Connection connection =
        DriverManager.getConnection(address.url(), address.user(), address.password());
    try {
      if (reading) {
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
      }
      connection.setAutoCommit(false);
      return new TableCopy(connection); // its first question is the moment
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private List<String> inOrder() throws SQLException {
    List<String> waiting = new ArrayList<>(words(TABLES));
    List<List<String>> points = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(POINTS)) {
      while (row.next()) {
        points.add(List.of(row.getString(1), row.getString(2)));
      }
    }
    List<String> order = new ArrayList<>();
    while (!waiting.isEmpty()) {
      String next =
          waiting.stream()
              .filter(table ->
                  points.stream()
                      .noneMatch(it ->
                          it.get(0).equals(table)
                              && !it.get(1).equals(table)
                              && waiting.contains(it.get(1))))
              .findFirst()
              .orElse(waiting.getFirst());
      order.add(next);
      waiting.remove(next);
    }
    return order;
  }

  private List<String> words(String query, String... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < values.length; i++) {
        statement.setString(i + 1, values[i]);
      }
      List<String> words = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          words.add(java.util.Objects.requireNonNullElse(row.getString(1), ""));
        }
      }
      return words;
    }
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  private static String quoted(List<String> names) {
    return String.join(", ", names.stream().map(TableCopy::quoted).toList());
  }

  /** Tables with their columns, in an order in which they can be filled; none if there are none. */
  public Map<String, List<String>> tables() {
    return new LinkedHashMap<>(tables);
  }

  /** The version of the tables, as migrations count it. */
  public String schema() throws SQLException {
    return words(
            "select version from "
                + MIGRATIONS
                + " where success and version is not null order by installed_rank desc limit 1")
        .stream()
        .findFirst()
        .orElse("0");
  }

  /** Whether no table has a row, or there is none. */
  public boolean isEmpty() throws SQLException {
    for (String table : tables.keySet()) {
      if (!words("select 1 from " + quoted(table) + " limit 1").isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** The journal's last entry, {@code NUMBER:HASH}; zeros if there is none. */
  public String head() throws SQLException {
    return words(
            "select number || ':' || encode(hash, 'hex') from journal order by number desc limit 1")
        .stream()
        .findFirst()
        .orElse("0:" + EntryHash.FIRST);
  }

  /** The journal's last entry. */
  public Optional<JournalEntry> last() throws SQLException {
    long number = Long.parseLong(head().split(":", 2)[0]);
    return number == 0
        ? Optional.empty()
        : asked(handle ->
            ChainedJournal.page(handle, number - 1, 1).stream().map(it -> it.entry()).findFirst());
  }

  /** Waits, for a while, until nobody else fills these tables; from here on nobody does. */
  public void alone() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local lock_timeout = '30s'");
      statement.execute("lock table journal in exclusive mode");
    }
  }

  /** Computes the journal's chain anew, as it is in this transaction. */
  public ChainedJournal.Verification verify() throws SQLException {
    return asked(handle ->
        ChainedJournal.verify(
            (long after, int limit) -> ChainedJournal.page(handle, after, limit), Map.of()));
  }

  /** Adds an entry to the journal. */
  public void append(JournalEntry entry) throws SQLException {
    var unused = asked(handle -> ChainedJournal.append(handle, entry));
  }

  private <T> T asked(Function<Handle, T> question) throws SQLException {
    try {
      return Jdbi.create(connection).withHandle(question::apply);
    } catch (JdbiException e) {
      throw new SQLException(String.valueOf(e.getMessage()), e);
    }
  }

  /** All rows of a table, in the order of its key. */
  public void write(String table, OutputStream out) throws SQLException, IOException {
    Optional<String> key =
        words(KEY, quoted(table)).stream().filter(it -> !it.isEmpty()).findFirst();
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyOut(
            "copy (select %s from %s%s) to stdout"
                .formatted(
                    quoted(tables.getOrDefault(table, List.of())),
                    quoted(table),
                    key.map(it -> " order by " + it).orElse("")),
            out);
  }

  /** Fills a table; its numbers go on behind the largest. */
  public void read(String table, List<String> columns, InputStream rows)
      throws SQLException, IOException {
    if (!tables.getOrDefault(table, List.of()).containsAll(columns) || columns.isEmpty()) {
      throw new IOException("there is no table " + table + " with these columns");
    }
    connection
        .unwrap(PGConnection.class)
        .getCopyAPI()
        .copyIn("copy %s (%s) from stdin".formatted(quoted(table), quoted(columns)), rows);
    for (String column : words(NUMBERED, quoted(table))) {
      var unused =
          words(
              "select setval(pg_get_serial_sequence('%1$s', '%2$s'), coalesce(max(%3$s), 0) + 1, false) from %1$s"
                  .formatted(quoted(table), column, quoted(column)));
    }
  }

  /** From here on all of it is there. */
  public void commit() throws SQLException {
    connection.commit();
  }

  @Override
  public void close() throws SQLException {
    try {
      connection.rollback();
    } finally {
      connection.close();
    }
  }
}
