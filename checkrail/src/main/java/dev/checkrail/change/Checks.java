package dev.checkrail.change;

import dev.checkrail.report.Difference;
import dev.checkrail.report.Verdict;
import java.util.List;

/**
 * Who judges a pair of configurations: the stages of {@code path}, handed in by the wiring to those
 * who stand below them. What is compared are kept files, so the same question has the same answer
 * tomorrow. Blocking calls; each may take seconds.
 */
public interface Checks {
  /**
   * What a change from one configuration to another does, unjudged: for drift, the running one
   * against the approved one.
   */
  Answer diff(ConfigurationSet from, ConfigurationSet to) throws InterruptedException;

  /**
   * The gate: may the load balancer go from one configuration to another?
   *
   * @param moves names of the policy's services that are meant to move
   */
  Verdict gate(ConfigurationSet from, ConfigurationSet to, List<String> moves)
      throws InterruptedException;

  /**
   * The way back: would this configuration, approved once, still start and serve as it stands now?
   * What blocked it or differed when it was approved does not count.
   */
  Verdict wayBack(ConfigurationSet live, ConfigurationSet target) throws InterruptedException;

  /**
   * What {@link #diff} found.
   *
   * @param undecided what could not be compared, a sentence each
   * @param refused why one of the two would not start, a sentence each; then the difference means
   *     nothing
   */
  record Answer(Difference difference, List<String> undecided, List<String> refused) {
    public Answer {
      undecided = List.copyOf(undecided);
      refused = List.copyOf(refused);
    }
  }
}
