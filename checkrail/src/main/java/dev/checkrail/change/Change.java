package dev.checkrail.change;

import dev.checkrail.report.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One change and how far it has come. Only {@link #after} makes the next one of it.
 *
 * @param number 1, 2, 3 …
 * @param matter what it is about
 * @param urgent whether it goes by the fast lane: not rehearsed, one approver, in freeze windows
 *     too
 * @param checked what its check found; empty before
 * @param approvals of the matter as it is now, in order
 * @param glass who broke the glass for it
 * @param rollout who began to put it in place last, and what was live then
 * @param because what the last move came to, in a sentence
 */
public record Change(
    long number,
    Matter matter,
    String author,
    String why,
    Instant proposed,
    boolean urgent,
    ChangeState state,
    Optional<Checked> checked,
    List<Approval> approvals,
    Optional<Glass> glass,
    Optional<Rollout> rollout,
    String because) {
  public Change {
    approvals = List.copyOf(approvals);
    if (number < 1 || author.isBlank()) {
      throw new IllegalArgumentException("a change has a number and an author");
    }
  }

  /** A new one. */
  public static Change propose(
      long number, Matter matter, String author, String why, Instant at, boolean urgent) {
    return new Change(
        number,
        matter,
        author,
        why,
        at,
        urgent,
        ChangeState.PROPOSED,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        "its check waits");
  }

  /**
   * What the stages of the path found.
   *
   * @param rehearsed whether the real binary has run it
   * @param blocking rules that block, or questions that are undecided
   * @param wayBack empty if the version that is live now would work again; else why it would not
   * @param stages how it is put in place; empty: nobody planned that, it is one step
   */
  public record Checked(
      Instant at,
      Verdict.Kind verdict,
      boolean rehearsed,
      List<String> blocking,
      Weight weight,
      Optional<String> wayBack,
      Optional<Stages> stages) {
    public Checked {
      blocking = List.copyOf(blocking);
    }
  }

  /** How much can go wrong with it. */
  public enum Risk {
    LOW,
    MEDIUM,
    HIGH;

    /** The word used in JSON. */
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * Its risk, and why it is that.
   *
   * @param traffic which part of the recorded requests it moves; empty if nothing was recorded, or
   *     if it moves none
   * @param services those that are touched
   */
  public record Weight(
      Risk risk, Optional<Traffic> traffic, List<String> services, List<String> because) {
    public Weight {
      services = List.copyOf(services);
      because = List.copyOf(because);
    }
  }

  /**
   * Somebody agreed.
   *
   * @param roles that they had then
   * @param matter digest of what they agreed to
   */
  public record Approval(String by, List<String> roles, Instant at, String matter, String note) {
    public Approval {
      roles = List.copyOf(roles);
    }
  }

  /**
   * Somebody put it in place in an emergency.
   *
   * @param reviewed who looked at that afterwards; empty as long as that is owed
   */
  public record Glass(String by, Instant at, String reason, Optional<Reviewed> reviewed) {}

  /** It was looked at afterwards. */
  public record Reviewed(String by, Instant at, boolean right, String note) {}

  /**
   * It began to be put in place.
   *
   * @param from digest of what was live
   * @param course how far it is, or was when it ended; empty before its first step
   */
  public record Rollout(String by, Instant at, String from, Optional<Course> course) {
    /** One that begins. */
    public Rollout(String by, Instant at, String from) {
      this(by, at, from, Optional.empty());
    }

    /** The same, so far. */
    public Rollout at(Course far) {
      return new Rollout(by, at, from, Optional.of(far));
    }
  }

  /** How an order of the table is refused that can't be made. */
  public static final class NotInTable extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotInTable(ChangeMove move, ChangeState state) {
      super("a change that is " + state.word() + " can't " + move.word(), null, false, false);
    }
  }

  /**
   * After a move.
   *
   * @throws NotInTable if it can't be made now
   */
  public Change after(ChangeMove move, String said) {
    ChangeState next = move.from(state).orElseThrow(() -> new NotInTable(move, state));
    return with(matter, next, checked, approvals, glass, rollout, said);
  }

  /** The same about this matter: what was found and agreed to is of another one. */
  public Change about(Matter other) {
    return with(other, state, Optional.empty(), List.of(), glass, rollout, because);
  }

  /** The same with what its check found; the matter names the evidence. */
  public Change found(Matter judged, Checked what) {
    return with(judged, state, Optional.of(what), List.of(), glass, rollout, because);
  }

  /** The same with these approvals. */
  public Change agreedBy(List<Approval> all) {
    return with(matter, state, checked, all, glass, rollout, because);
  }

  /** The same, put in place by somebody. */
  public Change begun(Rollout by) {
    return with(matter, state, checked, approvals, glass, Optional.of(by), because);
  }

  /** The same with the glass broken. */
  public Change broken(Glass by) {
    return with(matter, state, checked, approvals, Optional.of(by), rollout, because);
  }

  /** What was proposed, by whom and when stays. */
  private Change with(
      Matter about,
      ChangeState at,
      Optional<Checked> found,
      List<Approval> agreed,
      Optional<Glass> broken,
      Optional<Rollout> begun,
      String said) {
    return new Change(
        number, about, author, why, proposed, urgent, at, found, agreed, broken, begun, said);
  }

  /** Whether somebody has to look at it afterwards still. */
  public boolean reviewOwed() {
    return glass.isPresent()
        && glass.get().reviewed().isEmpty()
        && (state == ChangeState.LIVE || state == ChangeState.ROLLED_BACK);
  }

  /**
   * Who agreed, by name; {@code policy} if nobody had to, {@code nobody} if the glass is broken.
   */
  public String approvers() {
    return approvals.isEmpty()
        ? glass.isPresent() ? "nobody" : "policy"
        : String.join(", ", approvals.stream().map(Approval::by).toList());
  }

  /** Why it may be put in place, in words. */
  public String grounds() {
    return glass.isPresent()
        ? "glass broken"
        : "approved by " + (approvals.isEmpty() ? "the policy" : approvers());
  }

  /**
   * Which part of the recorded requests it moves, in words; empty if none or if it is not checked.
   */
  public Optional<String> moved() {
    return checked.flatMap(it -> it.weight().traffic()).map(Traffic::text);
  }

  /** Whether its findings let people decide: nothing blocks it. What is undecided is theirs. */
  public boolean approvable() {
    return checked
        .filter(it -> it.verdict() == Verdict.Kind.PASS || it.verdict() == Verdict.Kind.UNDECIDED)
        .isPresent();
  }
}
