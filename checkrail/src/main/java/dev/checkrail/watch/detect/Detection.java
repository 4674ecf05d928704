package dev.checkrail.watch.detect;

import java.util.Arrays;
import java.util.Optional;

/**
 * The catalogue of what is detected. Each has a page under {@code docs/runbooks}; what it looks at,
 * its minimum data and its false-alarm rate are in the Javadoc of its detector.
 */
public enum Detection {
  /** See {@link ContractLive}. */
  CONTRACT("contract/live", Level.PAGE, "Requests reach a server that does not serve them"),
  /** See {@link Unfinished}. */
  UNFINISHED("server/unfinished", Level.PAGE, "Sessions pile up at a server and do not end"),
  /** See {@link ServerErrors}. */
  BLACK_HOLE("server/black-hole", Level.PAGE, "A failing server draws more than its share"),
  /** See {@link ServerErrors}. */
  SERVER_ERRORS("server/errors", Level.PAGE, "A server fails more than its siblings"),
  /** See {@link ServerErrors}. */
  SERVER_REFUSES("server/refuses", Level.PAGE, "A server refuses what its siblings serve"),
  /** See {@link CheckVerdict}. */
  CHECK_DISAGREES("server/check-disagrees", Level.PAGE, "The check and live requests disagree"),
  /** See {@link ServerShare}. */
  SERVER_SHARE("server/share", Level.TICKET, "A server gets another share than its weight says"),
  /** See {@link Latency}. */
  SERVER_LATENCY("server/latency", Level.TICKET, "A server is slower than its siblings"),
  /** See {@link RouteErrors}. */
  ROUTE_ERRORS("route/errors", Level.PAGE, "More requests of a route fail than usual"),
  /** See {@link RouteDrop}. */
  SUCCESS_GONE("route/success-gone", Level.PAGE, "Requests of a route come, but hardly succeed"),
  /** See {@link RouteDrop}. */
  TRAFFIC_DROP("route/traffic-drop", Level.PAGE, "Requests of a route stay away"),
  /** See {@link RouteAnswers}. */
  ROUTE_ANSWERS("route/answers", Level.TICKET, "More 3xx or 4xx answers than usual"),
  /** See {@link RoutePending}. */
  PENDING("route/pending", Level.PAGE, "Answers without a final state"),
  /** See {@link Latency}. */
  ROUTE_LATENCY("route/latency", Level.TICKET, "A route is slower than usual"),
  /** See {@link Retries}. */
  RETRIES("route/retries", Level.TICKET, "Requests are tried again and again"),
  /** See {@link Handshakes}. */
  HANDSHAKES("listener/handshakes", Level.TICKET, "Connections end before a request"),
  /** See {@link FloorBroken}. */
  FLOOR("pool/floor", Level.PAGE, "Fewer servers are usable than there must be"),
  /** See {@link Saturation}. */
  SATURATED("pool/saturated", Level.TICKET, "Requests wait, or a limit is reached"),
  /** See {@link Bystanders}. */
  DRIFT("lb/drift", Level.TICKET, "Something is there that nobody approved"),
  /** See {@link Bystanders}. */
  OLD_WORKERS("lb/old-workers", Level.TICKET, "An old worker still serves by old rules"),
  /** See {@link Bystanders}. */
  OUTSIDE_PROBE("lb/outside-probe", Level.PAGE, "Probes through the load balancer fail"),
  /** See {@link Blindness}. */
  BLIND("watch/blind", Level.PAGE, "We cannot see what happens"),
  /** Told by who puts changes in place: nobody looks for it. */
  BREAK_GLASS("change/break-glass", Level.PAGE, "A change was put in place over its review"),
  /** The same, after each day in which nobody has looked at it. */
  REVIEW_OWED("change/review-owed", Level.TICKET, "Nobody has looked at a broken glass");

  /** Who is told, and how loudly. */
  public enum Level {
    /** Somebody looks at it when there is time. */
    TICKET,
    /** Users fail now, or the contract is broken live, or we are blind: somebody is woken up. */
    PAGE
  }

  private final String id;
  private final Level highest;
  private final String title;

  Detection(String id, Level highest, String title) {
    this.id = id;
    this.highest = highest;
    this.title = title;
  }

  /** {@code server/errors}: name of its page, too. */
  public String id() {
    return id;
  }

  /** The loudest that it can be. */
  public Level highest() {
    return highest;
  }

  /** In a few words. */
  public String title() {
    return title;
  }

  /** Its page, from the root of the repository. */
  public String runbook() {
    return "docs/runbooks/" + id + ".md";
  }

  /**
   * Whether it is something that people did, and not something that is wrong with requests: no
   * cause is looked for, and who takes care of it does not take care of an outage.
   */
  public boolean deed() {
    return this == BREAK_GLASS || this == REVIEW_OWED;
  }

  /** The one with this id. */
  public static Optional<Detection> of(String id) {
    return Arrays.stream(values()).filter(one -> one.id.equals(id)).findFirst();
  }
}
