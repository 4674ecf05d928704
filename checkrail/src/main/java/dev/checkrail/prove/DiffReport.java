package dev.checkrail.prove;

import dev.checkrail.report.Finding;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.List;

/**
 * What changes between two configurations.
 *
 * @param equal whether all requests are treated alike and all compared settings are the same
 * @param regions requests that are treated differently, per listener and (from, to)
 * @param settings other changes
 * @param findings {@code diff/*}
 * @param undecided regions that depend on something that is not modelled
 */
public record DiffReport(
    boolean equal,
    List<Region> regions,
    List<SettingChange> settings,
    List<Finding> findings,
    List<Undecided> undecided) {
  public DiffReport {
    regions = List.copyOf(regions);
    settings = List.copyOf(settings);
    findings = List.copyOf(findings);
    undecided = List.copyOf(undecided);
  }

  /**
   * Requests of one listener that went one way and go another.
   *
   * @param listener its key in the new configuration
   * @param requests which ones, in words: at most three conjunctions and "and N more"
   * @param from what became of the witness
   * @param to what becomes of it
   * @param declared whether all of them belong to services whose moves were announced
   */
  public record Region(
      String listener,
      String requests,
      Outcome from,
      Outcome to,
      Request witness,
      boolean declared) {}
}
