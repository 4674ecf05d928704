package dev.checkrail.watch.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.checkrail.logs.CapturedHeaders;
import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.prove.Prove;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Records, and what is counted of them. */
class TrafficTest {
  private static final Instant NOON = Logged.NOON;
  private static final long SECOND = NOON.getEpochSecond();

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      inventory:
        - { name: pay-1, address: "127.0.0.1:9101", serves: [payments] }
        - { name: pay-2, address: "127.0.0.1:9102", serves: [web] }
        - { name: web-1, address: "127.0.0.1:9301", serves: [web] }
        - { name: rep-1, address: "127.0.0.1:9201", serves: [web] }
      pending: { payments: [202] }
      """;

  private static final String CONFIGURATION =
      """
      defaults
        mode http
      frontend fe
        bind 127.0.0.1:8080
        capture request header X-Role len 20
        http-request deny if { path_beg /private }
        use_backend be_pay if { path_beg /v1/payments }
        use_backend be_reports if { path_beg /reports } { hdr(x-role) staff }
        default_backend be_web
      backend be_pay
        server pay-1 127.0.0.1:9101
        server pay-2 127.0.0.1:9102
      backend be_reports
        server rep-1 127.0.0.1:9201
      backend be_web
        server web-1 127.0.0.1:9301
      """;

  private Instant now = NOON.plusMillis(900);
  private final InstantSource clock = () -> now;

  @Test
  void aSecondHasRowsByRoutePoolAndServer() {
    Traffic traffic = judging();
    traffic.add(
        List.of(
            payment().to("be_pay", "pay-1").record(),
            payment().to("be_pay", "pay-1").ended(503, "SC--").record(),
            payment().to("be_pay", "pay-1").ended(402, "----").record(),
            Logged.request().record()));

    Second second = traffic.snapshot(SECOND);

    assertThat(second.requests()).isEqualTo(4);
    assertThat(second.failures()).isEqualTo(1);
    Row payments = second.rows().getFirst();
    assertThat(payments.route()).isEqualTo(new Route("fe", "payments", "be_pay", ""));
    assertThat(payments.pool()).isEqualTo("be_pay");
    assertThat(payments.server()).isEqualTo("pay-1");
    assertThat(payments.fit()).isEqualTo(Fit.RIGHT);
    assertThat(payments.requests()).isEqualTo(3);
    assertThat(payments.bands())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(Band.SUCCESS, 1L, Band.ERROR, 1L, Band.DECLINED, 1L));
    assertThat(payments.statusClasses()).isEqualTo(Map.of(2, 1L, 4, 1L, 5, 1L));
    assertThat(payments.terminations()).isEqualTo(Map.of("--", 2L, "SC", 1L));
    assertThat(payments.times().count()).isEqualTo(3);
    assertThat(payments.bytes()).isEqualTo(3_000);
  }

  @Test
  void aPaymentInAnotherPoolThanTheApprovedOneIsMisrouted() {
    Traffic traffic = judging();
    traffic.add(payment().to("be_reports", "rep-1").record());

    Row row = only(traffic);

    assertThat(row.fit()).isEqualTo(Fit.MISROUTED);
    assertThat(row.fit().wrong()).isTrue();
    assertThat(row.route().approved()).isEqualTo("be_pay");
    assertThat(row.unserved()).isTrue();
  }

  @Test
  void aServerThatDoesNotServeTheServiceIsUnservedInTheRightPoolToo() {
    Traffic traffic = judging();
    traffic.add(payment().to("be_pay", "pay-2").record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.RIGHT);
    assertThat(only(traffic).unserved()).isTrue();
  }

  @Test
  void whatDependsOnAHeaderThatIsNotLoggedIsPossibleAndSaysOnWhat() {
    Traffic traffic = judging();
    traffic.add(
        List.of(
            Logged.request().asked("GET", "shop.example.com", "/reports/1").record(),
            Logged.request()
                .asked("GET", "shop.example.com", "/reports/2")
                .to("be_reports", "rep-1")
                .record()));

    assertThat(traffic.snapshot(SECOND).rows())
        .hasSize(2)
        .allSatisfy(row -> {
          assertThat(row.fit()).isEqualTo(Fit.POSSIBLE);
          assertThat(row.route().unseen()).isEqualTo("header x-role");
          assertThat(row.route().approved()).isEqualTo("be_web|be_reports");
        });
  }

  @Test
  void aCapturedHeaderNarrowsTheWays() {
    Traffic traffic = judging();
    traffic.add(
        Logged.request().asked("GET", "shop.example.com", "/reports/1").captured("staff").record());

    assertThat(only(traffic).fit())
        .as("another line of x-role before it can't make it reports or not: staff is one of them")
        .isEqualTo(Fit.MISROUTED);
  }

  @Test
  void aCapturedHostDecidesWhereTheFormatHasNone() {
    Configuration configuration =
        read(
            CONFIGURATION
                .replace("X-Role len 20", "Host len 40")
                .replace("{ hdr(x-role) staff }", "{ hdr(host) -i staff.example.com }"));
    Traffic traffic = judging(configuration);
    for (String host : List.of("Staff.example.com", "", "shop.example.com", "s".repeat(40))) {
      traffic.add(
          Logged.request()
              .asked("GET", "", "/reports/1")
              .captured(host)
              .to("be_reports", "rep-1")
              .record());
    }
    assertThat(traffic.snapshot(SECOND).rows())
        .extracting(Row::fit, Row::requests)
        .containsExactlyInAnyOrder(
            tuple(Fit.RIGHT, 1L), tuple(Fit.MISROUTED, 1L), tuple(Fit.POSSIBLE, 2L));
  }

  @Test
  void captureNamesAreThoseOfTheFrontendUnlessSomethingElseTakesSlots() {
    String two =
        CONFIGURATION.replace(
            "capture request header X-Role len 20",
            "capture request header Host len 40\n"
                + "  capture response header X-Served-By len 20\n"
                + "  capture request header X-Api-Key len 20");
    assertThat(Approved.captured(read(two)).of("fe"))
        .isEqualTo(new CapturedHeaders.Slots(List.of("host", "x-api-key"), List.of("x-served-by")));
    for (String taking :
        List.of(
            "http-request capture path len 9",
            "tcp-request content capture src len 9",
            "declare capture request len 9",
            "http-response capture res.hdr(x) id 0")) {
      assertThat(
              Approved.captured(
                      read(
                          two.replace(
                              "  http-request deny", "  " + taking + "\n  http-request deny")))
                  .of("fe")
                  .request())
          .as(taking)
          .isEmpty();
    }
    assertThat(
            Approved.captured(read(two)).agreedBy(Approved.captured(read(CONFIGURATION))).of("fe"))
        .isEqualTo(CapturedHeaders.UNKNOWN.of("fe"));
  }

  @Test
  void aCapturedHeaderThatFillsItsSlotMayHaveBeenCut() {
    Traffic traffic = judging();
    traffic.add(
        Logged.request()
            .asked("GET", "shop.example.com", "/reports/1")
            .captured("staff".repeat(4))
            .record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.POSSIBLE);
  }

  @Test
  void anAnswerOfTheLoadBalancerWhereItShouldSendOnIsTurnedAway() {
    Traffic traffic = judging();
    traffic.add(payment().answeredHere().ended(403, "PR--").record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.TURNED_AWAY);
  }

  @Test
  void aTarpitIsTurnedAwayTooButAServerThatDoesNotAnswerIsNot() {
    Traffic traffic = judging();
    traffic.add(
        List.of(
            payment().answeredHere().ended(500, "PT--").record(),
            payment().to("be_pay", "pay-1").ended(503, "SC--").record()));

    assertThat(traffic.snapshot(SECOND).rows())
        .extracting(Row::fit)
        .containsExactlyInAnyOrder(Fit.TURNED_AWAY, Fit.RIGHT);
  }

  @Test
  void aDenyThatIsApprovedIsRight() {
    Traffic traffic = judging();
    traffic.add(
        Logged.request()
            .asked("GET", "shop.example.com", "/private/1")
            .answeredHere()
            .ended(403, "PR--")
            .record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.RIGHT);
    assertThat(only(traffic).route().approved()).isEqualTo("(answer)");
  }

  @Test
  void aClientThatLeftBeforeARuleDecidedWasNotRouted() {
    Traffic traffic = judging();
    traffic.add(Logged.request().unreadable().answeredHere().ended(400, "PR--").record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.NOT_ROUTED);
  }

  @Test
  void aFrontendThatNobodyApproved() {
    Traffic traffic = judging();
    traffic.add(Logged.request().at("fe_new").record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.STRANGE_FRONTEND);
  }

  @Test
  void withoutAnApprovedConfigurationNothingIsJudged() {
    Traffic traffic = new Traffic(clock, Limits.standard());
    traffic.add(Logged.request().record());

    assertThat(only(traffic).fit()).isEqualTo(Fit.NOT_JUDGED);
    assertThat(only(traffic).route().approved()).isEqualTo("?");
  }

  @Test
  void aTargetThatWasCutOrRedactedIsNotReliedOn() {
    Traffic traffic = judging();
    traffic.add(
        List.of(
            Logged.request().asked("GET", "shop.example.com", "/v1/pay").cut().record(),
            Logged.request().asked("GET", "shop.example.com", "/v1/[redacted]").record(),
            Logged.request().asked("GET", "shop.example.com", "/basket?card=[redacted]").record()));

    assertThat(traffic.snapshot(SECOND).rows())
        .extracting(row -> row.route().unseen())
        .containsExactlyInAnyOrder("path, header x-role, query", "path", "");
  }

  // --- time

  @Test
  void aRequestCountsForTheSecondInWhichItEnded() {
    Traffic traffic = judging();
    now = NOON.plusSeconds(5);
    traffic.add(Logged.request().took(4_500).endedAt(NOON.plusMillis(4_600)).record());

    assertThat(traffic.snapshot(SECOND).requests()).isZero();
    assertThat(traffic.snapshot(SECOND + 4).requests()).isEqualTo(1);
  }

  @Test
  void aRecordThatIsOlderThanWhatIsKeptIsLateAndInNoSecond() {
    Traffic traffic = new Traffic(clock, new Limits(10, 100, 1_000, 4, 8));
    now = NOON.plusSeconds(60);
    traffic.add(
        List.of(
            Logged.request().endedAt(NOON.plusSeconds(50)).record(),
            Logged.request().endedAt(NOON.plusSeconds(51)).record()));

    assertThat(traffic.health().late()).isEqualTo(1);
    assertThat(traffic.snapshot(SECOND + 50, 11).requests()).isEqualTo(1);
  }

  @Test
  void aRecordFromTheFutureIsCountedAheadAndInNoSecond() {
    Traffic traffic = judging();
    traffic.add(Logged.request().endedAt(now.plusSeconds(3)).record());

    assertThat(traffic.health().ahead()).isEqualTo(1);
    assertThat(traffic.snapshot(SECOND, 10).requests()).isZero();
  }

  @Test
  void aClockThatGoesBackDoesNotMixTwoTimes() {
    Traffic traffic = judging();
    now = NOON.plusSeconds(100);
    traffic.add(Logged.request().endedAt(now).record());
    now = NOON.plusSeconds(40);
    traffic.add(Logged.request().endedAt(now).record());

    assertThat(traffic.health().clockSteps()).isEqualTo(1);
    assertThat(traffic.snapshot(SECOND, 101).requests()).isEqualTo(1);
    now = NOON.plusSeconds(100);
    traffic.add(Logged.request().endedAt(now).record());
    assertThat(traffic.snapshot(SECOND + 100).requests()).isEqualTo(1);
  }

  @Test
  void theSettledSecondFollowsALogThatIsBehind() {
    Traffic traffic = judging();
    now = NOON.plusSeconds(30).plusMillis(500);

    assertThat(traffic.settled()).isEqualTo(SECOND + 29);

    traffic.add(Logged.request().endedAt(NOON.plusSeconds(10)).record());
    assertThat(traffic.health().lagMillis()).isEqualTo(20_500);
    assertThat(traffic.settled()).isEqualTo(SECOND + 9);
  }

  // --- limits

  @Test
  void rowsThatDoNotFitAreCountedTogether() {
    Traffic traffic = new Traffic(clock, new Limits(10, 5, 1_000, 4, 8));
    for (int i = 0; i < 20; i++) {
      traffic.add(Logged.request().endedAt(NOON).to("be_" + i, "s").record());
    }

    Second second = traffic.snapshot(SECOND);

    assertThat(second.requests()).isEqualTo(20);
    assertThat(second.rows()).hasSize(6);
    assertThat(second.rows().getFirst().route()).isEqualTo(Route.OTHER);
    assertThat(traffic.health().other()).isEqualTo(15);
  }

  @Test
  void memoryOfOldSecondsIsUsedAgain() {
    Traffic traffic = new Traffic(clock, new Limits(5, 4, 8, 4, 8));
    for (int i = 0; i < 100; i++) {
      now = NOON.plusSeconds(i);
      traffic.add(Logged.request().endedAt(now).record());
    }

    assertThat(traffic.health().other()).isZero();
    assertThat(traffic.snapshot(SECOND + 95, 5).requests()).isEqualTo(5);
  }

  // --- clients

  @Test
  void clientsAreCountedByServiceAndThoseThatFailed() {
    Traffic traffic = judging();
    for (int i = 0; i < 30; i++) {
      traffic.add(
          payment()
              .to("be_pay", "pay-1")
              .from("192.0.2." + i % 10)
              .ended(i % 10 < 3 ? 500 : 200, "----")
              .record());
      traffic.add(Logged.request().endedAt(NOON).key("k" + i).record());
    }

    Second second = traffic.snapshot(SECOND);

    assertThat(second.clientsOf("payments")).contains(new Second.Clients("payments", 10, 3));
    assertThat(second.clientsOf("web")).contains(new Second.Clients("web", 30, 0));
    assertThat(second.clientsOf("*")).contains(new Second.Clients("*", 40, 3));
    assertThat(traffic.busiest(SECOND, 1).getFirst().requests()).isEqualTo(3);
  }

  @Test
  void thoseWhoAreRefusedMostAreNamedByServiceAndKindOverSeveralSeconds() {
    Traffic traffic = judging();
    for (int i = 0; i < 40; i++) {
      Instant when = NOON.plusSeconds(i % 2);
      traffic.add(
          payment().to("be_pay", "pay-1").key("calm").endedAt(when).ended(200, "----").record());
      traffic.add(
          payment().to("be_pay", "pay-1").key("eager").endedAt(when).ended(429, "----").record());
      if (i % 10 == 0) {
        traffic.add(
            payment().to("be_pay", "pay-1").key("poor").endedAt(when).ended(402, "----").record());
      }
    }
    now = NOON.plusSeconds(4);

    assertThat(traffic.snapshot(SECOND, 2).refused())
        .containsExactly(
            new Second.Refused("payments", Band.LIMITED, "eager", 40),
            new Second.Refused("payments", Band.DECLINED, "poor", 4));
  }

  @Test
  void severalSecondsTogetherCountAClientOnce() {
    Traffic traffic = judging();
    now = NOON.plusSeconds(5);
    IntStream.range(0, 5)
        .forEach(i -> traffic.add(Logged.request().endedAt(NOON.plusSeconds(i)).record()));

    Second all = traffic.snapshot(SECOND, 5);

    assertThat(all.requests()).isEqualTo(5);
    assertThat(all.clientsOf("web").orElseThrow().all()).isEqualTo(1);
  }

  /** Of other services 202 is what was asked for, and other statuses of payments are. */
  @Test
  void whatThePolicyCallsPendingIsNoSuccessAndNoFailure() {
    Traffic traffic = judging();
    traffic.add(
        List.of(
            payment().to("be_pay", "pay-1").ended(202, "----").record(),
            payment().to("be_pay", "pay-1").ended(201, "----").record(),
            payment().to("be_pay", "pay-1").ended(202, "sD--").record(),
            Logged.request().ended(202, "----").record()));

    Second second = traffic.snapshot(SECOND);

    assertThat(second.rows())
        .extracting(row -> row.route().service(), Row::bands)
        .containsExactly(
            tuple("payments", Map.of(Band.PENDING, 1L, Band.SUCCESS, 1L, Band.TIMED_OUT, 1L)),
            tuple("web", Map.of(Band.SUCCESS, 1L)));
    assertThat(second.failures()).isEqualTo(1);
  }

  private static Logged payment() {
    return Logged.request().endedAt(NOON).asked("POST", "pay.example.com", "/v1/payments");
  }

  private static Row only(Traffic traffic) {
    assertThat(traffic.snapshot(SECOND).rows()).hasSize(1);
    return traffic.snapshot(SECOND).rows().getFirst();
  }

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private Traffic judging() {
    return judging(read(CONFIGURATION));
  }

  private Traffic judging(Configuration configuration) {
    Policy policy =
        PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
    Traffic traffic = new Traffic(clock, Limits.standard());
    traffic.judgeBy(new Approved(Prove.regions(configuration, policy), configuration, policy));
    return traffic;
  }
}
