package dev.checkrail.serve;

import static dev.checkrail.balancer.RunningHaproxy.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.serve.Yard.Edge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Changes are put in place step by step at two running HAProxy with users. With {@code
 * -Dcheckrail.rollout=full} one goes all the way by what is observed.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RolloutTest {
  private static final double EACH_SECOND = 80;
  private static final String GOOD = Yard.CONFIG + "    server pay-3 127.0.0.1:@PAY3@ weight 10\n";
  private static final String BAD = Yard.CONFIG + "    server pay-4 127.0.0.1:@BAD@ weight 10\n";

  @TempDir private static Path folder;
  private static Yard yard;
  private static Edge one;
  private static Edge two;

  @BeforeAll
  static void start() throws Exception {
    yard = new Yard(folder.resolve("data"), Optional.empty(), Duration.ofSeconds(2));
    yard.server("PAY3", path -> 200);
    yard.server("BAD", path -> 500);
    one = yard.owned("edge-1", folder.resolve("edge-1"));
    two = yard.owned("edge-2", folder.resolve("edge-2"));
    yard.each(
        EACH_SECOND,
        () -> {
          for (Edge edge : List.of(one, two)) {
            var unused = yard.ask(edge, "/pay");
          }
        });
  }

  @BeforeEach
  void nothingOfTheTestBeforeIsOpen() {
    yard.isLookedAt(one);
    yard.isLookedAt(two);
  }

  @AfterAll
  static void stop() throws Exception {
    yard.close();
  }

  @Test
  @Order(1)
  void aNewServerGetsItsRequestsStepByStepAndNothingOfThatIsDrift() throws Exception {
    String change = yard.proposed(one, GOOD);
    JsonNode stages = yard.shown(change).get("stages");
    assertThat(stages.get("steps")).hasSize(4);
    assertThat(stages.get("at_once")).isNull();
    String base = yard.live(one);

    yard.rolledOut(change, Optional.empty());
    assertThat(yard.server(one, "be_pay/pay-3")).isEqualTo("maint 10");
    assertThat(yard.live(one)).isEqualTo(stages.at("/steps/0/file").asString());
    yard.goOnTo(change, 2);
    assertThat(yard.server(one, "be_pay/pay-3")).isEqualTo("ready 1");
    yard.isAsApproved(one);
    yard.goOnTo(change, 3);
    assertThat(yard.server(one, "be_pay/pay-3")).isEqualTo("ready 5");
    yard.isAsApproved(one);
    yard.goOnTo(change, 4);
    assertThat(yard.server(one, "be_pay/pay-3")).isEqualTo("ready 10");
    assertThat(yard.api.post(change + "/go-on", yard.ada, "{}").status()).isEqualTo(200);
    yard.becomes(change, "live");

    assertThat(yard.live(one)).isEqualTo(yard.shown(change).get("candidate").asString());
    yard.isAsApproved(one);
    Api.Answer back = yard.api.post(change + "/rollback", yard.ada, "{\"reason\":\"a test\"}");
    assertThat(back.status()).as(back.text()).isEqualTo(200);
    assertThat(yard.live(one)).as("never a step on the way").isEqualTo(base);
    assertThat(yard.state(change)).isEqualTo("rolled back");
  }

  @Test
  @Order(2)
  void aServerThatFailsIsFoundAtItsFirstRequestsAndTheVersionBeforeIsPutBack() throws Exception {
    String base = yard.live(one);
    String change = yard.proposed(one, BAD);
    yard.rolledOut(change, Optional.empty());
    yard.goOnTo(change, 2);

    yard.becomes(change, "rolled back");

    assertThat(yard.because(change))
        .containsAnyOf("more of what the change moved fails than before", "harm in what");
    assertThat(yard.live(one)).isEqualTo(base);
    assertThat(yard.server(one, "be_pay/pay-4")).isEqualTo("none");
    yard.isAsApproved(one);
  }

  @Test
  @Order(3)
  void aPersonTakesOneBackThatIsOnItsWay() throws Exception {
    String base = yard.live(one);
    String change = yard.proposed(one, GOOD);
    yard.rolledOut(change, Optional.empty());
    yard.goOnTo(change, 2);

    Api.Answer back = yard.api.post(change + "/rollback", yard.ada, "{\"reason\":\"a test\"}");

    assertThat(back.status()).as(back.text()).isEqualTo(200);
    assertThat(back.body().at("/change/state").asString()).isEqualTo("rolled back");
    assertThat(yard.live(one)).isEqualTo(base);
  }

  @Test
  @Order(4)
  void theSecondLoadBalancerIsNotTouchedWhenTheFirstFails() throws Exception {
    String base = yard.live(two);
    String first = yard.proposed(one, BAD);
    String second = yard.proposed(two, GOOD);
    yard.rolledOut(first, Optional.of(second));
    yard.goOnTo(first, 2);

    yard.becomes(first, "rolled back");

    assertThat(yard.state(second)).isEqualTo("approved");
    assertThat(yard.live(two)).isEqualTo(base);
    assertThat(yard.shown(second).get("rollout")).isNull();
  }

  @Test
  @Order(5)
  void whatIsDoneIsBroughtBackWhenALaterOneFails() throws Exception {
    String base = yard.live(one);
    String first =
        yard.proposed(one, Yard.CONFIG.replace("timeout client 30s", "timeout client 31s"));
    String second = yard.proposed(two, BAD);
    yard.rolledOut(first, Optional.of(second));
    assertThat(yard.api.post(first + "/go-on", yard.ada, "{}").status()).isEqualTo(200);
    eventually("the second begins", () -> yard.state(second).equals("rolling out"));
    assertThat(yard.state(first)).isEqualTo("live");
    eventually("its first step is taken", () -> yard.phase(second).equals("observing"));
    yard.goOnTo(second, 2);

    yard.becomes(second, "rolled back");
    yard.becomes(first, "rolled back");

    assertThat(yard.live(one)).isEqualTo(base);
    assertThat(yard.because(first))
        .contains("change " + Yard.number(second) + ", which was to follow it, failed");
    assertThat(yard.isIntact()).isTrue();
  }

  @Test
  @Order(6)
  void whatIsPutInPlaceByBreakingTheGlassIsWatchedAllTheSame() throws Exception {
    String base = yard.live(one);
    String change =
        yard.proposed(
            one,
            Yard.CONFIG.replace("default_backend be_pay", "default_backend be_new")
                + "backend be_new\n    server new-1 127.0.0.1:@BAD@\n");
    yard.brokenGlass(change);

    yard.becomes(change, "rolled back");

    assertThat(yard.live(one)).isEqualTo(base);
    assertThat(yard.shown(change).get("review_owed").booleanValue()).isTrue();
  }

  @Test
  @Order(7)
  void whenHaproxyDiesOnTheWayTheVersionBeforeIsPutBackAsSoonAsItRuns() throws Exception {
    String base = yard.live(two);
    String change = yard.proposed(two, GOOD);
    yard.rolledOut(change, Optional.empty());
    yard.goOnTo(change, 2);
    List<ProcessHandle> all = new ArrayList<>();
    ProcessHandle master = ProcessHandle.of(two.haproxy().pid()).orElseThrow();
    all.add(master);
    all.addAll(master.descendants().toList());
    for (ProcessHandle process : all) {
      process.destroyForcibly();
      process.onExit().get(60, TimeUnit.SECONDS);
    }
    assertThat(yard.api.post(change + "/go-on", yard.ada, "{}").status()).isEqualTo(200);
    eventually(
        "it waits",
        () ->
            yard.phase(change).equals("going back")
                && yard.rollout(change).get("why").asString().contains("it can't go back yet"));

    two.haproxy().restart("admin");

    yard.becomes(change, "rolled back");
    assertThat(yard.because(change)).contains("could not be taken");
    assertThat(yard.live(two)).isEqualTo(base);
    assertThat(yard.server(two, "be_pay/pay-3")).isEqualTo("none");
    yard.isAsApproved(two);
  }

  @Test
  @Order(8)
  @EnabledIfSystemProperty(named = "checkrail.rollout", matches = "full")
  void whatIsObservedLeadsAllTheWay() throws Exception {
    String change = yard.proposed(two, GOOD);
    long began = System.nanoTime();
    yard.rolledOut(change, Optional.empty());
    long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    String said = "";
    while (yard.state(change).equals("rolling out") && System.nanoTime() < end) {
      String now =
          yard.rollout(change).get("step") + " " + yard.rollout(change).path("why").asString("");
      if (!now.equals(said)) {
        System.out.printf("%d s: step %s%n", (System.nanoTime() - began) / 1_000_000_000, now);
        said = now;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(500_000_000);
    }
    assertThat(yard.state(change)).as(yard.shown(change).toString()).isEqualTo("live");
  }
}
