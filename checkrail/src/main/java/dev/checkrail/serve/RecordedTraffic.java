package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.change.Change;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.change.Traffic;
import dev.checkrail.logs.KeptRecords;
import dev.checkrail.logs.LogRecord;
import dev.checkrail.replay.ReplayReport;
import dev.checkrail.report.Json;
import dev.checkrail.review.Weigh.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a proposed change moves of the traffic that the log intake keeps. It is bounded by what is
 * kept ({@link KeptRecords.Limits}) and by time: if that is over, it is not known. Safe for many
 * threads.
 */
final class RecordedTraffic {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The fix during an incident waits for nothing. */
  private static final Duration URGENT = Duration.ofSeconds(1);

  private static final List<String> PERSONAL = List.of("example");

  private final Balancers balancers;
  private final Function<String, List<KeptRecords.Slot>> kept;

  /**
   * @param kept what is kept of a load balancer's traffic
   */
  RecordedTraffic(Balancers balancers, Function<String, List<KeptRecords.Slot>> kept) {
    this.balancers = balancers;
    this.kept = kept;
  }

  /**
   * What it moves.
   *
   * @param json for the evidence: what goes where, without the requests of anybody
   */
  record Found(Recorded recorded, Optional<String> json) {
    private static Found nothing(String why) {
      return new Found(new Recorded.Nothing(why), Optional.empty());
    }
  }

  Found movedBy(Change change, ConfigurationSet from, ConfigurationSet to)
      throws BalancerException, InterruptedException {
    String balancer = change.matter().balancer();
    List<KeptRecords.Slot> sample = kept.apply(balancer);
    Optional<Instant> since =
        sample.stream()
            .flatMap(slot -> slot.records().stream())
            .map(LogRecord::at)
            .min(Comparator.naturalOrder());
    if (since.isEmpty()) {
      return Found.nothing("no traffic was recorded");
    }
    Duration patience = change.urgent() ? URGENT : PATIENCE;
    Optional<ReplayReport> report =
        balancers.look(
            balancer,
            held ->
                held.checks(
                        Registry.policy(
                            held.entry().policy(), held.entry().installation().environment()))
                    .replayed(from, to, sample, patience));
    if (report.isEmpty()) {
      return Found.nothing(
          "to count the recorded requests takes longer than %d s".formatted(patience.toSeconds()));
    }
    Traffic traffic = traffic(report.get(), since.get());
    return new Found(
        traffic.requests() == 0
            ? new Recorded.Nothing("no request that was recorded came to its frontends")
            : new Recorded.Seen(traffic),
        Optional.of(json(report.get(), traffic)));
  }

  private static Traffic traffic(ReplayReport report, Instant since) {
    ReplayReport.Part shifted = report.shifted();
    return new Traffic(
        shifted.requests(),
        since,
        shifted.share(),
        shifted.high(),
        report.unclear().share(),
        report.services().stream()
            .map(it ->
                new Traffic.OfService(it.service(), it.shifted().requests(), it.shifted().share()))
            .sorted(Comparator.comparingDouble(Traffic.OfService::share).reversed())
            .toList());
  }

  private static String json(ReplayReport report, Traffic traffic) {
    ObjectNode node = Wire.object();
    node.set("moved", ChangeJson.traffic(traffic));
    if (Wire.own(Json.line().replayed(report.replayed())) instanceof ObjectNode replayed) {
      replayed
          .properties()
          .forEach(part -> {
            if (part.getValue() instanceof ArrayNode rows) {
              rows.values()
                  .forEach(row -> {
                    if (row instanceof ObjectNode one) {
                      one.remove(PERSONAL);
                    }
                  });
            }
          });
      node.set("replayed", replayed);
    }
    return Wire.text(Wire.redacted(node)) + "\n";
  }
}
