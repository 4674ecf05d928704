package dev.checkrail.serve.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What an account is for. One account may have several; what it may do is the sum. */
public enum Role {
  /** Looks. */
  VIEWER(Right.READ),
  /** Writes changes. */
  AUTHOR(Right.READ, Right.EVENT, Right.CHANGE),
  /** Approves what others wrote. */
  APPROVER(Right.READ, Right.EVENT, Right.APPROVE),
  /**
   * Keeps it running: rolls out what is approved, goes back, loads again, tells servers what to do,
   * answers pages.
   */
  OPERATOR(
      Right.READ,
      Right.EVENT,
      Right.CHANGE,
      Right.CHANGE_ROLLOUT,
      Right.CHANGE_BREAK_GLASS,
      Right.LB_RELOAD,
      Right.LB_ROLLBACK,
      Right.LB_RUNTIME,
      Right.PAGE_ACKNOWLEDGE,
      Right.ALERT_SILENCE),
  /** Everything, accounts included. */
  ADMIN(Right.values());

  private final Set<Right> rights;

  Role(Right... rights) {
    this.rights = Set.copyOf(EnumSet.copyOf(Arrays.asList(rights)));
  }

  /** What it may do. */
  public Set<Right> rights() {
    return rights;
  }

  /** Lower case, as people write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The role of this word. */
  public static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
  }
}
