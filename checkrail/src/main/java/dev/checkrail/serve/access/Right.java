package dev.checkrail.serve.access;

import java.util.Arrays;
import java.util.Optional;

/** What one may be allowed to do. The words are what tokens are scoped by. */
public enum Right {
  /** Look at everything that holds no secret: load balancers, journal, events. */
  READ("read"),
  /** Tell of an event: the change feed. */
  EVENT("event"),
  /** Propose changes. */
  CHANGE("change"),
  /** Approve changes of others. */
  APPROVE("approve"),
  /** Put an approved change in place. */
  CHANGE_ROLLOUT("change.rollout"),
  /** Put a change in place in an emergency, whoever has agreed. */
  CHANGE_BREAK_GLASS("change.break-glass"),
  /** Take a load balancer over, or let it go. */
  LB_ADD("lb.add"),
  /** Say under which policy changes are judged. */
  LB_POLICY("lb.policy"),
  /** Put a new configuration in place. */
  LB_APPLY("lb.apply"),
  /** Load the approved files again, save or carry what is in memory. */
  LB_RELOAD("lb.reload"),
  /** Go back to an approved version. */
  LB_ROLLBACK("lb.rollback"),
  /** Look at what is in memory and tell single servers what to do. */
  LB_RUNTIME("lb.runtime"),
  /** Take care of a page. */
  PAGE_ACKNOWLEDGE("page.acknowledge"),
  /** Keep alerts from being told for a while. */
  ALERT_SILENCE("alert.silence"),
  /** Take all that is kept away as one file. */
  BACKUP("backup"),
  /** Accounts and everybody's tokens. */
  ACCOUNTS("accounts");

  private final String word;

  Right(String word) {
    this.word = word;
  }

  /** As it is written in a token's scopes. */
  public String word() {
    return word;
  }

  /** The right of this word. */
  public static Optional<Right> of(String word) {
    return Arrays.stream(values()).filter(right -> right.word.equals(word)).findFirst();
  }
}
