package dev.checkrail.report;

import java.util.List;
import java.util.Locale;

/**
 * What the real binary said: what {@code rehearse} answers.
 *
 * @param sent requests sent
 * @param agreed of these, how many ended as the model says
 * @param notRehearsed what was left out, each with its reason
 * @param sandbox where HAProxy ran
 */
public record Rehearsal(
    int sent,
    int agreed,
    List<Disagreement> disagreed,
    List<Fault> faults,
    List<String> notRehearsed,
    Sandbox sandbox) {
  public Rehearsal {
    disagreed = List.copyOf(disagreed);
    faults = List.copyOf(faults);
    notRehearsed = List.copyOf(notRehearsed);
  }

  /** Where HAProxy ran. */
  public enum Sandbox {
    /** In a network namespace of its own, with the configuration's own addresses. */
    NAMESPACE,
    /** On free ports of the machine's loopback device, behind PROXY headers. */
    LOOPBACK;

    /** As it is written in JSON. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A request that ended otherwise than the model says: a defect of ours. */
  public record Disagreement(Request request, Outcome model, Outcome binary) {}

  /**
   * A fault that was tried.
   *
   * @param fault in words, e.g. {@code pay-1 down}
   * @param why what was seen, or why it was skipped
   */
  public record Fault(String fault, StageResult.Status status, String why) {}
}
