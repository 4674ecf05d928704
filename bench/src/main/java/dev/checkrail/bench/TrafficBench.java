package dev.checkrail.bench;

import dev.checkrail.logs.LogRecord;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Regions;
import dev.checkrail.source.SourceFile;
import dev.checkrail.watch.traffic.Approved;
import dev.checkrail.watch.traffic.Limits;
import dev.checkrail.watch.traffic.Traffic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Records of a log that are routed by the approved rules and counted, on one thread: {@code java
 * -cp bench/target/bench.jar dev.checkrail.bench.TrafficBench}. Each record has another path; half
 * of them ask for what some rule names. The clock of the records runs on with each batch.
 */
final class TrafficBench {
  private static final int BATCH = 1_000;
  private static final int BATCHES = 100;
  private static final int ROUNDS = 5;
  private static final String POLICY =
      """
      version: 1
      services:
        api:
          - path: /api/**
        web:
          - path: /**
            except: [api]
      """;

  private TrafficBench() {}

  public static void main(String[] arguments) {
    for (int rules : new int[] {10, 1_000, 10_000}) {
      for (boolean host : new boolean[] {true, false}) {
        measure(rules, host);
      }
    }
  }

  private static void measure(int rules, boolean host) {
    Configuration configuration = Inputs.read(rules, false).configuration();
    Policy policy =
        PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
    Regions regions = Prove.regions(configuration, policy);
    Instant[] now = {Instant.parse("2026-03-01T12:00:00Z")};
    Traffic traffic = new Traffic(() -> now[0], Limits.standard());
    traffic.judgeBy(new Approved(regions, configuration, policy));
    String frontend = configuration.frontends().getFirst().name();
    List<LogRecord> made = records(rules, frontend, host, now[0]);
    double best = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long spent = 0;
      for (int batch = 0; batch < BATCHES; batch++) {
        now[0] = now[0].plusMillis(100);
        List<LogRecord> moved = moved(made.subList(batch * BATCH, (batch + 1) * BATCH), now[0]);
        long begin = System.nanoTime();
        traffic.add(moved);
        spent += System.nanoTime() - begin;
      }
      double rate = BATCH * BATCHES * 1e9 / spent;
      best = Math.max(best, rate);
      System.out.printf(
          "%6d rules, host %-9s round %d: %,9.0f records/s, %d regions remembered%n",
          rules, host ? "logged," : "unknown,", round + 1, rate, regions.remembered());
    }
    long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    System.out.printf(
        "%6d rules: best %,.0f records/s, heap used %d MB%n", rules, best, used >> 20);
  }

  private static List<LogRecord> records(int rules, String frontend, boolean host, Instant at) {
    Random random = new Random(7);
    List<String> paths = BigConfiguration.paths(rules);
    List<String> hosts = BigConfiguration.hosts(rules);
    List<LogRecord> all = new ArrayList<>();
    for (int i = 0; i < BATCH * BATCHES; i++) {
      String path = paths.get(random.nextInt(paths.size()));
      all.add(
          record(
              at,
              frontend,
              random.nextInt(5) == 0 ? "POST" : "GET",
              (i % 2 == 0 ? path + "/" + i : "/other/" + i) + "?q=" + random.nextInt(),
              host ? Optional.of(hosts.get(random.nextInt(hosts.size()))) : Optional.empty(),
              "10.9." + random.nextInt(256) + "." + random.nextInt(256)));
    }
    return all;
  }

  private static List<LogRecord> moved(List<LogRecord> records, Instant at) {
    List<LogRecord> all = new ArrayList<>(records.size());
    for (LogRecord one : records) {
      all.add(
          record(
              at,
              one.frontend(),
              one.method().orElseThrow(),
              one.target().orElseThrow(),
              one.host(),
              one.client().orElseThrow()));
    }
    return all;
  }

  private static LogRecord record(
      Instant at,
      String frontend,
      String method,
      String target,
      Optional<String> host,
      String client) {
    return new LogRecord(
        at,
        Optional.of(client),
        frontend,
        false,
        "be_1",
        Optional.of("s1"),
        new LogRecord.Times(0, 0, 1, 20, 30),
        200,
        1_000,
        "----",
        new LogRecord.Load(1, 1, 1, 1, 0, false, 0, 0),
        List.of(),
        List.of(),
        Optional.of(method),
        Optional.of(target),
        Optional.of("HTTP/1.1"),
        host,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
