package dev.checkrail.watch.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.Drift;
import dev.checkrail.watch.detect.Moment;
import dev.checkrail.watch.diagnose.Diagnosis.Aftermath;
import dev.checkrail.watch.diagnose.Diagnosis.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiagnoseTest {
  /** A fault in a fleet, and what was said of it, second by second. */
  private static final class Story {
    final Fleet fleet;
    final Feed feed;
    Diagnose diagnose;
    final List<Diagnosis> said = new ArrayList<>();
    final List<Moment> moments = new ArrayList<>();

    Story(double load, long seed) {
      fleet = new Fleet(seed, load);
      feed = new Feed(fleet);
      diagnose = new Diagnose(feed.moved());
    }

    Story fault(int number, double when) {
      Faults.all().stream()
          .filter(f -> f.number() == number)
          .findFirst()
          .orElseThrow()
          .how()
          .at(fleet, feed, when);
      return this;
    }

    /** One client asks a little more often than it may. */
    Story limited(double when) {
      return limited(when, 0.25);
    }

    /** One client comes as often as that part of all users, and more often than he may. */
    Story limited(double when, double part) {
      fleet.at(
          when,
          () -> {
            fleet.perKeyLimit = fleet.rate / 5;
            fleet.loop = fleet.rate * part;
          });
      return this;
    }

    Story slowDatabase(double extra, double from, double to) {
      fleet.at(from, () -> fleet.database.extra = extra);
      fleet.at(to, () -> fleet.database.extra = 0);
      return this;
    }

    Story slowAcquirer(Fleet.Acquirer acquirer, double extra, double from, double to) {
      fleet.at(from, () -> acquirer.extra = extra);
      fleet.at(to, () -> acquirer.extra = 0);
      return this;
    }

    Story change(double when, Consumer<Fleet.Config> how) {
      fleet.at(
          when,
          () -> {
            Fleet.Config next = fleet.worker.config.copy();
            how.accept(next);
            feed.apply(next);
          });
      return this;
    }

    Story incapableServerByHand(double when) {
      fleet.at(
          when,
          () -> {
            Fleet.Config bad = fleet.worker.config.copy();
            Fleet.Server rep = new Fleet.Server("rep-1", fleet.rep1);
            rep.weight = 200;
            bad.pool("be_pay").servers.add(rep);
            feed.bypass(bad, Drift.Part.MAIN_FILES);
          });
      return this;
    }

    Story harmless(double when) {
      fleet.at(
          when,
          () -> {
            Fleet.Config next = fleet.worker.config.copy();
            next.pool("be_pay").servers.forEach(s -> s.maxconn = 96);
            feed.applyHarmless(next);
          });
      return this;
    }

    Story until(int end) {
      for (int second = said.size() + 1; second <= end; second++) {
        fleet.until(second);
        Moment moment = feed.next();
        moments.add(moment);
        said.add(diagnose.next(moment));
      }
      return this;
    }

    Diagnosis last() {
      return said.getLast();
    }

    Optional<Published> first() {
      return answers().findFirst();
    }

    Published firstUrgent() {
      return answers().filter(Published::urgent).findFirst().orElseThrow();
    }

    /** What was published, once for each second. */
    Stream<Published> answers() {
      return said.stream().flatMap(it -> it.published().stream());
    }

    Stream<Aftermath.Result> results() {
      return said.stream().flatMap(it -> it.aftermath().stream()).map(Aftermath::result).distinct();
    }

    /** Seconds from the start of the fleet. */
    double secondsAt(Published published) {
      return published.at().getEpochSecond() - Feed.EPOCH;
    }
  }

  /** Nobody looked until a second, in which it is found when somebody else reloaded, if so. */
  private static Story begunAt(int second, Story story, Optional<Double> reloaded) {
    for (int before = 1; before <= second; before++) {
      story.fleet.until(before);
      var unused = story.feed.next();
      story.said.add(NOTHING);
    }
    reloaded.ifPresent(story.feed::foundAtStart);
    return story;
  }

  /** Neither a server nor a dependency is named by it. */
  @Test
  void aToldChangeOfAServiceIsNamedIfThatServiceFails() {
    Story story = new Story(60, 4);
    story.fleet.at(
        60,
        () -> {
          story.feed.told("fraud rules 12", "payments");
          story.fleet.pays().forEach(pay -> pay.fails = 0.3);
        });
    story.until(80);

    assertThat(story.first().orElseThrow().first().cause()).isEqualTo(Cause.OTHER_CHANGE);
    assertThat(story.last().ranking().getFirst().standing()).isEqualTo(Ranked.Standing.STANDS);
  }

  /** The second of two outages a minute apart is measured against the calm before the first. */
  @Test
  void anOutageIsNotUsualForTheNextOne() {
    Story story = new Story(60, 4);
    for (double when : new double[] {60, 150}) {
      story.fleet.at(when, () -> story.fleet.pays().forEach(pay -> pay.fails = 0.3));
      story.fleet.at(when + 25, () -> story.fleet.pays().forEach(pay -> pay.fails = 0.0005));
    }
    story.until(160);

    Diagnosis first = story.said.get(66);
    Diagnosis second = story.said.get(156);
    assertThat(story.said.get(130).harmedSince()).isEmpty();
    assertThat(first.harmedSince()).isPresent();
    assertThat(second.harmedSince()).isPresent();
    assertThat(second.harmed()).isBetween(0.6 * first.harmed(), 1.6 * first.harmed());
  }

  private static final Diagnosis NOTHING =
      new Diagnosis(
          java.time.Instant.EPOCH,
          Optional.empty(),
          0,
          false,
          List.of(),
          true,
          new Diagnosis.FirstAct(List.of(), List.of(), List.of(), List.of()),
          Optional.empty(),
          Optional.empty(),
          List.of());

  @Test
  void begunInTheMiddleOfAnOutageTheBrokenContractIsNamedAllTheSameAndGoneBackFrom() {
    for (int seed = 1; seed <= 3; seed++) {
      Story story = begunAt(80, new Story(60, seed).fault(1, 45), Optional.of(45.0)).until(110);

      Published answer = story.first().orElseThrow();
      assertThat(story.secondsAt(answer)).isLessThanOrEqualTo(92);
      assertThat(answer.first().cause()).isEqualTo(Cause.LB_CHANGE);
      assertThat(answer.first().act().orElseThrow().kind()).isEqualTo(Act.Kind.BYPASS);
      assertThat(answer.ranking())
          .filteredOn(r -> r.cause() != Cause.LB_CHANGE)
          .allSatisfy(r -> assertThat(r.standing()).isNotEqualTo(Ranked.Standing.STANDS));
      AutoRollback rollback = new AutoRollback();
      assertThat(
              story.said.stream()
                  .filter(it -> it != NOTHING)
                  .map(it ->
                      rollback.next(
                          story.moments.getLast(),
                          it,
                          Optional.of(new AutoRollback.WayBack("approved", true, "")))))
          .anyMatch(AutoRollback.Decision.GoBack.class::isInstance);
    }
  }

  @Test
  void aBypassOfHoursAgoIsFoundAsWell() {
    Story story = begunAt(80, new Story(60, 4).fault(1, 45), Optional.of(-7200.0)).until(110);

    assertThat(story.first().orElseThrow().first().cause()).isEqualTo(Cause.LB_CHANGE);
  }

  /** All of these are named if it is known what was before; without that nobody is blamed. */
  @Test
  void begunInTheMiddleOfAnotherOutageNobodyIsBlamed() {
    for (int fault : List.of(12, 14, 16, 20, 24, 26, 32, 36, 44)) {
      Story story = begunAt(80, new Story(60, fault).fault(fault, 45), Optional.empty()).until(140);

      assertThat(story.first().filter(it -> it.first().cause() != Cause.BACKEND))
          .as("fault %d", fault)
          .isEmpty();
      if (Set.of(16, 20, 36, 44).contains(fault)) {
        assertThat(story.said.stream().filter(it -> it.harmedSince().isPresent()))
            .as("it is an outage all the same")
            .hasSizeGreaterThan(50)
            .allMatch(Diagnosis::unclear);
      }
    }
  }

  @Test
  void aHarmlessBypassIsNotBlamedForASlowDatabaseWithoutABefore() {
    Story story = new Story(60, 6).fault(16, 45);
    story.fleet.at(
        40,
        () -> {
          Fleet.Config next = story.fleet.worker.config.copy();
          next.pool("be_pay").servers.forEach(s -> s.maxconn = 96);
          story.feed.bypass(next, dev.checkrail.balancer.Drift.Part.MAIN_FILES);
        });
    begunAt(80, story, Optional.of(40.0)).until(140);

    assertThat(story.first()).isEmpty();
  }

  @Test
  void routeChangedBehindOurBackIsNamedBeforeTheFirstTimeOutAndStays() {
    Story story = new Story(60, 5).fault(1, 45).until(120);

    Published answer = story.first().orElseThrow();
    assertThat(answer.first().cause()).isEqualTo(Cause.LB_CHANGE);
    assertThat(answer.first().act().orElseThrow().kind()).isEqualTo(Act.Kind.BYPASS);
    assertThat(story.secondsAt(answer) - 45).isLessThanOrEqualTo(6);
    assertThat(story.said.subList(60, 120))
        .allSatisfy(d -> assertThat(d.published()).contains(answer));
    assertThat(answer.ranking())
        .filteredOn(r -> r.cause() == Cause.DATABASE)
        .singleElement()
        .satisfies(r -> {
          assertThat(r.standing()).isEqualTo(Ranked.Standing.RULED_OUT);
          assertThat(r.why()).startsWith("ruled out because ");
        });
  }

  @Test
  void aLoopingMerchantDoesNotHideWhatWasChangedBehindOurBack() {
    Story story = new Story(60, 5).fault(34, 30).fault(1, 60).until(100);

    assertThat(story.said.subList(0, 68))
        .anySatisfy(said ->
            assertThat(said.published())
                .hasValueSatisfying(answer -> {
                  assertThat(answer.first().cause()).isEqualTo(Cause.LB_CHANGE);
                  assertThat(answer.first().act().orElseThrow().kind()).isEqualTo(Act.Kind.BYPASS);
                }));
  }

  /** Seconds before the change somebody runs into a limit: that is no reason to look away. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 2, 3, 4, 6, 8, 12})
  void whatBeganJustBeforeAChangeDoesNotHideIt(double before) {
    Story route = new Story(60, 5).limited(60 - before).fault(1, 60).until(74);
    Story server = new Story(60, 5).limited(60 - before).incapableServerByHand(60).until(74);

    for (Story story : List.of(route, server)) {
      assertThat(story.said)
          .anySatisfy(said ->
              assertThat(said.published())
                  .hasValueSatisfying(answer -> {
                    assertThat(answer.first().cause()).isEqualTo(Cause.LB_CHANGE);
                    assertThat(answer.first().act().orElseThrow().kind())
                        .isEqualTo(Act.Kind.BYPASS);
                  }));
    }
  }

  /** What is usual was known of a few seconds only when one client began to be refused. */
  @ParameterizedTest
  @ValueSource(ints = {7, 9, 12, 20})
  void changeInTheMiddleOfATicketsMatterIsWeighedByWhatBeganWithIt(int limited) {
    Story story = new Story(60, 5).limited(limited).fault(1, 48).until(60);

    Published answer = story.firstUrgent();
    assertThat(answer.first().cause()).isEqualTo(Cause.LB_CHANGE);
  }

  /**
   * A ticket's matter twice, the second time a while before the change: it began long after both.
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.4, 4, 9, 14, 20})
  void changeAfterATicketsMatterThatBeganAgainIsWeighedByWhatBeganWithIt(double before) {
    for (int seed = 5; seed < 9; seed++) {
      Story route =
          new Story(60, seed).limited(20).limited(60 - before, 0.33).fault(1, 60).until(72);

      Published answer = route.firstUrgent();
      assertThat(answer.first().cause()).as("seed %s", seed).isEqualTo(Cause.LB_CHANGE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 16, 44})
  void whatIsPublishedIsLikely(int fault) {
    Story story = new Story(60, 5).limited(7).fault(fault, 48).until(80);

    assertThat(story.answers())
        .isNotEmpty()
        .allSatisfy(answer -> assertThat(answer.first().probability()).isGreaterThan(0.5));
  }

  @Test
  void fewWhoAskMoreOftenThanTheyMayAreAMatterForATicket() {
    Story story = new Story(60, 5).limited(45).until(90);

    assertThat(story.said).noneMatch(Diagnosis::urgent);
  }

  /** He is refused several times one after the other, and then not at all. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void oneWhoIsAtHisLimitAllTheTimeIsNoNews(long seed) {
    Story story = new Story(60, seed).limited(1, 0.22).until(300);

    assertThat(story.said.subList(120, 300)).noneMatch(it -> it.harmedSince().isPresent());
  }

  @Test
  void whenTheLimitIsTooLowForAllItIsSeenAtOnceAlsoBesideOneWhoIsAtItAllTheTime() {
    Story story = new Story(60, 2).limited(1, 0.22).fault(32, 150).until(165);

    assertThat(story.said.subList(140, 149)).noneMatch(it -> it.harmedSince().isPresent());
    assertThat(story.first().map(it -> it.first().cause())).contains(Cause.RATE_LIMIT);
    assertThat(story.secondsAt(story.first().orElseThrow())).isLessThanOrEqualTo(157);
  }

  @Test
  void whenHeWhoIsAtHisLimitAllTheTimeBeginsToLoopItIsSeen() {
    Story story = new Story(60, 2).limited(1, 0.22).until(120);
    assertThat(story.said.subList(60, 120)).noneMatch(it -> it.harmedSince().isPresent());

    story.fleet.loop = story.fleet.rate;
    story.until(140);

    assertThat(story.first().map(it -> it.first().cause())).contains(Cause.MERCHANT);
  }

  /** And no answer to what begins later. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void someWhoHadToWaitAreAMatterForATicket(long seed) {
    Story story = new Story(60, seed);
    story.slowDatabase(1.5, 60, 60.15);
    story.until(83);

    assertThat(story.said).noneMatch(Diagnosis::urgent);
    assertThat(story.said).anyMatch(it -> it.harmedSince().isPresent());

    story.fault(36, 83).until(120);

    Published answer = story.firstUrgent();
    assertThat(answer.first().cause()).isEqualTo(Cause.ACQUIRER);
  }

  @Test
  void harmlessChangeJustBeforeASlowDatabaseIsNotBlamed() {
    Story story = new Story(60, 6).harmless(45).fault(16, 53).until(120);

    Published answer = story.first().orElseThrow();
    assertThat(answer.first().cause()).isEqualTo(Cause.DATABASE);
    assertThat(answer.ranking())
        .filteredOn(r -> r.cause() == Cause.LB_CHANGE)
        .allSatisfy(r -> assertThat(r.standing()).isEqualTo(Ranked.Standing.RULED_OUT));
  }

  @Test
  void whatIsNotMappedIsNotRuledOutAndNothingIsNamedWithoutIt() {
    Story story = new Story(60, 7);
    story.feed.withDependencies = false;
    story.fault(36, 50).until(110);

    assertThat(story.first()).isEmpty();
    assertThat(story.said.get(75).unclear()).isTrue();
    assertThat(story.said.get(75).ranking())
        .filteredOn(r -> r.cause() == Cause.ACQUIRER || r.cause() == Cause.DATABASE)
        .hasSize(2)
        .allSatisfy(r -> {
          assertThat(r.standing()).isEqualTo(Ranked.Standing.NOT_OBSERVED);
          assertThat(r.why()).startsWith("not observed: ");
        });
  }

  /** Few users, and thresholds that their few failures do not reach. */
  @ParameterizedTest
  @ValueSource(ints = {31, 32, 33, 34})
  void aSignalFarFromUsualIsNotAsUsualThoughItIsBelowItsThreshold(int seed) {
    Story story = new Story(8, seed);
    story.feed.thresholds = 25;
    story.fault(27, 60).until(110);

    assertThat(story.first())
        .hasValueSatisfying(said -> assertThat(said.first().cause()).isEqualTo(Cause.DATABASE));
  }

  @Test
  void wayBackThatEndsTheHarmConfirmsTheCause() {
    Story story = new Story(60, 8);
    Fleet.Config good = story.fleet.approved.copy();
    story.fault(5, 45).until(52);
    story.feed.rollback(good);
    story.until(80);

    assertThat(story.last().aftermath().orElseThrow().result())
        .isEqualTo(Aftermath.Result.CONFIRMED);
  }

  /**
   * Kept connections to a worker with the bad rules are used again half a minute later, or more.
   */
  @ParameterizedTest
  @ValueSource(ints = {92, 110, 170})
  void harmAfterTheWayBackHadEndedItIsAnotherMatter(int again) {
    Story story = new Story(60, 21);
    Fleet.Config good = story.fleet.worker.config.copy();
    Fleet.Config bad = good.copy();
    bad.toReports = r -> good.toReports.test(r) || r.host.equalsIgnoreCase("pay-eu.example.com");
    story.fleet.at(50, () -> story.feed.apply(bad));
    story.fleet.at(51, () -> story.fleet.pinnedTo = story.fleet.worker);
    story.fleet.at(62, () -> story.feed.rollback(good.copy()));
    story.fleet.at(again, () -> story.fleet.pinning = true);
    story.until(88);
    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.LB_CHANGE);
    assertThat(story.last().aftermath().orElseThrow().result())
        .isEqualTo(Aftermath.Result.CONFIRMED);

    story.until(again + 23);
    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.LB_RUNTIME);
  }

  /** The reports server still has hundreds of requests to work off, for clients that have gone. */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23})
  void whatIsWorkedOffAfterTheWayBackIsNoOtherMatter(int seed) {
    Story story = new Story(60, seed);
    Fleet.Config good = story.fleet.approved.copy();
    story.fault(1, 45).until(58);
    story.feed.rollback(good);
    story.until(120);

    assertThat(story.answers().map(answer -> answer.first().cause()).distinct())
        .containsExactly(Cause.LB_CHANGE);
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void wayBackIsJudgedByTheServicesThatTheChangeHarmed(int seed) {
    Story story = new Story(60, seed);
    Fleet.Config good = story.fleet.approved.copy();
    story.fault(6, 45).until(53);
    story.feed.rollback(good);
    story.fleet.at(54, () -> story.fleet.web1.slow = 100); // both serve the catalogue only
    story.fleet.at(54, () -> story.fleet.web2.slow = 100);
    story.until(90);

    assertThat(story.results()).containsExactly(Aftermath.Result.CONFIRMED);
  }

  /** What was published is of something that was over, though harm is not taken for ended yet. */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void changeAfterQuietSecondsIsWeighedAnew(int seed) {
    Story story = new Story(60, seed).slowDatabase(0.9, 45, 49);
    story.until(66);
    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.DATABASE);
    assertThat(story.last().harmedSince()).isPresent();

    story.fault(3, 67).until(76);

    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.LB_CHANGE);
  }

  /** The guard is quicker than who says why: that the harm was over at once says it then. */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void changeThatWasTakenBackBeforeItWasClearIsTheAnswerWhenTheHarmIsOver(int seed) {
    Story story = new Story(60, seed).slowDatabase(0.5, 45.5, 47.5);
    Fleet.Config good = story.fleet.approved.copy();
    story.fault(9, 45).until(47);
    story.feed.rollback(good);
    story.until(80);

    assertThat(story.answers().map(answer -> answer.first().cause()).distinct())
        .containsExactly(Cause.LB_CHANGE);
    assertThat(story.results()).containsExactly(Aftermath.Result.CONFIRMED);
  }

  /** It began with the change, not with what was there before; and no business refused them. */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void whatTheLoadBalancerRefusesSinceAChangeStandsBesideASlowAcquirer(int seed) {
    Story story = new Story(60, seed);
    story.fleet.at(45, () -> story.fleet.acquirerB.extra = 6);
    story.change(52, bad -> bad.misdirected = r -> r.host.equals("pay-eu.example.com"));
    story.until(75);

    assertThat(story.last().ranking().stream().limit(2).map(Ranked::cause))
        .containsExactlyInAnyOrder(Cause.ACQUIRER, Cause.LB_CHANGE);
  }

  /** A header is lost on the way: the servers are well, and know nobody any more. */
  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void changeThatLosesTheCredentialsIsAnOutage(int seed) {
    Story story = new Story(60, seed).change(45, bad -> bad.losesCredentials = r -> true).until(60);

    assertThat(story.firstUrgent().first().cause()).isEqualTo(Cause.LB_CHANGE);
  }

  /** They are not explained, and are no measure for those who wait since the change. */
  @ParameterizedTest
  @CsvSource({"2, 3", "4, 4"})
  void someWhoHadToWaitBeforeAChangeDoNotHideWhatItDoes(double waited, double each) {
    Story story = new Story(8, 22);
    for (double at = 54; at < 75; at += each) {
      story.slowAcquirer(story.fleet.acquirerA, waited, at, at + 0.8);
    }
    story.fault(12, 76).until(96);

    assertThat(story.firstUrgent().first().cause()).isIn(Cause.LB_CHANGE, Cause.BACKEND);
  }

  /** Harm is not taken for ended yet; but those who had to wait were of another matter. */
  @ParameterizedTest
  @ValueSource(ints = {58, 61})
  void aBadMomentOfTheAcquirersIsNoEvidenceOfWhatBeginsLater(int begins) {
    Story story = new Story(60, 21);
    story.slowAcquirer(story.fleet.acquirerA, 1, 45, 45.6);
    story.slowAcquirer(story.fleet.acquirerB, 1, 45, 45.6);
    story.fault(16, begins).until(begins + 8);

    assertThat(story.answers().map(answer -> answer.first().cause()).distinct())
        .containsExactly(Cause.DATABASE);
  }

  @ParameterizedTest
  @ValueSource(ints = {21, 22, 23, 24})
  void serverThatIsColdForSomeSecondsAfterItsStartIsNoMatter(int seed) {
    Story story = new Story(60, seed);
    story.fleet.at(45, () -> story.fleet.worker.live("be_pay", "pay-2").maint = true);
    story.fleet.at(51, story.fleet.pay2::kill);
    story.fleet.at(54, story.fleet.pay2::start);
    story.fleet.at(
        56,
        () -> {
          story.fleet.pay2.slow = 60;
          story.fleet.worker.live("be_pay", "pay-2").maint = false;
        });
    story.fleet.at(58, () -> story.fleet.pay2.slow = 1);
    story.until(90);

    assertThat(story.said).anyMatch(it -> it.harmedSince().isPresent());
    assertThat(story.answers()).isEmpty();
  }

  @Test
  void wayBackThatChangesNothingLeavesTheOtherCause() {
    Story story = new Story(60, 9).harmless(44);
    Fleet.Config before = story.fleet.approved.copy();
    story.fault(27, 50).until(58);
    story.feed.rollback(before);
    story.until(110);

    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.DATABASE);
    assertThat(story.last().notes())
        .anySatisfy(note -> assertThat(note.text()).contains("went on after the way back"));
  }

  @Test
  void sameMomentsGiveTheSameDiagnoses() {
    Story story = new Story(8, 10).fault(2, 45).until(70);
    Diagnose again = new Diagnose(story.feed.moved());

    List<Diagnosis> second = story.moments.stream().map(again::next).toList();

    assertThat(second.getLast().ranking()).isEqualTo(story.last().ranking());
    assertThat(second.getLast().published()).isEqualTo(story.last().published());
  }

  @Test
  void halfAnHourWithPaymentNoiseAndHarmlessChangesNamesNothing() {
    Story story = new Story(60, 11);
    for (int when = 200; when < 1800; when += 400) {
      story.harmless(when);
    }
    story.until(1_800);

    assertThat(story.said).allSatisfy(d -> assertThat(d.published()).isEmpty());
  }

  @Test
  void blindnessIsNoOutage() {
    Story story = new Story(60, 12).fault(45, 50).until(60);

    assertThat(story.last().published().orElseThrow().first().cause()).isEqualTo(Cause.OBSERVER);
    assertThat(story.last().ranking()).hasSize(1);
  }

  @Test
  void intervalOfFewIsWide() {
    assertThat(Hypothesis.wilson(3, 3)[0]).isLessThan(0.5);
    assertThat(Hypothesis.wilson(30, 30)[0]).isGreaterThan(0.85);
  }

  /** What is measured must not be known to what is measured. */
  @Test
  void noNameOfAFaultIsInTheProduct() throws IOException {
    List<String> names = Faults.all().stream().map(Faults.Fault::name).toList();
    Path watch = Path.of("src/main/java/dev/checkrail/watch");
    try (Stream<Path> files =
        Stream.concat(
            Files.walk(watch.resolve("diagnose")), Files.walk(watch.resolve("incident")))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        assertThat(names).as(file.toString()).noneMatch(text::contains);
        assertThat(text).as(file.toString()).doesNotContain("be_reports", "rep-1", "pay-eu");
      }
    }
  }

  /**
   * Each takes less than the tail usually takes three times; all together take three times more.
   */
  @Test
  void thatAllAreSlowerIsAHarmThoughNoneIsSlowByTheTailsMeasure() {
    Faults.Fault slower =
        new Faults.Fault(
            16,
            "a little slower",
            java.util.Set.of(Cause.DATABASE),
            java.util.Set.of(),
            Faults.Wanted.CAUSE,
            true,
            (fleet, feed, when) -> fleet.at(when, () -> fleet.database.extra = 0.4));
    for (long seed = 1; seed <= 3; seed++) {
      Bench.Run run = Bench.run(slower, 60, seed);
      assertThat(run.answer().map(it -> it.first().cause()))
          .as(Bench.line(run))
          .contains(Cause.DATABASE);
    }
  }

  @Test
  void partsOfAChangeThatAreNotUnderstoodDoNotHideThoseThatAre() {
    Story story = new Story(60, 13);
    Scope.Part unknown = new Scope.Part(Scope.Touch.OTHER, "", "", "", "?", "?");
    story.diagnose =
        new Diagnose(act ->
            story
                .feed
                .moved()
                .by(act)
                .map(scope ->
                    new Scope(
                        Stream.concat(scope.parts().stream(), Stream.of(unknown)).toList(),
                        false)));
    story.fault(7, 45).until(70);

    Ranked first = story.first().orElseThrow().first();
    assertThat(first.cause()).isEqualTo(Cause.LB_CHANGE);
    assertThat(first.reasons())
        .filteredOn(it -> it.kind() == Reason.Kind.SCOPE)
        .anySatisfy(it -> assertThat(it.log10()).isGreaterThan(3));
  }

  /** Five keys make all requests, as ever: that a few are busy says nothing of who began it. */
  @Test
  void fewLargeClientsAreNoCrowdOfTheirOwn() {
    for (int number : List.of(32, 40, 41)) {
      Faults.Fault fault =
          Faults.all().stream().filter(f -> f.number() == number).findFirst().orElseThrow();
      Bench.Run run = Bench.run(fault, 60, 3, 5);
      assertThat(run.firstTwo()).as(Bench.line(run)).isTrue();
      assertThat(run.right()).as(Bench.line(run)).isTrue();
    }
  }
}
