package dev.checkrail.review;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Matter;
import dev.checkrail.report.Verdict;
import dev.checkrail.review.Answer.Done;
import dev.checkrail.review.Answer.Instead;
import dev.checkrail.review.Answer.Moved;
import dev.checkrail.review.Answer.Refused;
import dev.checkrail.review.Answer.Why;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides on each move of a change. The same question has the same answer; nothing is done here:
 * who asks writes the moves down, and acts only then.
 */
public final class Review {
  private static final Duration REMINDED = Duration.ofDays(1);

  private final Rules rules;
  private final Circumstances now;

  /** As things are, under these rules. */
  public Review(Rules rules, Circumstances now) {
    this.rules = rules;
    this.now = now;
  }

  // --- by people

  /** Whether a change may be proposed; empty: it may. */
  public Optional<Refused> proposed(Person who, Matter matter, boolean urgent) {
    if (who.roles().stream().noneMatch(Who.proposes()::contains)) {
      return Optional.of(noRole("propose changes", Who.proposes()));
    }
    if (matter.candidate().equals(now.live())) {
      return Optional.of(
          new Refused(Why.NOTHING, "what it wants is live already: nothing would change"));
    }
    if (urgent && matter.kind() == Matter.Kind.POLICY) {
      return Optional.of(
          new Refused(Why.STATE, "the fast lane is for files: a policy is weighed by all"));
    }
    if (urgent && !now.incident()) {
      return Optional.of(
          new Refused(
              Why.NO_INCIDENT,
              "the fast lane is for the fix during an incident, and none is open at "
                  + matter.balancer()));
    }
    return Optional.empty();
  }

  /** Somebody agrees; of a change that was put in place by breaking the glass: afterwards. */
  public Answer approve(Change change, Person who, String note) {
    if (change.reviewOwed()) {
      return reviewed(change, who, true, note);
    }
    Optional<Refused> no = reviewer(change, who, ChangeMove.APPROVE);
    if (no.isPresent()) {
      return no.get();
    }
    if (change.state() == ChangeState.PROPOSED) {
      return new Refused(Why.STATE, "it is not checked yet: " + change.because());
    }
    if (change.state() != ChangeState.CHECKED) {
      return state(change, "be approved");
    }
    Optional<Moved> stale = stale(change);
    if (stale.isPresent()) {
      return new Instead(stale.get());
    }
    if (!change.approvable()) {
      return new Refused(
          Why.BLOCKED,
          "its findings block it (%s); mend it and propose that, or, in an emergency, break the glass"
              .formatted(String.join(" ", blocking(change))));
    }
    if (change.approvals().stream().anyMatch(it -> it.by().equals(who.account()))) {
      return new Refused(Why.TWICE, "you have agreed to it already");
    }
    List<Change.Approval> all = new ArrayList<>(change.approvals());
    all.add(
        new Change.Approval(who.account(), who.roles(), now.at(), change.matter().digest(), note));
    Change agreed = change.agreedBy(all);
    Rules.Needed needed = rules.needed(change);
    Optional<String> lacks = lacks(all, needed);
    return done(
        lacks.isEmpty()
            ? moved(agreed, ChangeMove.APPROVE, "approved by " + names(all))
            : moved(agreed, ChangeMove.AGREE, lacks.get()));
  }

  /** Somebody who may approve says no. */
  public Answer reject(Change change, Person who, String note) {
    if (change.reviewOwed()) {
      return reviewed(change, who, false, note);
    }
    Optional<Refused> no = reviewer(change, who, ChangeMove.REJECT);
    if (no.isPresent()) {
      return no.get();
    }
    return made(change, ChangeMove.REJECT, "be rejected", "rejected by " + who.account());
  }

  /** Its author takes it back. */
  public Answer withdraw(Change change, Person who) {
    if (!change.author().equals(who.account()) && !who.roles().contains("admin")) {
      return new Refused(
          Why.OWN, "only its author, %s, withdraws it, or an admin".formatted(change.author()));
    }
    return made(change, ChangeMove.WITHDRAW, "be withdrawn", "withdrawn by " + who.account());
  }

  /** Its author proposed another one instead. */
  public Answer replaced(Change change, Person who, long by) {
    if (!change.author().equals(who.account()) && !who.roles().contains("admin")) {
      return new Refused(
          Why.OWN, "only its author, %s, replaces it, or an admin".formatted(change.author()));
    }
    return made(change, ChangeMove.SUPERSEDE, "be replaced", "replaced by change " + by);
  }

  /** Somebody wants it judged again. */
  public Answer checkAgain(Change change, Person who) {
    if (!Who.may(who, ChangeMove.CHECK_AGAIN)) {
      return noRole("have a change checked", Who.may(ChangeMove.CHECK_AGAIN));
    }
    if (ChangeMove.CHECK_AGAIN.from(change.state()).isEmpty()) {
      return state(change, "be checked again");
    }
    return done(
        moved(
            change.about(change.matter().against(now.live(), now.policy())),
            ChangeMove.CHECK_AGAIN,
            "it is checked again, as %s asks".formatted(who.account())));
  }

  /** An approved change is to be put in place. */
  public Answer rollOut(Change change, Person who) {
    if (!Who.may(who, ChangeMove.ROLL_OUT)) {
      return noRole("roll changes out", Who.may(ChangeMove.ROLL_OUT));
    }
    if (change.state() == ChangeState.CHECKED) {
      return new Refused(
          Why.STATE,
          change.approvable()
              ? "it is not approved: " + lacks(change.approvals(), rules.needed(change)).orElse("")
              : "its findings block it ("
                  + String.join(" ", blocking(change))
                  + "), so it can't be approved");
    }
    if (change.state() != ChangeState.APPROVED) {
      return state(change, "be rolled out");
    }
    Optional<Moved> stale = stale(change).or(() -> lapsed(change));
    if (stale.isPresent()) {
      return new Instead(stale.get());
    }
    if (now.busy().isPresent()) {
      return new Refused(Why.BUSY, now.busy().get());
    }
    if (now.waits().isPresent()) {
      return new Refused(Why.WAITS, "rollouts wait for a person: " + now.waits().get());
    }
    if (now.frozen().isPresent() && !change.urgent()) {
      return new Refused(Why.FROZEN, now.frozen().get());
    }
    return done(
        moved(
            change.begun(new Change.Rollout(who.account(), now.at(), now.live())),
            ChangeMove.ROLL_OUT,
            "%s rolls it out".formatted(who.account())));
  }

  /**
   * In an emergency: whatever the findings say, whoever has agreed, in freeze windows too. Who did
   * it is written down, others are told, and somebody else has to look at it afterwards.
   */
  public Answer breakGlass(Change change, Person who, String reason) {
    if (!Who.may(who, ChangeMove.BREAK_GLASS)) {
      return noRole("break the glass", Who.may(ChangeMove.BREAK_GLASS));
    }
    if (reason.isBlank()) {
      return new Refused(Why.STATE, "breaking the glass needs a reason");
    }
    if (ChangeMove.BREAK_GLASS.from(change.state()).isEmpty()) {
      return state(change, "be put in place");
    }
    if (now.busy().isPresent()) {
      return new Refused(Why.BUSY, now.busy().get());
    }
    return done(
        moved(
            change
                .begun(new Change.Rollout(who.account(), now.at(), now.live()))
                .broken(new Change.Glass(who.account(), now.at(), reason, Optional.empty())),
            ChangeMove.BREAK_GLASS,
            "%s broke the glass: %s".formatted(who.account(), reason)));
  }

  /** Whether somebody may order it back; how that ends is told by {@link #wentBack}. */
  public Optional<Refused> mayGoBack(Change change, Person who) {
    if (!Who.may(who, ChangeMove.GO_BACK)) {
      return Optional.of(noRole("take changes back", Who.may(ChangeMove.GO_BACK)));
    }
    if (change.matter().kind() == Matter.Kind.POLICY) {
      return Optional.of(
          new Refused(
              Why.STATE,
              "a policy is not taken back without others: propose the one before ('lb policy')"));
    }
    if (change.state() != ChangeState.LIVE && change.state() != ChangeState.ROLLING_OUT) {
      return Optional.of(state(change, "be taken back"));
    }
    if (change.state() == ChangeState.LIVE && !change.matter().candidate().equals(now.live())) {
      return Optional.of(
          new Refused(
              Why.STATE, "another version is live by now; 'lb rollback' goes back from it"));
    }
    return Optional.empty();
  }

  private Answer reviewed(Change change, Person who, boolean right, String note) {
    Optional<Refused> no = reviewer(change, who, ChangeMove.REVIEW);
    if (no.isPresent()) {
      return no.get();
    }
    Change.Glass glass = change.glass().orElseThrow();
    if (glass.by().equals(who.account())) {
      return new Refused(Why.OWN, "you broke the glass: somebody else has to look at it");
    }
    Change.Reviewed reviewed = new Change.Reviewed(who.account(), now.at(), right, note);
    return done(
        moved(
            change.broken(
                new Change.Glass(glass.by(), glass.at(), glass.reason(), Optional.of(reviewed))),
            ChangeMove.REVIEW,
            "%s looked at it afterwards: breaking the glass was %s"
                .formatted(who.account(), right ? "right" : "wrong")));
  }

  // --- by itself

  /** Its check has ended: what it found is kept, and if nobody has to agree it is approved. */
  public Answer checked(Change change, Matter judged, Change.Checked found) {
    if (change.state() != ChangeState.PROPOSED) {
      return state(change, "be checked");
    }
    Change kept = change.found(judged, found);
    Moved moved = moved(kept, ChangeMove.CHECK, said(kept));
    if (kept.approvable() && rules.needed(kept).number() == 0) {
      return new Done(
          List.of(
              moved,
              moved(
                  moved.change(),
                  ChangeMove.APPROVE,
                  "approved by the policy: nobody has to agree to a change of %s risk"
                      .formatted(found.weight().risk().word()))));
    }
    return done(moved);
  }

  private String said(Change change) {
    Change.Checked found = change.checked().orElseThrow();
    String risk = "risk " + found.weight().risk().word();
    return switch (found.verdict()) {
      case PASS -> "nothing blocks it, %s; %s".formatted(risk, rules.needed(change).text());
      case UNDECIDED ->
          "undecided (%s), %s; %s"
              .formatted(String.join(" ", found.blocking()), risk, rules.needed(change).text());
      case BLOCKED, ERROR ->
          "its findings block it (%s): it can't be approved"
              .formatted(String.join(" ", found.blocking()));
    };
  }

  /**
   * What has to happen to a change by itself, as things are: superseded if what it wants is live,
   * checked again if it was judged against what is live no longer.
   */
  public Optional<Moved> stale(Change change) {
    if (ChangeMove.CHECK_AGAIN.from(change.state()).isEmpty()) {
      return Optional.empty();
    }
    Matter matter = change.matter();
    if (matter.candidate().equals(now.live())) {
      return Optional.of(
          moved(change, ChangeMove.SUPERSEDE, "what it wants is live already, by another way"));
    }
    if (matter.kind() == Matter.Kind.CONFIGURATION && !matter.base().equals(now.live())) {
      return Optional.of(
          moved(
              change.about(matter.against(now.live(), now.policy())),
              ChangeMove.CHECK_AGAIN,
              "another version is live than it was judged against: it is checked again"));
    }
    if (!matter.policy().equals(now.policy())) {
      return Optional.of(
          moved(
              change.about(matter.against(now.live(), now.policy())),
              ChangeMove.CHECK_AGAIN,
              "another policy is approved than it was judged under: it is checked again"));
    }
    return Optional.empty();
  }

  /** If too few of those who agreed may do so still. */
  private Optional<Moved> lapsed(Change change) {
    if (rules.needed(change).number() == 0) {
      return Optional.empty();
    }
    List<Change.Approval> hold = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    String digest = change.matter().digest();
    for (Change.Approval one : change.approvals()) {
      List<String> roles = now.roles().getOrDefault(one.by(), List.of());
      if (one.matter().equals(digest)
          && !one.by().equals(change.author())
          && Who.may(new Person(one.by(), roles), ChangeMove.APPROVE)) {
        hold.add(new Change.Approval(one.by(), roles, one.at(), one.matter(), one.note()));
      } else {
        gone.add(one.by());
      }
    }
    Optional<String> lacks = lacks(hold, rules.needed(change));
    return lacks.map(why ->
        moved(
            change.agreedBy(hold),
            ChangeMove.LAPSE,
            (gone.isEmpty()
                    ? "its approvals do not suffice any more"
                    : "the approval of " + String.join(", ", gone) + " does not hold any more")
                + ": "
                + why));
  }

  /** It serves. */
  public static Moved live(Change change, String said) {
    return moved(change, ChangeMove.GO_LIVE, said);
  }

  /** Nothing new serves. */
  public static Moved stopped(Change change, String why) {
    boolean unapproved = change.glass().isPresent() && change.glass().get().reviewed().isEmpty();
    if (!unapproved) {
      return moved(change, ChangeMove.STOP, why);
    }
    Change without =
        new Change(
            change.number(),
            change.matter(),
            change.author(),
            change.why(),
            change.proposed(),
            change.urgent(),
            change.state(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            change.rollout(),
            change.because());
    return moved(without, ChangeMove.STOP_BROKEN, why);
  }

  /** The version before serves again. */
  public static Moved wentBack(Change change, String why) {
    return moved(change, ChangeMove.GO_BACK, why);
  }

  /**
   * Whether somebody has to be reminded that a review is owed: a day after the glass was broken,
   * and each day from then on.
   *
   * @param last when somebody was reminded last
   */
  public boolean remind(Change change, Optional<Instant> last) {
    if (!change.reviewOwed()) {
      return false;
    }
    Instant since = last.orElse(change.glass().orElseThrow().at());
    return !now.at().isBefore(since.plus(REMINDED));
  }

  // --- words of this class

  private Optional<Refused> reviewer(Change change, Person who, ChangeMove move) {
    if (!Who.may(who, move)) {
      return Optional.of(noRole("decide on changes", Who.may(move)));
    }
    if (change.author().equals(who.account())) {
      return Optional.of(
          new Refused(Why.OWN, "it is your own change: somebody else has to decide on it"));
    }
    return Optional.empty();
  }

  /** What is missing of what is needed, in a sentence. */
  private static Optional<String> lacks(List<Change.Approval> all, Rules.Needed needed) {
    int more = needed.number() - all.size();
    Set<String> roles = new HashSet<>();
    all.forEach(it -> roles.addAll(it.roles()));
    List<String> missing = needed.roles().stream().filter(it -> !roles.contains(it)).toList();
    if (more <= 0 && missing.isEmpty()) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    if (more > 0) {
      parts.add(more == 1 ? "one more person has to agree" : more + " more people have to agree");
    }
    if (!missing.isEmpty()) {
      parts.add("somebody has to agree who is " + String.join(", ", missing));
    }
    return Optional.of(
        (all.isEmpty() ? "" : names(all) + " agreed; ") + String.join(", and ", parts));
  }

  private static String names(List<Change.Approval> all) {
    return String.join(", ", all.stream().map(Change.Approval::by).toList());
  }

  private static List<String> blocking(Change change) {
    return change
        .checked()
        .filter(it -> it.verdict() != Verdict.Kind.PASS)
        .map(Change.Checked::blocking)
        .orElse(List.of());
  }

  private static Answer made(Change change, ChangeMove move, String what, String said) {
    return move.from(change.state()).isEmpty()
        ? state(change, what)
        : done(moved(change, move, said));
  }

  private static Done done(Moved moved) {
    return new Done(List.of(moved));
  }

  private static Moved moved(Change change, ChangeMove move, String said) {
    return new Moved(move, change.after(move, said));
  }

  private static Refused state(Change change, String what) {
    return new Refused(
        Why.STATE,
        "it is %s and can't %s: %s".formatted(change.state().word(), what, change.because()));
  }

  private static Refused noRole(String what, List<String> roles) {
    List<String> people = roles.stream().filter(it -> !it.equals("checkrail")).toList();
    return new Refused(
        Why.NO_ROLE, "to %s one has to be %s".formatted(what, String.join(" or ", people)));
  }
}
