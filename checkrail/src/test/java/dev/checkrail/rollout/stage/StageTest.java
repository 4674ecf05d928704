package dev.checkrail.rollout.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Server;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.read.ReadReport;
import dev.checkrail.report.Difference;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import dev.checkrail.source.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** In which steps a change reaches a load balancer. */
class StageTest {
  private static final String OLD =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 5s
          timeout server 5s
      frontend fe
          bind 127.0.0.1:8080
          use_backend be_pay if { path_beg /pay }
          default_backend be_web
      backend be_pay
          server pay-1 127.0.0.1:9101 weight 100 check
          server pay-2 127.0.0.1:9102 weight 100 check
          server pay-3 127.0.0.1:9103 weight 100 check
      backend be_web
          server web-1 127.0.0.1:9201
      """;
  private static final String MORE =
      OLD.replace(
          "\nbackend be_web\n",
          "\n    server pay-4 127.0.0.1:9104 weight 100 check enabled   # the new one\nbackend be_web\n");

  @Test
  void aNewServerComesDisabledIsRaisedAndMadeLast() {
    Plan plan = plan(OLD, MORE);

    assertThat(plan.staged())
        .containsExactly(new Plan.Staged("be_pay", "pay-4", "127.0.0.1:9104", 100));
    assertThat(plan.said()).isEmpty();
    assertThat(plan.steps()).hasSize(5);
    assertThat(plan.first().last()).isFalse();
    // Nothing but that word is different from the candidate.
    assertThat(text(plan.first()))
        .isEqualTo(MORE.replace("check enabled ", "check enabled disabled "));
    assertThat(plan.steps().subList(1, 4))
        .allSatisfy(step -> assertThat(step).isInstanceOf(Plan.Raise.class))
        .flatExtracting(step -> ((Plan.Raise) step).weights())
        .extracting(Plan.Weight::weight)
        .containsExactly(1, 10, 50);
    assertThat(((Plan.Raise) plan.steps().get(1)).weights().getFirst().share())
        .isEqualTo(1 / 301.0);
    assertThat(plan.steps().get(1).why())
        .isEqualTo("new servers get their first requests: at most 0.33 % of a pool each");
    assertThat(plan.steps().getLast())
        .isInstanceOfSatisfying(
            Plan.Put.class,
            put -> {
              assertThat(put.last()).isTrue();
              assertThat(text(put)).isEqualTo(MORE);
            });
  }

  @Test
  void theFirstFileGivesTheNewServersNothing() {
    ReadReport first = read(text(plan(OLD, MORE).first()));

    assertThat(first.problems()).isEmpty();
    assertThat(first.configuration().pools().getFirst().servers())
        .filteredOn(server -> server.name().equals("pay-4"))
        .singleElement()
        .satisfies(server -> assertThat(server.active()).isFalse());
    assertThat(first.configuration().pools().getFirst().servers())
        .filteredOn(Server::active)
        .hasSize(3);
  }

  @Test
  void aChangedRouteIsAllOrNothingAndSaysSo() {
    Plan plan = plan(OLD, OLD.replace("use_backend be_pay", "use_backend be_web"));

    assertThat(plan.inSteps()).isFalse();
    assertThat(plan.steps()).hasSize(1);
    assertThat(plan.first().last()).isTrue();
    assertThat(plan.said())
        .containsExactly("no new server of a pool that goes on: there is nothing to be staged");
    Outcome web = new Outcome.Responds(200, Optional.empty(), Optional.empty());
    Difference difference =
        new Difference(
            false,
            List.of(
                new Difference.Region(
                    "127.0.0.1:8080", "path /pay", web, web, Request.of("GET", "http://a/"), false)),
            List.of());
    assertThat(Plan.atOnce(difference))
        .contains(
            "1 set of requests moves with the first reload, for all requests at once: on a single"
                + " load balancer a route is all or nothing");
    assertThat(Plan.atOnce(new Difference(true, List.of(), List.of()))).isEmpty();
  }

  @Test
  void whereAServerGoesAwayInTheSameChangeItsSuccessorCannotBeHeldBack() {
    Plan plan = plan(OLD, OLD.replace("pay-3 127.0.0.1:9103", "pay-3 127.0.0.1:9199"));

    assertThat(plan.inSteps()).isFalse();
    assertThat(plan.said())
        .anySatisfy(text -> assertThat(text).startsWith("be_pay (pay-3): pay-3 goes away"));
  }

  @Test
  void aPoolThatIsNewIsNotHeldBack() {
    Plan plan =
        plan(
            OLD,
            OLD.replace("default_backend be_web", "default_backend be_new")
                + "backend be_new\n    server n-1 127.0.0.1:9301\n");

    assertThat(plan.inSteps()).isFalse();
    assertThat(plan.said())
        .anySatisfy(text -> assertThat(text).contains("nobody serves there before"));
  }

  @Test
  void aWeightOfOneHasNoSmallerOne() {
    Plan plan =
        plan(
            OLD,
            OLD.replace(
                "server web-1 127.0.0.1:9201",
                "server web-1 127.0.0.1:9201\n    server web-2 127.0.0.1:9202"));

    assertThat(plan.steps()).hasSize(3);
    assertThat(((Plan.Raise) plan.steps().get(1)).weights())
        .containsExactly(new Plan.Weight("be_web", "web-2", 1, 0.5));
    assertThat(plan.said())
        .singleElement()
        .satisfies(text -> assertThat(text).contains("full part of 50 % in one step"));
  }

  @Test
  void whereWeightsCannotBeChangedItIsOneStepAfterTheProbes() {
    String hashed = "backend be_pay\n    balance source\n";
    Plan plan =
        plan(OLD.replace("backend be_pay\n", hashed), MORE.replace("backend be_pay\n", hashed));
    Plan consistent =
        plan(
            OLD.replace("backend be_pay\n", hashed + "    hash-type consistent\n"),
            MORE.replace("backend be_pay\n", hashed + "    hash-type consistent\n"));

    assertThat(plan.steps()).hasSize(3);
    assertThat(((Plan.Raise) plan.steps().get(1)).weights().getFirst().weight()).isEqualTo(100);
    assertThat(plan.said())
        .anySatisfy(text -> assertThat(text).contains("weights can't be changed while it runs"))
        .anySatisfy(text -> assertThat(text).contains("sends some clients to another server"));
    assertThat(consistent.steps()).hasSize(5);
  }

  @Test
  void serversOfATemplateAreHeldBackTogetherOrNotAtAll() {
    String template = "\n    server-template t 2 127.0.0.1:9401 weight 50\nbackend be_web\n";
    Plan whole = plan(OLD, OLD.replace("\nbackend be_web\n", template));
    Plan grown =
        plan(
            OLD.replace("\nbackend be_web\n", template),
            OLD.replace("\nbackend be_web\n", template.replace("t 2", "t 3")));

    assertThat(text(whole.first())).contains("weight 50 disabled\n");
    // They have one address, so a third one of it is not new to whoever compares addresses.
    assertThat(grown.inSteps()).isFalse();
  }

  private static Plan plan(String old, String candidate) {
    return Stage.plan(read(old), read(candidate));
  }

  private static ReadReport read(String text) {
    return Read.haproxy(
        Files.of(Map.of("haproxy.cfg", text)),
        List.of("haproxy.cfg"),
        HaproxyTarget.debian12(Map.of()));
  }

  private static String text(Plan.Put put) {
    return put.texts().getOrDefault("haproxy.cfg", "");
  }
}
