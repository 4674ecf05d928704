package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Drifting;
import dev.checkrail.serve.access.Right;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;

/** What load balancers do now, over HTTP. */
final class LiveApi {
  private static final int LONGEST = 60;

  private final Watching watching;
  private final Registry registry;
  private final Function<String, Drifting> drift;
  private final InstantSource clock;

  /**
   * @param drift what was found of one when it was looked for drift last
   */
  LiveApi(
      Watching watching, Registry registry, Function<String, Drifting> drift, InstantSource clock) {
    this.watching = watching;
    this.registry = registry;
    this.drift = drift;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.needs(Right.READ, "GET", "/api/v1/balancers/{balancer}/live", this::live));
  }

  private Reply live(Call call) throws BalancerException {
    String name = call.parameter("balancer");
    call.may(Right.READ, name);
    int seconds = (int) call.number("seconds", 1, 1, LONGEST);
    Watched watched =
        watching.of(name).orElseThrow(() -> Problem.missing("there is no load balancer " + name));
    LiveNow now =
        new LiveNow(
            name,
            clock.instant(),
            registry.versions(name).live(),
            watched.latest(),
            watched.log(),
            watched.logCounts(),
            watched.logTrouble(),
            drift.apply(name));
    return Reply.json(200, now.with(watched.traffic(), seconds));
  }
}
