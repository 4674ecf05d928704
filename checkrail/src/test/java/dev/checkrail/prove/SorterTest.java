package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.report.Outcome;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What becomes of requests of which a part is known, in one configuration and in two. */
class SorterTest {
  private static final String OLD =
      """
      defaults
        mode http
        timeout connect 1s
        timeout client 5s
        timeout server 5s
      frontend fe
        bind 127.0.0.1:8080
        acl is_pay hdr(host) -i pay.example.com
        http-request deny if { path_beg /admin } { src 10.0.0.0/8 }
        http-request redirect scheme https if { path_beg /old }
        use_backend be_eu if { path_beg /v1/ } { hdr(x-region) eu }
        use_backend be_pay if is_pay { path_beg /v1/payments }
        use_backend be_canary if { path_beg /try } { rand(100) lt 25 }
        default_backend be_web
      backend be_pay
        http-request set-path /pay%[path]
        server pay-1 127.0.0.1:9101 weight 1
        server pay-2 127.0.0.1:9104 weight 3
      backend be_eu
        server eu-1 127.0.0.1:9102
      backend be_canary
        server can-1 127.0.0.1:9105
      backend be_web
        server web-1 127.0.0.1:9103
      """;
  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      """;
  private static final Known NOTHING = new Known.Nothing();
  private static final Known PAY = new Known.AnyCase("pay.example.com");
  private static final Known NO_REGION = new Known.Absent();

  @Test
  void whatIsKnownDecidesAndSharesAreThoseOfTheServers() {
    Lot lot = one(seen("/v1/payments/7", PAY, NO_REGION));

    assertThat(lot.undecided()).isFalse();
    assertThat(lot.move()).isEqualTo(Lot.Move.STAYS);
    assertThat(lot.now()).isInstanceOf(Outcome.Reaches.class);
    Outcome.Reaches reaches = (Outcome.Reaches) lot.now();
    assertThat(reaches.pool()).isEqualTo("be_pay");
    assertThat(reaches.servers()).extracting(Outcome.Share::share).containsExactly(0.25, 0.75);
    // Another one for each request.
    assertThat(reaches.path()).contains(Outcome.VARIES);
  }

  @Test
  void whatNoRuleLooksAtForThisPathNeedNotBeKnown() {
    Lot lot = one(seen("/basket", NOTHING, NOTHING));

    assertThat(lot.undecided()).isFalse();
    assertThat(lot.now())
        .isEqualTo(
            new Outcome.Reaches(
                "be_web",
                List.of(new Outcome.Share("web-1", "127.0.0.1:9103", 1)),
                false,
                Optional.empty(),
                Map.of()));
  }

  @Test
  void whatDependsOnSomethingThatIsNotKnownIsUndecidedAndSaysOnWhat() {
    Lot host = one(seen("/v1/payments/7", NOTHING, NO_REGION));
    Lot both = one(seen("/v1/payments/7", NOTHING, NOTHING));

    assertThat(host.now()).isEqualTo(new Outcome.Undecided("not known of the request: Host"));
    assertThat(host.because()).contains("not known of the request: Host");
    assertThat(both.because()).contains("not known of the request: Host, header x-region");
  }

  @Test
  void chanceIsAnOutcomeOfItsOwn() {
    Lot lot = one(seen("/try/1", NOTHING, NOTHING));

    assertThat(lot.undecided()).isFalse();
    assertThat(lot.now()).isInstanceOf(Outcome.Splits.class);
    assertThat(((Outcome.Splits) lot.now()).of())
        .extracting(Outcome.Part::share)
        .containsExactlyInAnyOrder(0.25, 0.75);
  }

  @Test
  void aRedirectWhoseLocationIsAnotherForEachRequestIsOneOutcome() {
    assertThat(one(seen("/old/a", PAY, NOTHING)).now())
        .isEqualTo(one(seen("/old/b", PAY, NOTHING)).now())
        .isEqualTo(new Outcome.Redirects(302, Outcome.VARIES));
  }

  @Test
  void aLineThatIsNotModelledLeavesItUndecided() {
    Sorter sorter =
        Prove.sorter(
            read(OLD.replace("if is_pay { path_beg", "if is_pay { sc0_gpc0_rate gt 1 } { path_beg")),
            Policy.none());

    Lot lot = sorter.at(seen("/v1/payments/7", PAY, NO_REGION)).orElseThrow();

    assertThat(lot.because().orElseThrow()).contains("not modelled").contains("sc0_gpc0_rate");
  }

  @Test
  void theAddressOfTheClientDecidesWhereARuleLooksAtIt() {
    Seen inside = from("/admin", Optional.of("10.1.2.3"));
    Seen outside = from("/admin", Optional.of("192.0.2.1"));
    Seen nobody = from("/admin", Optional.empty());

    assertThat(one(inside).now()).isEqualTo(new Outcome.Responds(403, Optional.empty(), Optional.empty()));
    assertThat(one(outside).now()).isInstanceOf(Outcome.Reaches.class);
    assertThat(one(nobody).because()).contains("not known of the request: address of the client");
  }

  @Test
  void aFrontendThatTheConfigurationDoesNotHaveHasNoAnswer() {
    Seen strange =
        new Seen(
            "other",
            false,
            Optional.empty(),
            new Known.Exactly("GET"),
            new Known.Exactly("/"),
            new Known.Absent(),
            PAY,
            new Known.Exactly("1.1"),
            Optional.empty(),
            Map.of());

    assertThat(Prove.sorter(read(OLD), Policy.none()).at(strange)).isEmpty();
  }

  @Test
  void aMoveIsSeenWithItsServices() {
    Sorter sorter = two(OLD.replace("use_backend be_pay if is_pay", "use_backend be_web if is_pay"));

    Lot moved = sorter.at(seen("/v1/payments/7", PAY, NO_REGION)).orElseThrow();
    Lot stayed = sorter.at(seen("/basket", PAY, NO_REGION)).orElseThrow();

    assertThat(moved.move()).isEqualTo(Lot.Move.MOVES);
    assertThat(moved.services()).containsExactly("payments");
    assertThat(((Outcome.Reaches) moved.before().orElseThrow()).pool()).isEqualTo("be_pay");
    assertThat(((Outcome.Reaches) moved.now()).pool()).isEqualTo("be_web");
    assertThat(stayed.move()).isEqualTo(Lot.Move.STAYS);
  }

  @Test
  void whatMayGoHereOrThereButTheSameInBothStays() {
    Sorter sorter = two(OLD.replace("default_backend be_web", "use_backend be_eu if { path /x }\n  default_backend be_web"));

    // Nobody knows the Host, so nobody knows the pool; but the pools are the same ones.
    Lot lot = sorter.at(seen("/v1/payments/7", NOTHING, NOTHING)).orElseThrow();

    assertThat(lot.move()).isEqualTo(Lot.Move.STAYS);
    assertThat(lot.now()).isInstanceOf(Outcome.Undecided.class);
  }

  @Test
  void whetherItMovesIsUnclearWhereThatHangsOnWhatIsNotKnown() {
    Sorter sorter = two(OLD.replace("use_backend be_pay if is_pay", "use_backend be_web if is_pay"));

    Lot lot = sorter.at(seen("/v1/payments/7", NOTHING, NO_REGION)).orElseThrow();

    assertThat(lot.move()).isEqualTo(Lot.Move.UNCLEAR);
    assertThat(lot.because()).contains("not known of the request: Host");
    // Without payments' pool there is one way left.
    assertThat(((Outcome.Reaches) lot.now()).pool()).isEqualTo("be_web");
  }

  @Test
  void aPoolThatIsOnlyCalledOtherwiseIsNoMove() {
    Sorter sorter = two(OLD.replace("be_pay", "be_payments"));

    assertThat(sorter.at(seen("/v1/payments/7", PAY, NO_REGION)).orElseThrow().move())
        .isEqualTo(Lot.Move.STAYS);
  }

  @Test
  void atAListenerThatIsGoneTheConnectionIsRefused() {
    Sorter sorter = two(OLD.replace("bind 127.0.0.1:8080", "bind 127.0.0.1:8081"));

    Lot lot = sorter.at(seen("/basket", PAY, NO_REGION)).orElseThrow();

    assertThat(lot.move()).isEqualTo(Lot.Move.MOVES);
    assertThat(lot.now()).isEqualTo(new Outcome.Drops(Optional.empty()));
  }

  @Test
  void aListenerOfAllAddressesTakesOver() {
    Sorter sorter = two(OLD.replace("bind 127.0.0.1:8080", "bind *:8080"));

    assertThat(sorter.at(seen("/basket", PAY, NO_REGION)).orElseThrow().move())
        .isEqualTo(Lot.Move.STAYS);
  }

  private static Lot one(Seen seen) {
    return Prove.sorter(read(OLD), Policy.none()).at(seen).orElseThrow();
  }

  private static Sorter two(String now) {
    Policy policy =
        PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
    return Prove.sorter(read(OLD), read(now), policy);
  }

  private static Configuration read(String text) {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .configuration();
  }

  private static Seen seen(String path, Known host, Known region) {
    return new Seen(
        "fe",
        false,
        Optional.empty(),
        new Known.Exactly("GET"),
        new Known.Exactly(path),
        new Known.Absent(),
        host,
        new Known.Exactly("1.1"),
        Optional.of("192.0.2.7"),
        Map.of("x-region", region));
  }

  private static Seen from(String path, Optional<String> client) {
    return new Seen(
        "fe",
        false,
        Optional.empty(),
        new Known.Exactly("GET"),
        new Known.Exactly(path),
        new Known.Absent(),
        PAY,
        new Known.Exactly("1.1"),
        client,
        Map.of());
  }
}
