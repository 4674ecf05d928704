package dev.checkrail.store;

import dev.checkrail.watch.MinuteRow;
import dev.checkrail.watch.Rollups;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Minutes as rows, about 100 bytes each: 300 series (a load balancer with ten servers or so) take
 * 45 MB a day. Numbers are kept with seven digits.
 *
 * <p>A minute that is there already, because the control plane was started anew within it, is put
 * together: its seconds add up. Should they be more than 60, the same minute was written twice (the
 * answer of the first time was lost), and the fuller one stays.
 *
 * <p>Each call waits for the database and throws {@link org.jdbi.v3.core.JdbiException} if it is
 * down; {@link LateRollups} is for those who must not wait.
 */
public final class MinuteTable implements Rollups {
  /** Rows that are deleted in one transaction. */
  private static final int AT_ONCE = 50_000;

  private static final RowMapper<MinuteRow> ROW =
      (row, context) ->
          new MinuteRow(
              row.getString("balancer"),
              row.getString("name"),
              row.getObject("at", OffsetDateTime.class).toInstant(),
              row.getInt("seconds"),
              row.getDouble("total"),
              row.getDouble("least"),
              row.getDouble("most"),
              row.getDouble("last"));

  private final Database database;

  public MinuteTable(Database database) {
    this.database = database;
  }

  private record Name(String balancer, String series) {}

  @Override
  public void write(List<MinuteRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    database
        .jdbi()
        .useTransaction(handle -> {
          Map<Name, Integer> numbers = numbers(handle, rows);
          PreparedBatch batch =
              handle.prepareBatch(
                  """
                  insert into minute (series, at, seconds, total, least, most, last)
                  values (:series, :at, :seconds, :total, :least, :most, :last)
                  on conflict (series, at) do update set
                    seconds = case when minute.seconds + excluded.seconds <= 60
                      then minute.seconds + excluded.seconds
                      else greatest(minute.seconds, excluded.seconds) end,
                    total = case when minute.seconds + excluded.seconds <= 60
                      then minute.total + excluded.total
                      when excluded.seconds > minute.seconds then excluded.total
                      else minute.total end,
                    least = least(minute.least, excluded.least),
                    most = greatest(minute.most, excluded.most),
                    last = excluded.last
                  """);
          for (MinuteRow row : rows) {
            batch
                .bind(
                    "series",
                    Objects.requireNonNull(numbers.get(new Name(row.balancer(), row.series()))))
                .bind("at", time(row.minute()))
                .bind("seconds", (short) row.seconds())
                .bind("total", (float) row.sum())
                .bind("least", (float) row.least())
                .bind("most", (float) row.most())
                .bind("last", (float) row.last())
                .add();
          }
          batch.execute();
        });
  }

  private static Map<Name, Integer> numbers(Handle handle, List<MinuteRow> rows) {
    Map<Name, Integer> numbers = new HashMap<>();
    for (String balancer : rows.stream().map(MinuteRow::balancer).distinct().toList()) {
      numbers.putAll(known(handle, balancer));
    }
    List<Name> missing =
        rows.stream()
            .map(row -> new Name(row.balancer(), row.series()))
            .distinct()
            .filter(name -> !numbers.containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      PreparedBatch batch =
          handle.prepareBatch(
              "insert into series (balancer, name) values (:balancer, :name) on conflict do nothing");
      missing.forEach(
          name -> batch.bind("balancer", name.balancer()).bind("name", name.series()).add());
      batch.execute();
      for (String balancer : missing.stream().map(Name::balancer).distinct().toList()) {
        numbers.putAll(known(handle, balancer));
      }
    }
    return numbers;
  }

  private static Map<Name, Integer> known(Handle handle, String balancer) {
    Map<Name, Integer> numbers = new HashMap<>();
    handle
        .createQuery("select id, name from series where balancer = :balancer")
        .bind("balancer", balancer)
        .map((row, context) -> {
          numbers.put(new Name(balancer, row.getString("name")), row.getInt("id"));
          return 0;
        })
        .list();
    return numbers;
  }

  @Override
  public List<MinuteRow> read(String balancer, String series, Instant from, Instant to) {
    return database
        .jdbi()
        .withHandle(handle ->
            handle
                .createQuery(
                    """
                    select balancer, name, at, seconds, total, least, most, last
                    from minute join series on series.id = minute.series
                    where balancer = :balancer and name = :name and at >= :from and at < :to
                    order by at
                    """)
                .bind("balancer", balancer)
                .bind("name", series)
                .bind("from", time(from))
                .bind("to", time(to))
                .map(ROW)
                .list());
  }

  /**
   * Deletes minutes before a time, a bounded number in each transaction.
   *
   * @return how many
   */
  public long forget(Instant before) {
    long all = 0;
    int some;
    do {
      some =
          database
              .jdbi()
              .withHandle(handle ->
                  handle
                      .createUpdate(
                          """
                          delete from minute where ctid in (
                            select ctid from minute where at < :before limit :most)
                          """)
                      .bind("before", time(before))
                      .bind("most", AT_ONCE)
                      .execute());
      all += some;
    } while (some == AT_ONCE && !Thread.currentThread().isInterrupted());
    return all;
  }

  /** Bytes that minutes take on the disk, with their indexes. */
  public long size() {
    return database
        .jdbi()
        .withHandle(handle ->
            handle.createQuery("select pg_total_relation_size('minute')").mapTo(Long.class).one());
  }

  private static OffsetDateTime time(Instant at) {
    return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
  }
}
