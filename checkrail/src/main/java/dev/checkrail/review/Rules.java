package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.Matter;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the approved policy demands of reviewers.
 *
 * @param approvers how many others have to agree
 * @param highRisk how many to a change of high risk; empty: one more
 * @param highRiskRoles each of these at least one of them has then
 */
public record Rules(int approvers, OptionalInt highRisk, List<String> highRiskRoles) {
  public Rules {
    highRiskRoles = List.copyOf(highRiskRoles);
  }

  /** One other person; two if the risk is high. */
  public static Rules usual() {
    return new Rules(1, OptionalInt.empty(), List.of());
  }

  /**
   * How many have to agree, and which roles have to be among theirs.
   *
   * @param number 0: nobody has to
   */
  public record Needed(int number, List<String> roles) {
    public Needed {
      roles = List.copyOf(roles);
    }

    /** In words. */
    public String text() {
      String people =
          switch (number) {
            case 0 -> "nobody has to agree";
            case 1 -> "one other person has to agree";
            default -> number + " other people have to agree";
          };
      return roles.isEmpty()
          ? people
          : people + ", among them one who is " + String.join(", one who is ", roles);
    }
  }

  /** To a change; before its check as if its risk were high. */
  public Needed needed(Change change) {
    if (change.matter().kind() == Matter.Kind.POLICY) {
      Needed most = high();
      return new Needed(Math.max(Math.max(1, approvers), most.number()), most.roles());
    }
    if (change.urgent()) {
      return new Needed(1, List.of());
    }
    Change.Risk risk = change.checked().map(it -> it.weight().risk()).orElse(Change.Risk.HIGH);
    return switch (risk) {
      case LOW, MEDIUM -> new Needed(approvers, List.of());
      case HIGH -> high();
    };
  }

  private Needed high() {
    return new Needed(
        Math.max(highRisk.orElse(approvers + 1), highRiskRoles.isEmpty() ? 0 : 1), highRiskRoles);
  }
}
