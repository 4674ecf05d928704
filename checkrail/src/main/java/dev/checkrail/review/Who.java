package dev.checkrail.review;

import dev.checkrail.change.ChangeMove;
import java.util.ArrayList;
import java.util.List;

/** Who may make which move: the other half of the table of a change. */
public final class Who {
  private static final List<String> WRITERS = List.of("author", "operator", "admin");
  private static final List<String> APPROVERS = List.of("approver", "admin");
  private static final List<String> OPERATORS = List.of("operator", "admin");
  private static final List<String> ITSELF = List.of("checkrail");

  private Who() {}

  /** Who may propose a change. */
  public static List<String> proposes() {
    return WRITERS;
  }

  /** Roles that may make it; {@code checkrail}: it happens by itself. */
  public static List<String> may(ChangeMove move) {
    return switch (move) {
      case CHECK, LAPSE, STOP, STOP_BROKEN, GO_LIVE -> ITSELF;
      case CHECK_AGAIN, SUPERSEDE -> and(WRITERS, ITSELF);
      case APPROVE -> and(APPROVERS, ITSELF);
      case AGREE, REJECT, REVIEW -> APPROVERS;
      case WITHDRAW -> WRITERS;
      case ROLL_OUT, BREAK_GLASS -> OPERATORS;
      case GO_BACK -> and(OPERATORS, ITSELF);
    };
  }

  private static List<String> and(List<String> some, List<String> more) {
    List<String> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  static boolean may(Person person, ChangeMove move) {
    return person.roles().stream().anyMatch(may(move)::contains);
  }

  /** What holds besides, in words for the table; empty if nothing does. */
  public static String besides(ChangeMove move) {
    return switch (move) {
      case AGREE -> "never its author; each once; more have to agree";
      case APPROVE -> "never its author; each once; by itself only where nobody has to";
      case REJECT -> "never its author, who withdraws it";
      case REVIEW -> "never its author, nor who broke the glass";
      case WITHDRAW -> "its author, or an admin";
      case ROLL_OUT -> "approvals hold still, base live still, no freeze window, no other rollout";
      case BREAK_GLASS -> "with a reason; no other rollout";
      case SUPERSEDE -> "its author by proposing another one, or by itself";
      case CHECK_AGAIN -> "by itself when another version or policy is live";
      case LAPSE -> "when who agreed has the role no longer";
      case STOP, STOP_BROKEN -> "nothing new serves";
      case CHECK, GO_LIVE, GO_BACK -> "";
    };
  }
}
