package dev.checkrail.change;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a reviewer says yes to. Whatever of it is another one makes another {@link #digest}, and
 * what was agreed to before does not count.
 *
 * @param kind what is changed
 * @param balancer whose
 * @param base digest of what is live when it is judged: a configuration or a policy
 * @param candidate digest of what is to be live
 * @param policy digest of the approved policy under which it is judged
 * @param steps digests of the configurations that are loaded on the way to the candidate, in order;
 *     empty if it is put in place at once
 * @param moves names of the policy's services whose requests are meant to move
 * @param evidence digest of the manifest of all that was found; {@link #NONE} before the check
 */
public record Matter(
    Kind kind,
    String balancer,
    String base,
    String candidate,
    String policy,
    List<String> steps,
    List<String> moves,
    String evidence) {
  /** Stands for a digest of what is not there. */
  public static final String NONE = "none";

  public Matter {
    steps = List.copyOf(steps);
    moves = List.copyOf(moves);
  }

  /** What is changed. */
  public enum Kind {
    /** The files of a load balancer. */
    CONFIGURATION("configuration"),
    /** What changes are judged by. It is judged under the policy that is approved. */
    POLICY("policy");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** The word used in JSON. */
    public String word() {
      return word;
    }
  }

  /** SHA-256 in hexadecimal over all of it, a line each, small enough for a shell script. */
  public String digest() {
    List<String> lines = new ArrayList<>();
    lines.add("checkrail change 1");
    lines.add("kind " + kind.word());
    lines.add("balancer " + balancer);
    lines.add("base " + base);
    lines.add("candidate " + candidate);
    lines.add("policy " + policy);
    steps.forEach(step -> lines.add("step " + step));
    moves.forEach(service -> lines.add("moves " + service.replace("\n", "\\n")));
    lines.add("evidence " + evidence);
    return ConfigurationSet.sha256(
        (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** The same, judged. */
  public Matter with(List<String> newSteps, String newEvidence) {
    return new Matter(kind, balancer, base, candidate, policy, newSteps, moves, newEvidence);
  }

  /** The same, to be judged against what is live now. */
  public Matter against(String newBase, String newPolicy) {
    return new Matter(kind, balancer, newBase, candidate, newPolicy, List.of(), moves, NONE);
  }
}
