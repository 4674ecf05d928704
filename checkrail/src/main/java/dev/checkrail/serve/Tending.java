package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Versions;
import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Matter;
import dev.checkrail.review.Answer.Moved;
import dev.checkrail.review.Review;
import dev.checkrail.store.ChainedJournal;
import dev.checkrail.store.ChangeTable;
import dev.checkrail.store.ChangeTable.Row;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has to happen to changes by itself, looked at each second: what is interrupted is settled,
 * what is stale is checked again, what was gone back from is said to be, and who owes a review is
 * reminded. One thread.
 */
final class Tending implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tending.class);
  private static final Duration TENDED = Duration.ofSeconds(1);
  private static final int LIVES = 50;

  private final Changes changes;
  private final Changes.Around around;
  private final ChangeTable table;
  private final ChangeChecks checks;
  private final PuttingInPlace acts;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("changes").factory());
  private String said = ""; // confined to the thread

  Tending(
      Changes changes,
      Changes.Around around,
      ChangeTable table,
      ChangeChecks checks,
      PuttingInPlace acts) {
    this.changes = changes;
    this.around = around;
    this.table = table;
    this.checks = checks;
    this.acts = acts;
  }

  void begin() {
    var unused =
        thread.scheduleWithFixedDelay(this::tend, 0, TENDED.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void tend() {
    try {
      List<Row> open = table.open();
      for (Row row : open) {
        tend(row);
      }
      for (String balancer : around.registry().names()) {
        wentBack(balancer);
      }
      List<Change> owed = changes.latest(Optional.empty(), Optional.empty(), true, LIVES);
      for (Change change : owed) {
        remind(change);
      }
      around.glass().are(Stream.concat(owed.stream(), open.stream().map(Row::change)).toList());
      said = "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | BalancerException | RuntimeException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(said)) {
        said = why;
        LOG.warn("changes wait: {}", why);
      }
    }
  }

  private void tend(Row row) throws InterruptedException {
    Change change = row.change();
    try {
      if (change.state() == ChangeState.ROLLING_OUT) {
        acts.settle(change.number());
        return;
      }
      Optional<Moved> stale = changes.review(change).stale(change);
      if (stale.isPresent()) {
        if (table.write(
            row, changes.step(change, List.of(stale.get()), Changes.ITSELF, Map.of()))) {
          checks.again(stale.get().change());
        }
      } else if (change.state() == ChangeState.PROPOSED) {
        checks.want(change);
      }
    } catch (BalancerException | Problem e) {
      LOG.debug("change {} waits: {}", change.number(), e.getMessage());
    }
  }

  /** A live change from which somebody went back by another way, or that went with another. */
  private void wentBack(String balancer) throws BalancerException {
    Optional<Row> last =
        table.latest(Optional.of(balancer), Optional.of(ChangeState.LIVE), false, LIVES).stream()
            .filter(row -> row.change().matter().kind() == Matter.Kind.CONFIGURATION)
            .max(
                Comparator.comparing((Row row) ->
                    row.change().rollout().map(Change.Rollout::at).orElse(Instant.MIN)));
    if (last.isEmpty() || acts.isTakenCareOf(last.get().change())) {
      return;
    }
    Change change = last.get().change();
    List<Versions.Lived> history = around.registry().versions(balancer).history();
    // The same files may have been there before, and gone back from: the last time counts.
    for (int i = history.size() - 1; i >= 0; i--) {
      if (history.get(i).digest().equals(change.matter().candidate())) {
        if (i + 1 == history.size()) {
          return;
        }
        Versions.Lived next = history.get(i + 1);
        if (next.back()) {
          var unused =
              table.write(
                  last.get(),
                  changes.step(
                      change,
                      List.of(
                          Review.wentBack(
                              change,
                              "gone back from at %s to %s; the journal of lb %s says who and why"
                                  .formatted(next.at(), Versions.brief(next.digest()), balancer))),
                      Changes.ITSELF,
                      Map.of()));
        }
        return;
      }
    }
  }

  private void remind(Change change) throws BalancerException {
    Optional<Instant> last =
        around
            .journal()
            .last(
                1,
                new ChainedJournal.Filter(
                    Optional.of("change.review-owed"),
                    Optional.of("change " + change.number()),
                    Optional.empty()))
            .stream()
            .map(it -> it.entry().at())
            .findFirst();
    if (changes.review(change).remind(change, last)) {
      Change.Glass glass = change.glass().orElseThrow();
      Map<String, String> details = new LinkedHashMap<>();
      details.put("balancer", change.matter().balancer());
      details.put("by", glass.by());
      details.put("since", glass.at().toString());
      details.put("reason", glass.reason());
      var unused =
          around
              .journal()
              .append(
                  changes.entry(Changes.ITSELF, change.number(), "change.review-owed", details));
      LOG.warn(
          "change {}: {} broke the glass at {}, and nobody has looked at it since",
          change.number(),
          glass.by(),
          glass.at());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("tending changes does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
