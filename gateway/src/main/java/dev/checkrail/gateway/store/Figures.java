package dev.checkrail.gateway.store;

import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** Numbers over the whole database, for people and metrics. */
public final class Figures {
  private final Jdbi jdbi;

  public Figures(Database database) {
    this.jdbi = database.jdbi();
  }

  /** The three numbers (by our own books), and what must be zero beside them. */
  public record Numbers(
      long lost,
      long chargedTwice,
      long toldFailedButCharged,
      long openAttempts,
      long openWithoutNextStep,
      double oldestOverdueSeconds,
      List<String> unbalancedCurrencies) {

    public Numbers {
      unbalancedCurrencies = List.copyOf(unbalancedCurrencies);
    }
  }

  /** Reads all of them; costs a walk over the tables. */
  public Numbers read() {
    return jdbi.withHandle(handle -> {
      Map<String, Object> row =
          handle
              .createQuery(
                  """
                  select (select count(*) from lost) as lost,
                    (select count(*) from charged_twice) as twice,
                    (select count(*) from told_failed_but_charged) as told,
                    count(*) filter (where state in ('pending', 'unknown')) as open,
                    count(*) filter (where state in ('pending', 'unknown') and next_step_at is null)
                      as stuck,
                    coalesce(extract(epoch from max(now() - next_step_at)
                      filter (where next_step_at < now())), 0)::float8 as overdue
                  from attempts
                  """)
              .mapToMap()
              .one();
      List<String> unbalanced =
          handle
              .createQuery("select currency from ledger_balance where balance <> 0")
              .mapTo(String.class)
              .list();
      return new Numbers(
          number(row, "lost").longValue(),
          number(row, "twice").longValue(),
          number(row, "told").longValue(),
          number(row, "open").longValue(),
          number(row, "stuck").longValue(),
          number(row, "overdue").doubleValue(),
          unbalanced);
    });
  }

  private static Number number(Map<String, Object> row, String column) {
    return (Number) java.util.Objects.requireNonNull(row.get(column));
  }
}
