package dev.checkrail.gateway.books;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads the gateway's tables in one read-only snapshot, so that they fit each other. */
final class ReadGateway {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int ROWS_AT_ONCE = 5_000;

  private ReadGateway() {}

  static GatewayBooks read(CheckBooks.Source source) throws SQLException {
    Properties login = new Properties();
    login.put("user", source.user());
    login.put("password", source.password());
    login.put("connectTimeout", "5");
    try (Connection connection = DriverManager.getConnection(source.url(), login)) {
      connection.setReadOnly(true);
      connection.setAutoCommit(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (Statement statement = connection.createStatement()) {
        statement.setFetchSize(ROWS_AT_ONCE);
        return new GatewayBooks(
            all(statement, "select now()", row -> row.getTimestamp(1).toInstant()).getFirst(),
            all(
                statement,
                "select id, state, currency, authorised, captured, refunded, metadata from"
                    + " payments",
                row ->
                    new GatewayBooks.Payment(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        purchase(row.getString(7)))),
            all(
                statement,
                "select reference, payment_id, acquirer, kind, capture, amount, currency, original,"
                    + " state, next_step_at is not null from operations",
                row ->
                    new GatewayBooks.Attempt(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getBoolean(5),
                        row.getLong(6),
                        row.getString(7),
                        Optional.ofNullable(row.getString(8)),
                        row.getString(9),
                        row.getBoolean(10))),
            all(
                statement,
                "select key, payment_id, reference, status from idempotency_keys",
                row ->
                    new GatewayBooks.Answer(
                        row.getString(1),
                        row.getString(2),
                        Optional.ofNullable(row.getString(3)),
                        Optional.of(row.getInt(4)).filter(it -> it != 0))),
            all(
                statement,
                "select posting, account, currency, amount from ledger_entries",
                row ->
                    new GatewayBooks.Line(
                        row.getString(1), row.getString(2), row.getString(3), row.getLong(4))));
      } finally {
        connection.rollback();
      }
    }
  }

  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private static <T> List<T> all(Statement statement, String query, Row<T> row)
      throws SQLException {
    List<T> all = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        all.add(row.read(rows));
      }
    }
    return all;
  }

  private static Optional<String> purchase(String metadata) {
    try {
      return Optional.ofNullable(JSON.readTree(metadata).path("load_key").stringValue(null));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
