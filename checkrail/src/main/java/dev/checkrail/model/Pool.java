package dev.checkrail.model;

import dev.checkrail.source.Span;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool of servers (HAProxy {@code backend}, the serving half of a {@code listen}).
 *
 * <p><b>Meaning:</b> {@link #rules} run like a frontend's, {@code SERVER} last; if no rule answers
 * or picks a server, persistence and then {@link #balance} choose among the <i>usable</i> servers:
 * those not disabled, of weight above 0 and not backup; if there is none, the first usable backup,
 * or all of them with {@code allBackups}. If there is none either: 503 in HTTP mode, close in TCP
 * mode. Shares are by weight.
 *
 * @param errorFiles bodies that replace the proxy's own answers, by status
 * @param settings effective settings, by name of the dialect (time-outs, options, …)
 * @param responseRules rules on responses, compared as text
 * @param unmodelled what could change the choice of the server and is not modelled
 * @param span the section's header
 */
public record Pool(
    String name,
    Mode mode,
    List<RuleSet> rules,
    Balance balance,
    List<Server> servers,
    boolean allBackups,
    Optional<Persistence> persistence,
    HealthCheck healthCheck,
    Retry retry,
    Map<Integer, ErrorFile> errorFiles,
    List<Setting> settings,
    List<Setting> responseRules,
    List<Unmodelled> unmodelled,
    Span span) {
  public Pool {
    rules = List.copyOf(rules);
    servers = List.copyOf(servers);
    errorFiles = Map.copyOf(errorFiles);
    settings = List.copyOf(settings);
    responseRules = List.copyOf(responseRules);
    unmodelled = List.copyOf(unmodelled);
  }

  /**
   * How a server is chosen.
   *
   * @param algorithm the dialect's word: {@code roundrobin}, {@code leastconn}, {@code source} …
   * @param text the whole setting as written
   * @param keyed whether a key of the request decides (hash): shares are then nominal and vary
   * @param span where it is set; the section's header if it is the default
   */
  public record Balance(String algorithm, String text, boolean keyed, Span span) {
    /**
     * Whether servers are looked up in a table made from their weights. With backup servers only
     * and without {@code allbackups} HAProxy 2.6 builds it from all of them, so any of them may be
     * taken, not just the first. (With {@code hash-type consistent} it would be the first.)
     */
    public boolean byMap() {
      return keyed || algorithm.equals("static-rr");
    }
  }

  /**
   * Binds a client to a server ({@code cookie}, {@code stick on}); shares are then nominal.
   *
   * @param cookie the cookie's name if it is by cookie
   */
  public record Persistence(String text, Optional<String> cookie, Span span) {}

  /**
   * When a request is sent a second time [4.2 retry-on].
   *
   * @param attempts {@code retries}: how often at most
   * @param on the words of {@code retry-on}; {@code conn-failure} if not set
   * @param redispatch whether another server may be tried
   * @param span where {@code retry-on} (else {@code retries}) is set; the section's header if
   *     neither
   */
  public record Retry(int attempts, List<String> on, boolean redispatch, Span span) {
    public Retry {
      on = List.copyOf(on);
    }
  }

  /**
   * How servers of the pool that have {@code check} are checked.
   *
   * @param kind {@code NONE}: a connection only, if a server has {@code check}
   * @param path request path of an HTTP check
   * @param steps all lines about the check as effective, in order, for comparison
   * @param span where it is set; the section's header if it is not
   */
  public record HealthCheck(Kind kind, Optional<String> path, List<Setting> steps, Span span) {
    public HealthCheck {
      steps = List.copyOf(steps);
    }

    /** What is asked. */
    public enum Kind {
      NONE,
      HTTP,
      TCP_SCRIPT,
      OTHER
    }
  }
}
