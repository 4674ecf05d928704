package dev.checkrail.watch.oncall;

import dev.checkrail.watch.detect.Alert;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * Something that one notifier is to be told. It is sent at least once, always with this id.
 *
 * @param id the same on each try
 * @param notifier name by the {@link Plan}
 * @param wake whether somebody is to be woken up
 * @param at when it was decided
 * @param page what can be acknowledged; empty for a ticket
 * @param chain the chain of the page; "" for a ticket
 * @param alert as it was then
 * @param incident that it belongs to, as far as it was known
 * @param cause that was published, as far as it was known
 */
public record Delivery(
    String id,
    String notifier,
    Kind kind,
    boolean wake,
    Instant at,
    Optional<String> page,
    String chain,
    Alert alert,
    Optional<String> incident,
    Optional<Evidence> cause) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The same, without waking anybody up: somebody takes care already, or it is over. */
  public Delivery quietly() {
    return new Delivery(id, notifier, kind, false, at, page, chain, alert, incident, cause);
  }

  /** As JSON on one line. */
  public String write() {
    return JSON.writeValueAsString(this);
  }

  /**
   * Reads what was written.
   *
   * @throws tools.jackson.core.JacksonException if it was not
   */
  public static Delivery read(String json) {
    return JSON.readValue(json, Delivery.class);
  }

  /** Why it is told. */
  public enum Kind {
    /** An alert opened. */
    OPENED,
    /** An alert opened, and who is told was woken up by another of its group. */
    JOINED,
    /** A ticket became a page. */
    RAISED,
    /** An alert was over and is there again. */
    REOPENED,
    /** An alert is over. */
    RESOLVED,
    /** A cause was published. */
    CAUSE,
    /** Nobody acknowledged in time. */
    ESCALATED;

    /** As it is sent: {@code opened}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
