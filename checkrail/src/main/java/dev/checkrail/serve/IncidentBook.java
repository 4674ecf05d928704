package dev.checkrail.serve;

import dev.checkrail.store.Database;
import dev.checkrail.store.IncidentTable;
import dev.checkrail.watch.incident.Incident;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * Incidents, kept. Who records one never waits for the database: it is written within a second, or
 * when the database is back; until then it is known here. Safe for many threads.
 */
final class IncidentBook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IncidentBook.class);
  private static final Duration PAUSE = Duration.ofMillis(250);

  /** Figures alone are written less often. */
  private static final Duration FIGURES = Duration.ofSeconds(3);

  private static final int ROOM = 1_000;

  private final IncidentTable table;
  private final LongSupplier nanos;
  private final ScheduledExecutorService writer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("incidents").factory());

  // Guarded by this.
  private final Map<String, Page> pages = new LinkedHashMap<>();

  // Confined to the writer.
  private boolean down;

  /** What is known of one, and what of that is in the database. */
  private static final class Page {
    Recorded now;
    Optional<Recorded> written = Optional.empty();
    long writtenAt;

    Page(Recorded now) {
      this.now = now;
    }
  }

  /**
   * On a table; begins at once.
   *
   * @param nanos elapsed time
   */
  IncidentBook(IncidentTable table, LongSupplier nanos) {
    this.table = table;
    this.nanos = nanos;
    var unused =
        writer.scheduleWithFixedDelay(
            () -> writeAll(false), PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Records one, instead of what was recorded of it before. */
  void put(Recorded recorded) {
    if (remember(recorded)) {
      try {
        writer.execute(() -> writeAll(false));
      } catch (RejectedExecutionException e) {
        LOG.debug("it is written at the end");
      }
    }
  }

  /** Whether there is news that must not wait. */
  private synchronized boolean remember(Recorded recorded) {
    Page page = pages.computeIfAbsent(recorded.incident().id(), it -> new Page(recorded));
    boolean news = page.written.isEmpty() || !story(page.now).equals(story(recorded));
    page.now = recorded;
    if (pages.size() > ROOM) {
      // The database is down for long: the oldest that ended goes.
      pages.values().stream()
          .filter(one -> one.now.incident().state() != Incident.State.OPEN)
          .map(one -> one.now.incident().id())
          .findFirst()
          .ifPresent(pages::remove);
    }
    return news;
  }

  /** Whether the database has all of one but figures of the last seconds. */
  synchronized boolean stored(String id) {
    Page page = pages.get(id);
    return page == null || page.written.filter(it -> story(it).equals(story(page.now))).isPresent();
  }

  /** Changes one that is kept; empty if there is none. Waits for the database. */
  Optional<Recorded> change(String id, UnaryOperator<Recorded> change) {
    Optional<Recorded> known = find(id);
    Optional<Recorded> now = known.map(change);
    now.ifPresent(this::put);
    return now;
  }

  /** The one of this id. Waits for the database if it is none of the latest. */
  Optional<Recorded> find(String id) {
    Optional<Recorded> known = known(id);
    return known.isPresent() ? known : table.find(id).flatMap(IncidentBook::read);
  }

  private synchronized Optional<Recorded> known(String id) {
    return Optional.ofNullable(pages.get(id)).map(page -> page.now);
  }

  /** The one of a load balancer that is open. Waits for the database. */
  Optional<Recorded> open(String balancer) {
    synchronized (this) {
      Optional<Recorded> known =
          pages.values().stream()
              .map(page -> page.now)
              .filter(one -> one.incident().balancer().equals(balancer))
              .filter(one -> one.incident().state() == Incident.State.OPEN)
              .findFirst();
      if (known.isPresent()) {
        return known;
      }
    }
    return table
        .open(balancer)
        .flatMap(IncidentBook::read)
        .map(it -> known(it.incident().id()).orElse(it))
        .filter(it -> it.incident().state() == Incident.State.OPEN);
  }

  /** The latest first. Waits for the database; while it is down what is known here is all. */
  List<Recorded> latest(Optional<String> balancer, Optional<String> state, int limit) {
    Map<String, Recorded> all = new LinkedHashMap<>();
    try {
      table
          .latest(balancer, state, limit)
          .forEach(row -> read(row).ifPresent(it -> all.put(it.incident().id(), it)));
    } catch (RuntimeException e) {
      if (!Database.isOutage(e)) {
        throw e;
      }
    }
    synchronized (this) {
      pages.values().forEach(page -> all.put(page.now.incident().id(), page.now));
    }
    return all.values().stream()
        .filter(one -> balancer.filter(it -> !it.equals(one.incident().balancer())).isEmpty())
        .filter(one -> state.filter(it -> !it.equals(one.state())).isEmpty())
        .sorted(
            Comparator.comparing((Recorded one) -> one.incident().began())
                .reversed()
                .thenComparing(one -> one.incident().id()))
        .limit(limit)
        .toList();
  }

  private static Optional<Recorded> read(IncidentTable.Row row) {
    try {
      return Optional.of(Recorded.read(row.body()));
    } catch (JacksonException e) {
      LOG.error("the incident {} that is kept can't be read", row.id());
      return Optional.empty();
    }
  }

  // --- on the writer's thread

  private void writeAll(boolean last) {
    for (Recorded one : waiting(last)) {
      try {
        Incident incident = one.incident();
        table.write(
            new IncidentTable.Row(
                incident.id(), incident.balancer(), incident.began(), one.state(), one.write()));
        written(one);
        down = false;
      } catch (RuntimeException e) {
        if (!down) {
          LOG.warn("incidents wait in memory: {}", e.getMessage());
        }
        down = true;
        return;
      }
    }
  }

  private synchronized List<Recorded> waiting(boolean last) {
    List<Recorded> waiting = new ArrayList<>();
    long now = nanos.getAsLong();
    for (Page page : pages.values()) {
      boolean same = page.written.filter(it -> it.equals(page.now)).isPresent();
      boolean story = page.written.filter(it -> story(it).equals(story(page.now))).isPresent();
      if (!same && (last || !story || now - page.writtenAt > FIGURES.toNanos())) {
        waiting.add(page.now);
      }
    }
    return waiting;
  }

  /** What must not be lost; figures may lack some seconds. */
  private static List<Object> story(Recorded one) {
    Incident it = one.incident();
    return List.of(
        it.state(),
        it.answer(),
        it.aftermath(),
        it.timeline().size(),
        one.prevention(),
        one.going());
  }

  private synchronized void written(Recorded one) {
    String id = one.incident().id();
    Page page = pages.get(id);
    if (page == null) {
      return;
    }
    page.written = Optional.of(one);
    page.writtenAt = nanos.getAsLong();
    if (page.now.equals(one) && one.incident().state() != Incident.State.OPEN) {
      pages.remove(id);
    }
  }

  /** Writes what is not written yet. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(5, TimeUnit.SECONDS)) {
        writer.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    writeAll(true);
  }
}
