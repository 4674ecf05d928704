package dev.checkrail.bench;

import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Router;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Requests that the proved diagrams route, one after the other, on one core. */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class RouterBench {
  private static final int REQUESTS = 1 << 12;

  /** Rules in the frontend. */
  @Param({"10", "1000", "10000"})
  public int rules;

  private Router router = Prove.router(Inputs.read(2, false).configuration());
  private List<Request> requests = List.of();
  private int next;

  /** Half of the requests ask for what some rule names, the others for something else. */
  @Setup
  public void prepare() {
    router = Prove.router(Inputs.read(rules, false).configuration());
    requests = requests(new Random(7));
    List<Outcome> unclear = new ArrayList<>();
    for (Request request : requests) {
      router.route(request).filter(Outcome.Undecided.class::isInstance).ifPresent(unclear::add);
    }
    if (!unclear.isEmpty()) {
      throw new IllegalStateException(unclear.size() + " undecided, e.g. " + unclear.getFirst());
    }
  }

  private List<Request> requests(Random random) {
    List<String> paths = BigConfiguration.paths(rules);
    List<String> hosts = BigConfiguration.hosts(rules);
    List<Request> all = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      String path = paths.get(random.nextInt(paths.size()));
      all.add(
          new Request(
              random.nextInt(5) == 0 ? "POST" : "GET",
              "http://"
                  + hosts.get(random.nextInt(hosts.size()))
                  + (i % 2 == 0 ? path + "/" + i : "/other/" + i),
              Map.of(),
              Optional.of("10.9.8.7"),
              Optional.of("127.0.0.1:8080"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));
    }
    return List.copyOf(all);
  }

  @Benchmark
  public Optional<Outcome> route() {
    next = (next + 1) & (REQUESTS - 1);
    return router.route(requests.get(next));
  }
}
