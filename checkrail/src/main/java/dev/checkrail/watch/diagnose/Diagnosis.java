package dev.checkrail.watch.diagnose;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known, at one moment, of why users fail.
 *
 * @param at when
 * @param harmedSince since when users are harmed; empty if nobody is
 * @param harmed requests and sessions harmed since, above what is usual
 * @param urgent whether users fail now; if not, it is a matter for a ticket
 * @param ranking one row for each cause that was weighed, the likeliest first
 * @param unclear whether no cause is likely enough to be named
 * @param firstAct the same safe request directly and through the load balancer
 * @param published the answer that was given; it stays for as long as the harm lasts
 * @param aftermath what a way back showed
 * @param notes changes of mind and what else is to be remembered, oldest first
 */
public record Diagnosis(
    Instant at,
    Optional<Instant> harmedSince,
    double harmed,
    boolean urgent,
    List<Ranked> ranking,
    boolean unclear,
    FirstAct firstAct,
    Optional<Published> published,
    Optional<Aftermath> aftermath,
    List<Note> notes) {
  public Diagnosis {
    ranking = List.copyOf(ranking);
    notes = List.copyOf(notes);
  }

  /**
   * Probes at this moment.
   *
   * @param directGood servers that answered well when asked directly
   * @param directBad those that did not
   * @param throughGood services that were answered well through the load balancer
   * @param throughBad those that were not
   */
  public record FirstAct(
      List<String> directGood,
      List<String> directBad,
      List<String> throughGood,
      List<String> throughBad) {
    public FirstAct {
      directGood = List.copyOf(directGood);
      directBad = List.copyOf(directBad);
      throughGood = List.copyOf(throughGood);
      throughBad = List.copyOf(throughBad);
    }

    /** One sentence. */
    public String text() {
      if (directGood.isEmpty()
          && directBad.isEmpty()
          && throughGood.isEmpty()
          && throughBad.isEmpty()) {
        return "no safe request is allowed by the policy: servers were not asked";
      }
      return "asked directly: "
          + count(directGood, directBad)
          + "; through the load balancer: "
          + count(throughGood, throughBad);
    }

    private static String count(List<String> good, List<String> bad) {
      return good.isEmpty() && bad.isEmpty()
          ? "not asked"
          : good.size() + " well" + (bad.isEmpty() ? "" : ", not " + String.join(", ", bad));
    }
  }

  /**
   * The answer that was given.
   *
   * @param ranking as it was then: the first is the answer, the second stands beside it
   */
  public record Published(Instant at, boolean urgent, List<Ranked> ranking) {
    public Published {
      ranking = List.copyOf(ranking);
    }

    /** What was named. */
    public Ranked first() {
      return ranking.getFirst();
    }
  }

  /** What a way back showed. */
  public record Aftermath(Instant at, Result result, String text) {
    /** Of the cause that was named. */
    public enum Result {
      CONFIRMED,
      REFUTED,
      /** It ended, but for what workers with the rules before still do. */
      CONFIRMED_BUT_OLD_WORKERS
    }
  }

  /** Something to be remembered. */
  public record Note(Instant at, String text) {}
}
