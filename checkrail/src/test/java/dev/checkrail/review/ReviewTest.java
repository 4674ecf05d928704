package dev.checkrail.review;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.change.Change;
import dev.checkrail.change.ChangeMove;
import dev.checkrail.change.ChangeState;
import dev.checkrail.change.Matter;
import dev.checkrail.report.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Who may let a change through, and when. */
class ReviewTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Person ADA = new Person("ada", List.of("author"));
  private static final Person BOB = new Person("bob", List.of("approver"));
  private static final Person CAROL = new Person("carol", List.of("approver", "admin"));
  private static final Person OTTO = new Person("otto", List.of("operator"));
  private static final Map<String, List<String>> ALL =
      Map.of("ada", ADA.roles(), "bob", BOB.roles(), "carol", CAROL.roles(), "otto", OTTO.roles());
  private static final Circumstances USUAL =
      new Circumstances(
          NOON,
          "live-1",
          "policy-1",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          ALL);

  private final Review review = new Review(Rules.usual(), USUAL);

  private static Matter matter() {
    return new Matter(
        Matter.Kind.CONFIGURATION,
        "edge",
        "live-1",
        "candidate-1",
        "policy-1",
        List.of(),
        List.of("payments"),
        Matter.NONE);
  }

  private static Change proposed() {
    return Change.propose(17, matter(), "ada", "a fourth payment server", NOON, false);
  }

  private static Change.Checked found(Verdict.Kind verdict, Change.Risk risk) {
    return new Change.Checked(
        NOON,
        verdict,
        true,
        verdict == Verdict.Kind.PASS ? List.of() : List.of("contract/incapable-server"),
        new Change.Weight(risk, Optional.empty(), List.of("payments"), List.of()),
        Optional.empty(),
        Optional.empty());
  }

  private Change checked(Verdict.Kind verdict, Change.Risk risk) {
    return checked(proposed(), verdict, risk);
  }

  private Change checked(Change change, Verdict.Kind verdict, Change.Risk risk) {
    return done(
        review.checked(change, matter().with(List.of(), "evidence-1"), found(verdict, risk)));
  }

  private Change good() {
    return checked(Verdict.Kind.PASS, Change.Risk.LOW);
  }

  private Change approved() {
    return done(review.approve(good(), BOB, ""));
  }

  private static Change done(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Done.class);
    return ((Answer.Done) answer).change();
  }

  private static Answer.Refused refused(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Refused.class);
    return (Answer.Refused) answer;
  }

  private static Change instead(Answer answer) {
    assertThat(answer).isInstanceOf(Answer.Instead.class);
    return ((Answer.Instead) answer).move().change();
  }

  private static Review when(Circumstances now) {
    return new Review(Rules.usual(), now);
  }

  // --- the usual way

  @Test
  void aChangeGoesFromProposedToLive() {
    Change change = good();
    assertThat(change.state()).isEqualTo(ChangeState.CHECKED);
    assertThat(change.because())
        .isEqualTo("nothing blocks it, risk low; one other person has to agree");

    change = done(review.approve(change, BOB, "as discussed"));
    assertThat(change.state()).isEqualTo(ChangeState.APPROVED);
    assertThat(change.because()).isEqualTo("approved by bob");

    change = done(review.rollOut(change, OTTO));
    assertThat(change.state()).isEqualTo(ChangeState.ROLLING_OUT);
    assertThat(change.rollout().orElseThrow().from()).isEqualTo("live-1");

    assertThat(Review.live(change, "it serves").change().state()).isEqualTo(ChangeState.LIVE);
  }

  @Test
  void itsAuthorCanNotApproveItEvenAsAdmin() {
    Person ada = new Person("ada", List.of("author", "approver", "admin"));

    Answer.Refused no = refused(review.approve(good(), ada, ""));

    assertThat(no.why()).isEqualTo(Answer.Why.OWN);
    assertThat(no.sentence()).isEqualTo("it is your own change: somebody else has to decide on it");
  }

  @Test
  void whoIsNoApproverCanNotApprove() {
    assertThat(refused(review.approve(good(), OTTO, "")).sentence())
        .isEqualTo("to decide on changes one has to be approver or admin");
  }

  @Test
  void whoIsNoOperatorCanNotRollOut() {
    assertThat(refused(review.rollOut(approved(), BOB)).why()).isEqualTo(Answer.Why.NO_ROLE);
  }

  @Test
  void whatIsNotCheckedOrNotApprovedGoesNowhere() {
    assertThat(refused(review.approve(proposed(), BOB, "")).sentence())
        .isEqualTo("it is not checked yet: its check waits");
    assertThat(refused(review.rollOut(good(), OTTO)).sentence())
        .isEqualTo("it is not approved: one more person has to agree");
    assertThat(refused(review.rollOut(proposed(), OTTO)).why()).isEqualTo(Answer.Why.STATE);
  }

  @Test
  void whatWouldChangeNothingIsNotProposed() {
    Matter same =
        new Matter(
            Matter.Kind.CONFIGURATION,
            "edge",
            "live-1",
            "live-1",
            "policy-1",
            List.of(),
            List.of(),
            Matter.NONE);
    assertThat(review.proposed(ADA, same, false).orElseThrow().why()).isEqualTo(Answer.Why.NOTHING);
    assertThat(review.proposed(ADA, matter(), false)).isEmpty();
    assertThat(review.proposed(BOB, matter(), false).orElseThrow().why())
        .isEqualTo(Answer.Why.NO_ROLE);
  }

  // --- findings and risk

  @Test
  void whatItsFindingsBlockCanNotBeApproved() {
    Change bad = checked(Verdict.Kind.BLOCKED, Change.Risk.HIGH);

    Answer.Refused no = refused(review.approve(bad, BOB, ""));

    assertThat(no.why()).isEqualTo(Answer.Why.BLOCKED);
    assertThat(no.sentence()).contains("contract/incapable-server").contains("break the glass");
  }

  @Test
  void whatIsUndecidedIsForPeopleAndOfHighRisk() {
    Change open = checked(Verdict.Kind.UNDECIDED, Change.Risk.HIGH);

    Change once = done(review.approve(open, BOB, ""));
    assertThat(once.state()).isEqualTo(ChangeState.CHECKED);
    assertThat(once.because()).isEqualTo("bob agreed; one more person has to agree");
    assertThat(done(review.approve(once, CAROL, "")).state()).isEqualTo(ChangeState.APPROVED);
  }

  @Test
  void aHighRiskAsksForOneMoreAndNobodyCountsTwice() {
    Change once = done(review.approve(checked(Verdict.Kind.PASS, Change.Risk.HIGH), BOB, ""));

    assertThat(refused(review.approve(once, BOB, "")).why()).isEqualTo(Answer.Why.TWICE);
    assertThat(refused(review.rollOut(once, OTTO)).sentence())
        .isEqualTo("it is not approved: bob agreed; one more person has to agree");
  }

  @Test
  void aHighRiskMayAskForARole() {
    Review strict = new Review(new Rules(1, OptionalInt.of(2), List.of("admin")), USUAL);
    Person dora = new Person("dora", List.of("approver"));
    Change once = done(strict.approve(checked(Verdict.Kind.PASS, Change.Risk.HIGH), BOB, ""));
    Change twice = done(strict.approve(once, dora, ""));

    assertThat(twice.state()).isEqualTo(ChangeState.CHECKED);
    assertThat(twice.because()).isEqualTo("bob, dora agreed; somebody has to agree who is admin");
    assertThat(done(strict.approve(twice, CAROL, "")).state()).isEqualTo(ChangeState.APPROVED);
  }

  @Test
  void whereNobodyHasToAgreeThePolicyApprovesWhatIsNotOfHighRisk() {
    Review alone = new Review(new Rules(0, OptionalInt.empty(), List.of()), USUAL);

    Answer.Done low =
        (Answer.Done)
            alone.checked(proposed(), matter(), found(Verdict.Kind.PASS, Change.Risk.LOW));
    Answer.Done high =
        (Answer.Done)
            alone.checked(proposed(), matter(), found(Verdict.Kind.PASS, Change.Risk.HIGH));

    assertThat(low.moves())
        .extracting(Answer.Moved::move)
        .containsExactly(ChangeMove.CHECK, ChangeMove.APPROVE);
    assertThat(low.change().because()).startsWith("approved by the policy");
    assertThat(done(alone.rollOut(low.change(), OTTO)).state()).isEqualTo(ChangeState.ROLLING_OUT);
    assertThat(high.change().state()).isEqualTo(ChangeState.CHECKED);
  }

  // --- what was agreed to is what is rolled out

  @Test
  void anApprovalIsOfEveryDigestAndOfNothingElse() {
    Matter judged = matter().with(List.of("step-1"), "evidence-1");

    assertThat(
            List.of(
                matter().with(List.of("step-2"), "evidence-1"),
                matter().with(List.of("step-1"), "evidence-2"),
                judged.against("live-2", "policy-1"),
                judged.against("live-1", "policy-2")))
        .extracting(Matter::digest)
        .doesNotContain(judged.digest())
        .doesNotHaveDuplicates();
  }

  @Test
  void whenAnotherVersionBecameLiveItIsCheckedAgainAndApprovalsAreGone() {
    Review later = when(with("live-2", "policy-1", ALL));

    Change again = instead(later.rollOut(approved(), OTTO));

    assertThat(again.state()).isEqualTo(ChangeState.PROPOSED);
    assertThat(again.approvals()).isEmpty();
    assertThat(again.checked()).isEmpty();
    assertThat(again.matter().base()).isEqualTo("live-2");
    assertThat(again.because()).contains("another version is live than it was judged against");
    assertThat(instead(later.approve(good(), BOB, "")).state()).isEqualTo(ChangeState.PROPOSED);
  }

  @Test
  void whenAnotherPolicyWasApprovedItIsCheckedAgain() {
    Change again = instead(when(with("live-1", "policy-2", ALL)).rollOut(approved(), OTTO));

    assertThat(again.state()).isEqualTo(ChangeState.PROPOSED);
    assertThat(again.matter().policy()).isEqualTo("policy-2");
  }

  @Test
  void whenWhatItWantsBecameLiveItIsSuperseded() {
    assertThat(instead(when(with("candidate-1", "policy-1", ALL)).rollOut(approved(), OTTO)))
        .returns(ChangeState.SUPERSEDED, Change::state);
  }

  @Test
  void whenAnApproverLostTheRoleBeforeTheRolloutItIsCheckedOnlyAndSaysWho() {
    Map<String, List<String>> without =
        Map.of("ada", ADA.roles(), "bob", List.of("viewer"), "otto", OTTO.roles());

    Change lapsed = instead(when(with("live-1", "policy-1", without)).rollOut(approved(), OTTO));

    assertThat(lapsed.state()).isEqualTo(ChangeState.CHECKED);
    assertThat(lapsed.approvals()).isEmpty();
    assertThat(lapsed.because())
        .isEqualTo("the approval of bob does not hold any more: one more person has to agree");
    assertThat(done(review.approve(lapsed, CAROL, "")).state()).isEqualTo(ChangeState.APPROVED);
  }

  @Test
  void whenAnApproverIsGoneItIsTheSame() {
    assertThat(instead(when(with("live-1", "policy-1", Map.of())).rollOut(approved(), OTTO)))
        .returns(ChangeState.CHECKED, Change::state);
  }

  private static Circumstances with(String live, String policy, Map<String, List<String>> roles) {
    return new Circumstances(
        NOON, live, policy, Optional.empty(), Optional.empty(), Optional.empty(), false, roles);
  }

  // --- one after the other, and when nothing may be rolled out

  @Test
  void oneChangeAtATimeAndTheLoserIsTold() {
    Circumstances busy =
        new Circumstances(
            NOON,
            "live-1",
            "policy-1",
            Optional.empty(),
            Optional.of("change 16 of eve is rolled out to edge since 11:59:58"),
            Optional.empty(),
            false,
            ALL);

    Answer.Refused no = refused(when(busy).rollOut(approved(), OTTO));

    assertThat(no.why()).isEqualTo(Answer.Why.BUSY);
    assertThat(no.sentence()).contains("change 16 of eve");
    assertThat(refused(when(busy).breakGlass(approved(), OTTO, "users fail")).why())
        .as("two at once help nobody")
        .isEqualTo(Answer.Why.BUSY);
  }

  @Test
  void inAFreezeWindowOnlyTheFastLaneAndTheGlassGetThrough() {
    Circumstances frozen =
        new Circumstances(
            NOON,
            "live-1",
            "policy-1",
            Optional.of("nothing is rolled out until Monday: Fri 16:00..Mon 08:00"),
            Optional.empty(),
            Optional.empty(),
            true,
            ALL);
    Review then = when(frozen);
    Change urgent = Change.propose(18, matter(), "ada", "the fix", NOON, true);
    Change fix = done(then.approve(checked(urgent, Verdict.Kind.PASS, Change.Risk.HIGH), BOB, ""));

    assertThat(refused(then.rollOut(approved(), OTTO)).why()).isEqualTo(Answer.Why.FROZEN);
    assertThat(fix.state()).as("one approver, whatever the risk").isEqualTo(ChangeState.APPROVED);
    assertThat(done(then.rollOut(fix, OTTO)).state()).isEqualTo(ChangeState.ROLLING_OUT);
    assertThat(done(then.breakGlass(approved(), OTTO, "users fail")).state())
        .isEqualTo(ChangeState.ROLLING_OUT);
  }

  @Test
  void theFastLaneIsForIncidents() {
    assertThat(review.proposed(ADA, matter(), true).orElseThrow().why())
        .isEqualTo(Answer.Why.NO_INCIDENT);
  }

  @Test
  void afterAnAutomaticRollbackRolloutsWaitForAPerson() {
    Circumstances waits =
        new Circumstances(
            NOON,
            "live-1",
            "policy-1",
            Optional.empty(),
            Optional.empty(),
            Optional.of("Checkrail went back by itself at 11:58"),
            false,
            ALL);

    assertThat(refused(when(waits).rollOut(approved(), OTTO)).why()).isEqualTo(Answer.Why.WAITS);
  }

  // --- the glass

  @Test
  void inAnEmergencyTheGlassIsBrokenOverFindingsAndAReviewIsOwed() {
    Change bad = checked(Verdict.Kind.BLOCKED, Change.Risk.HIGH);
    assertThat(refused(review.breakGlass(bad, OTTO, " ")).sentence()).contains("needs a reason");
    assertThat(refused(review.breakGlass(bad, BOB, "users fail")).why())
        .isEqualTo(Answer.Why.NO_ROLE);

    Change rolling = done(review.breakGlass(bad, OTTO, "users fail"));
    assertThat(rolling.because()).isEqualTo("otto broke the glass: users fail");
    Change live = Review.live(rolling, "it serves").change();
    assertThat(live.reviewOwed()).isTrue();
    Change back = Review.wentBack(live, "users failed").change();
    assertThat(back.state()).isEqualTo(ChangeState.ROLLED_BACK);
    assertThat(back.reviewOwed()).isTrue();

    Person operator = new Person("otto", List.of("operator", "approver"));
    assertThat(refused(review.approve(back, operator, "")).sentence())
        .isEqualTo("you broke the glass: somebody else has to look at it");
    assertThat(refused(review.approve(back, ADA, "")).why()).isEqualTo(Answer.Why.NO_ROLE);
    Change seen = done(review.reject(back, BOB, "the findings were right"));
    assertThat(seen.state()).isEqualTo(ChangeState.ROLLED_BACK);
    assertThat(seen.reviewOwed()).isFalse();
    assertThat(seen.because())
        .isEqualTo("bob looked at it afterwards: breaking the glass was wrong");
  }

  @Test
  void whoOwesAReviewIsRemindedEachDay() {
    Change live =
        Review.live(done(review.breakGlass(good(), OTTO, "users fail")), "it serves").change();

    assertThat(at(Duration.ofHours(23)).remind(live, Optional.empty())).isFalse();
    assertThat(at(Duration.ofHours(24)).remind(live, Optional.empty())).isTrue();
    Optional<Instant> told = Optional.of(NOON.plus(Duration.ofHours(24)));
    assertThat(at(Duration.ofHours(47)).remind(live, told)).isFalse();
    assertThat(at(Duration.ofHours(48)).remind(live, told)).isTrue();
    assertThat(at(Duration.ofHours(99)).remind(done(review.approve(live, BOB, "")), told))
        .isFalse();
  }

  private static Review at(Duration later) {
    return when(
        new Circumstances(
            NOON.plus(later),
            "live-1",
            "policy-1",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            ALL));
  }

  @Test
  void whatDidNotServeIsApprovedStillAndWithABrokenGlassCheckedAnew() {
    Change rolling = done(review.rollOut(approved(), OTTO));
    assertThat(Review.stopped(rolling, "it drifted").change())
        .returns(ChangeState.APPROVED, Change::state)
        .returns("it drifted", Change::because);

    Change broken = done(review.breakGlass(good(), OTTO, "users fail"));
    Change again = Review.stopped(broken, "HAProxy refuses it").change();
    assertThat(again.state()).isEqualTo(ChangeState.PROPOSED);
    assertThat(again.glass()).isEmpty();
    assertThat(again.checked()).isEmpty();
  }

  // --- a policy

  private static Change policy() {
    return Change.propose(
        18,
        new Matter(
            Matter.Kind.POLICY,
            "edge",
            "policy-1",
            "policy-2",
            "policy-1",
            List.of(),
            List.of(),
            Matter.NONE),
        "ada",
        "another floor",
        NOON,
        false);
  }

  /** As things are for a policy. */
  private static Review ofPolicies(Rules rules, String approved) {
    return new Review(
        rules,
        new Circumstances(
            NOON,
            approved,
            approved,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            true,
            ALL));
  }

  @Test
  void aPolicyIsAgreedToByAsManyAsTheHighestRiskAsksForWhateverItsOwnRisk() {
    Rules open = new Rules(0, OptionalInt.of(0), List.of());
    Change change =
        done(
            ofPolicies(open, "policy-1")
                .checked(policy(), policy().matter(), found(Verdict.Kind.PASS, Change.Risk.LOW)));

    assertThat(change.state()).isEqualTo(ChangeState.CHECKED);
    assertThat(open.needed(change).number()).isEqualTo(1);
    assertThat(Rules.usual().needed(change).number()).isEqualTo(2);
    assertThat(new Rules(3, OptionalInt.of(1), List.of("admin")).needed(change))
        .isEqualTo(new Rules.Needed(3, List.of("admin")));
  }

  @Test
  void thereIsNoFastLaneForAPolicyAndNobodyTakesItBackAlone() {
    Review policies = ofPolicies(Rules.usual(), "policy-1");
    assertThat(policies.proposed(ADA, policy().matter(), true).orElseThrow().sentence())
        .startsWith("the fast lane is for files");
    assertThat(policies.proposed(ADA, policy().matter(), false)).isEmpty();
    assertThat(policies.mayGoBack(policy(), OTTO).orElseThrow().sentence())
        .startsWith("a policy is not taken back without others");
  }

  @Test
  void whenAnotherPolicyIsApprovedMeanwhileAPolicyIsCheckedAgainAgainstThat() {
    Change again = ofPolicies(Rules.usual(), "policy-3").stale(policy()).orElseThrow().change();
    assertThat(again.matter().base()).isEqualTo("policy-3");
    assertThat(again.because())
        .isEqualTo("another policy is approved than it was judged under: it is checked again");
    assertThat(ofPolicies(Rules.usual(), "policy-2").stale(policy()).orElseThrow().change().state())
        .isEqualTo(ChangeState.SUPERSEDED);
  }

  // --- other ends

  @Test
  void anApproverMayRejectAlsoWhatIsApprovedAndItsAuthorMayNot() {
    assertThat(done(review.reject(approved(), CAROL, "not today")).state())
        .isEqualTo(ChangeState.REJECTED);
    assertThat(refused(review.reject(good(), new Person("ada", List.of("admin")), "")).why())
        .isEqualTo(Answer.Why.OWN);
  }

  @Test
  void itsAuthorWithdrawsItAndNobodyElseButAnAdmin() {
    assertThat(done(review.withdraw(good(), ADA)).state()).isEqualTo(ChangeState.WITHDRAWN);
    assertThat(refused(review.withdraw(good(), OTTO)).why()).isEqualTo(Answer.Why.OWN);
    assertThat(done(review.withdraw(good(), CAROL)).state()).isEqualTo(ChangeState.WITHDRAWN);
    Change rolling = done(review.rollOut(approved(), OTTO));
    assertThat(refused(review.withdraw(rolling, ADA)).why()).isEqualTo(Answer.Why.STATE);
  }

  @Test
  void itsAuthorReplacesItByAnotherOne() {
    Change replaced = done(review.replaced(good(), ADA, 18));
    assertThat(replaced.state()).isEqualTo(ChangeState.SUPERSEDED);
    assertThat(replaced.because()).isEqualTo("replaced by change 18");
  }

  @Test
  void aCheckIsAskedForAgain() {
    Change again = done(review.checkAgain(approved(), ADA));
    assertThat(again.state()).isEqualTo(ChangeState.PROPOSED);
    assertThat(again.approvals()).isEmpty();
    assertThat(refused(review.checkAgain(good(), BOB)).why()).isEqualTo(Answer.Why.NO_ROLE);
  }

  @Test
  void onlyTheLiveOneIsTakenBack() {
    Change live = Review.live(done(review.rollOut(approved(), OTTO)), "it serves").change();

    assertThat(when(with("candidate-1", "policy-1", ALL)).mayGoBack(live, OTTO)).isEmpty();
    assertThat(when(with("live-3", "policy-1", ALL)).mayGoBack(live, OTTO).orElseThrow())
        .returns(Answer.Why.STATE, Answer.Refused::why);
    assertThat(review.mayGoBack(live, BOB).orElseThrow().why()).isEqualTo(Answer.Why.NO_ROLE);
    assertThat(review.mayGoBack(good(), OTTO).orElseThrow().why()).isEqualTo(Answer.Why.STATE);
  }
}
