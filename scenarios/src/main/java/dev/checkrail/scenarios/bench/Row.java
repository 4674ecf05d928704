package dev.checkrail.scenarios.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.databind.json.JsonMapper;

/**
 * One run, as it is stored. Seconds count from the moment at which the fault was there.
 *
 * @param commit of the product; with {@code +} if files were changed beside it
 * @param load users per second
 * @param begun when the run began, ISO 8601
 * @param injected when the fault was there, ISO 8601
 * @param innocent whether a harmless change of the load balancer went before
 * @param detected until somebody was told or a harm was known; empty if never
 * @param answered until an answer was published; empty if never
 * @param urgent whether the answer was one for which somebody is woken
 * @param ranking the first published answer: causes in order
 * @param stayed whether the same cause was published for as long as was looked, at most 60 s; where
 *     two are true, any of them
 * @param watched for how many seconds after the answer was looked whether it stays
 * @param told alerts of which somebody was told, in order
 * @param rollbacks ways back that were gone by itself
 * @param lastChange what somebody would say who always blames the last change
 * @param firstAlert what somebody would say who takes the first alert at its word
 * @param users what users met since the fault
 * @param digest of the truth, shown before the answer was known
 * @param truth opened after all of the above was known
 * @param remarks what was not as it should be in the run itself; such a run is void
 */
record Row(
    String commit,
    long seed,
    double load,
    int scenario,
    String begun,
    String injected,
    boolean innocent,
    OptionalDouble detected,
    OptionalDouble answered,
    boolean urgent,
    List<Named> ranking,
    boolean stayed,
    double watched,
    List<Told> told,
    List<WentBack> rollbacks,
    String lastChange,
    String firstAlert,
    Users users,
    String digest,
    Truth truth,
    List<String> remarks) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  Row {
    ranking = List.copyOf(ranking);
    told = List.copyOf(told);
    rollbacks = List.copyOf(rollbacks);
    remarks = List.copyOf(remarks);
  }

  /** A cause in a ranking. */
  record Named(String cause, String object, double probability, String why) {}

  /**
   * Somebody was told.
   *
   * @param seconds after the fault
   * @param kind {@code opened}, {@code cause}, …
   * @param wakes whether it is a page
   */
  record Told(double seconds, String kind, boolean wakes, String detection, String subject) {
    boolean opens() {
      return kind.equals("opened") || kind.equals("raised") || kind.equals("reopened");
    }

    /** That a change went over its review, or that nobody has looked at that since. */
    boolean ofReview() {
      return detection.startsWith("change/");
    }

    /** The system was seen to be ill by it. */
    boolean detects() {
      return seconds >= 0 && kind.equals("opened") && !ofReview();
    }
  }

  /**
   * The control plane went back by itself.
   *
   * @param right whether from what really was the cause
   */
  record WentBack(double seconds, String what, boolean right) {}

  /** Users since the fault: how many came, and how many were told that it failed. */
  record Users(long all, long failed) {}

  /** Whether the run itself went as it should. */
  boolean valid() {
    return remarks.isEmpty();
  }

  /**
   * Place of the first cause that is right in the first place, from 1; empty if it is not there.
   */
  Optional<Integer> rank() {
    for (int i = 0; i < ranking.size(); i++) {
      if (truth.first().contains(ranking.get(i).cause())) {
        return Optional.of(i + 1);
      }
    }
    return Optional.empty();
  }

  /**
   * How many pages woke somebody: what opened or came back; not that it goes on or has ended, and
   * not that a change was put in place over its review, which is told whatever comes of it.
   */
  long pages() {
    return told.stream()
        .filter(it -> it.wakes() && it.seconds() >= 0 && it.opens() && !it.ofReview())
        .count();
  }

  long wrongRollbacks() {
    return rollbacks.stream().filter(it -> !it.right()).count();
  }

  String json() {
    return JSON.writeValueAsString(this);
  }

  static Row read(String json) {
    return JSON.readValue(json, Row.class);
  }
}
