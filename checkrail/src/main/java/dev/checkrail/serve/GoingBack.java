package dev.checkrail.serve;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Rollback;
import dev.checkrail.balancer.ServerName;
import dev.checkrail.balancer.Versions;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Server;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.AutoRollback.Decision;
import dev.checkrail.watch.diagnose.Scope;
import dev.checkrail.watch.incident.Happening;
import dev.checkrail.watch.incident.Incident;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes back by itself, as it was decided, and says what came of it. */
final class GoingBack {
  private static final Logger LOG = LoggerFactory.getLogger(GoingBack.class);
  private static final int TRIES = 3;
  private static final int MOST = 32;

  /** So few sessions are none that hang. */
  private static final int SOME = 3;

  private final Balancers balancers;
  private final InstantSource clock;
  private final Consumer<Happening> told;

  /**
   * @param told what is to stand in the timeline, beside what the journal says
   */
  GoingBack(Balancers balancers, InstantSource clock, Consumer<Happening> told) {
    this.balancers = balancers;
    this.clock = clock;
    this.told = told;
  }

  /** Does it; takes as long as that takes. An act that is under way is waited for. */
  void go(String name, Decision.GoBack decision, Optional<Rollback.Tourniquet> tourniquet)
      throws InterruptedException {
    String reason = "by itself: " + decision.change().id() + " is the cause; " + decision.why();
    for (int tries = 1; ; tries++) {
      try {
        Rollback.RolledBack back =
            balancers.rollback(
                name, Optional.of(decision.to()), reason, tourniquet, List.of(), "checkrail");
        if (!back.applied().serves()) {
          note(name, "going back by itself was stopped: " + back.applied().why());
        }
        return;
      } catch (Problem busy) {
        if (tries == TRIES) {
          note(name, "it could not go back by itself: " + busy.getMessage());
          return;
        }
      } catch (BalancerException | RuntimeException e) {
        note(name, "it could not go back by itself: " + e.getMessage());
        return;
      }
    }
  }

  private void note(String name, String text) {
    LOG.error("lb {}: {}", name, text);
    told.accept(new Happening(clock.instant(), Incident.What.NOTE, "checkrail", text));
  }

  /** In words, for observe-only. */
  static String words(Decision.GoBack decision) {
    return "observe-only: it would have gone back to "
        + Versions.brief(decision.to())
        + " by itself: "
        + decision.why();
  }

  /**
   * The servers that hurt: those that the change brought or gave another address, and those of
   * pools to which it sends requests as far as sessions hang there; and who serves these requests
   * in the version to which one goes back. Empty if nobody hangs: then the reload is enough.
   *
   * @param target what the version means to which one goes back, if it is known
   */
  static Optional<Rollback.Tourniquet> tourniquet(
      Scope scope, Moment moment, Optional<Configuration> target) {
    Set<ServerName> servers = new LinkedHashSet<>();
    Set<String> pools = new LinkedHashSet<>();
    for (Scope.Part part : scope.parts()) {
      switch (part.touch()) {
        case ROUTE -> {
          List<ServerName> hanging =
              moment
                  .servers()
                  .filter(one -> one.name().pool().equals(part.pool()))
                  .filter(Moment.Server::usable)
                  .filter(GoingBack::hangs)
                  .map(Moment.Server::name)
                  .toList();
          if (!hanging.isEmpty() && isPool(part.from())) {
            servers.addAll(hanging);
            pools.add(part.from());
          }
        }
        case SERVER_ADDED, ADDRESS -> {
          ServerName name = new ServerName(part.pool(), part.server());
          if (moment.servers().anyMatch(one -> one.name().equals(name) && one.sessions() > 0)) {
            servers.add(name);
            pools.add(part.pool());
          }
        }
        case ANSWER,
            SERVER_REMOVED,
            WEIGHT,
            BALANCE,
            TIMEOUT_SERVER,
            TIMEOUT_QUEUE,
            TIMEOUT_CONNECT,
            TIMEOUT_OTHER,
            LIMIT,
            RETRY,
            CHECK,
            TLS,
            RATE,
            OTHER -> {}
      }
    }
    if (servers.isEmpty() || servers.size() > MOST) {
      return Optional.empty();
    }
    int least = Integer.MAX_VALUE;
    for (String pool : pools) {
      long active =
          target
              .flatMap(it -> it.pool(pool))
              .map(it -> it.servers().stream().filter(Server::active).count())
              .orElse(1L);
      least = Math.min(least, Math.max(1, (int) ((active + 1) / 2)));
    }
    return Optional.of(new Rollback.Tourniquet(List.copyOf(servers), List.copyOf(pools), least));
  }

  private static boolean isPool(String name) {
    return !name.isEmpty() && !name.startsWith("(") && !name.equals("?");
  }

  /** It holds more than it finishes. */
  private static boolean hangs(Moment.Server server) {
    return server.sessions() >= SOME
        && server.came().map(Moment.Came::completed).orElse(0L) * 2 < server.sessions();
  }
}
