package dev.checkrail.prove;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.policy.Policy;
import dev.checkrail.policy.PolicyReader;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.source.Files;
import dev.checkrail.source.SourceFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where the approved rules send what a log shows of a request. */
class RegionsTest {

  private static final String POLICY =
      """
      version: 1
      services:
        payments:
          - hosts: [pay.example.com]
            path: /v1/payments/**
        web:
          - path: /**
            except: [payments]
      """;

  private static final String CONFIGURATION =
      """
      defaults
        mode http
        timeout connect 1s
        timeout client 5s
        timeout server 5s
      frontend fe
        bind 127.0.0.1:8080
        acl is_pay hdr(host) -i pay.example.com
        use_backend be_eu if { path_beg /v1/ } { hdr(x-region) eu }
        use_backend be_pay if is_pay { path_beg /v1/payments }
        http-request deny if { path_beg /admin } { src 10.0.0.0/8 }
        default_backend be_web
      backend be_pay
        server pay-1 127.0.0.1:9101
      backend be_eu
        server eu-1 127.0.0.1:9102
      backend be_web
        server web-1 127.0.0.1:9103
      """;

  private final Regions regions = regions(CONFIGURATION);

  @Test
  void whatIsKnownIsEnoughForOnePoolAndItsRule() {
    Region region = at(seen("/basket", host("shop.example.com")));

    assertThat(region.pools()).containsExactly("be_web");
    assertThat(region.certain()).isTrue();
    assertThat(region.services()).containsExactly("web");
    assertThat(region.unseen()).isEmpty();
    assertThat(region.rules())
        .extracting(Region.Decider::text)
        .containsExactly("default_backend be_web");
  }

  @Test
  void aHeaderThatTheLogDoesNotHaveLeavesSeveralPoolsAndIsNamed() {
    Region region = at(seen("/v1/payments/7", host("pay.example.com")));

    assertThat(region.pools()).containsExactlyInAnyOrder("be_pay", "be_eu");
    assertThat(region.certain()).isFalse();
    assertThat(region.unseen()).containsExactly("header x-region");
    assertThat(region.services()).containsExactly("payments");
    assertThat(region.allows("be_web")).isFalse();
  }

  @Test
  void withoutTheHostTheServiceIsNotKnownEither() {
    Region region = at(seen("/v1/payments/7", new Known.Nothing()));

    assertThat(region.pools()).containsExactlyInAnyOrder("be_pay", "be_eu", "be_web");
    assertThat(region.services()).isEmpty();
    assertThat(region.perhaps()).containsExactly("payments", "web");
    assertThat(region.unseen()).contains("Host", "header x-region");
  }

  @Test
  void aCapturedHeaderIsTheLastLineThereMayBeOthersBefore() {
    Seen captured =
        seen(
            "/v1/payments/7",
            host("pay.example.com"),
            Map.of("x-region", new Known.LastLine("us")));

    assertThat(at(captured).pools()).containsExactlyInAnyOrder("be_pay", "be_eu");

    Seen whole =
        seen(
            "/v1/payments/7", host("pay.example.com"), Map.of("x-region", new Known.Exactly("us")));

    assertThat(at(whole).pools()).containsExactly("be_pay");
  }

  @Test
  void theCaseOfTheHostMayBeLost() {
    assertThat(at(seen("/", new Known.AnyCase("shop.example.com"))).pools())
        .containsExactly("be_web");
    Regions cased =
        regions(CONFIGURATION.replace("hdr(host) -i pay.example.com", "hdr(host) pay.example.com"));

    assertThat(
            cased
                .at(
                    seen(
                        "/v1/payments/7",
                        new Known.AnyCase("pay.example.com"),
                        Map.of("x-region", new Known.Absent())))
                .orElseThrow()
                .pools())
        .as("HAProxy compares with case here, and Pay.example.com is another host")
        .containsExactlyInAnyOrder("be_pay", "be_web");
  }

  @Test
  void anAbsoluteTargetIsItsPathButForRulesOnTheUrl() {
    Seen absolute = seen("https://shop.example.com/admin/x", host("shop.example.com"));

    assertThat(at(from(absolute, Optional.of("192.0.2.1"))).pools()).containsExactly("be_web");
    Regions onUrl =
        regions(
            CONFIGURATION.replace(
                "acl is_pay hdr(host) -i pay.example.com", "acl is_pay url_beg /"));
    assertThat(onUrl.at(absolute).orElseThrow().certain())
        .as("HAProxy compares https://…, which does not begin with a slash")
        .isFalse();
  }

  @Test
  void theClientsAddressDecidesIfItIsLogged() {
    Seen from = from(seen("/admin/x", host("shop.example.com")), Optional.of("10.1.2.3"));

    assertThat(at(from).answered()).isTrue();
    assertThat(at(from).pools()).isEmpty();
    Region without = at(seen("/admin/x", host("shop.example.com")));
    assertThat(without.answered()).isTrue();
    assertThat(without.pools()).containsExactly("be_web");
    assertThat(without.unseen()).containsExactly("address of the client");
  }

  @Test
  void aClientsAddressThatARuleChangesIsNotWhatTheClientHad() {
    Regions changed =
        regions(
            CONFIGURATION.replace(
                "acl is_pay", "http-request set-src hdr(x-forwarded-for)\n  acl is_pay"));
    Seen from = from(seen("/admin/x", host("shop.example.com")), Optional.of("192.0.2.1"));

    Region region = changed.at(from).orElseThrow();

    assertThat(region.certain()).isFalse();
  }

  @Test
  void aLineThatIsNotModelledIsNamed() {
    Regions opaque =
        regions(
            CONFIGURATION.replace(
                "default_backend be_web",
                "use_backend be_eu if { lua.odd -m found }\n  default_backend be_web"));

    Region region = opaque.at(seen("/basket", host("shop.example.com"))).orElseThrow();

    assertThat(region.pools()).containsExactlyInAnyOrder("be_eu", "be_web");
    assertThat(region.unmodelled()).singleElement().asString().contains("lua.odd");
  }

  @Test
  void aFrontendThatIsNotThereHasNoRegion() {
    Seen strange =
        new Seen(
            "fe_new",
            false,
            Optional.empty(),
            new Known.Exactly("GET"),
            new Known.Exactly("/"),
            new Known.Absent(),
            host("shop.example.com"),
            new Known.Nothing(),
            Optional.empty(),
            Map.of());

    assertThat(regions.at(strange)).isEmpty();
  }

  @Test
  void answersAreRememberedByWhatRulesTellApartNotByTheRequest() {
    for (int i = 0; i < 10_000; i++) {
      at(seen("/basket/" + i, host("shop-" + i + ".example.com")));
    }

    assertThat(regions.remembered()).isLessThan(20);
  }

  @Test
  void ofTwoListenersOfAFrontendTheOneThatWasLoggedCounts() {
    Regions two =
        regions(
            """
            defaults
              mode http
            frontend fe
              bind *:8080
              bind *:8081
              use_backend be_b if { dst_port 8081 }
              default_backend be_a
            backend be_a
              server a 127.0.0.1:1
            backend be_b
              server b 127.0.0.1:2
            """);
    Seen open = seen("/", host("x"));

    assertThat(two.at(open).orElseThrow().pools()).containsExactlyInAnyOrder("be_a", "be_b");
    assertThat(two.at(open).orElseThrow().unseen()).containsExactly("listener");
    assertThat(two.at(arrivedAt(open, "10.0.0.1:8081")).orElseThrow().pools())
        .containsExactly("be_b");
  }

  private Region at(Seen seen) {
    return regions.at(seen).orElseThrow();
  }

  private static Known host(String host) {
    return new Known.Exactly(host);
  }

  private static Seen seen(String path, Known host) {
    return seen(path, host, Map.of());
  }

  private static Seen seen(String path, Known host, Map<String, Known> headers) {
    return new Seen(
        "fe",
        false,
        Optional.empty(),
        new Known.Exactly("GET"),
        new Known.Exactly(path),
        new Known.Absent(),
        host,
        new Known.Exactly("1.1"),
        Optional.empty(),
        headers);
  }

  private static Seen from(Seen seen, Optional<String> client) {
    return new Seen(
        seen.frontend(),
        seen.tls(),
        seen.listener(),
        seen.method(),
        seen.path(),
        seen.query(),
        seen.host(),
        seen.version(),
        client,
        seen.headers());
  }

  private static Seen arrivedAt(Seen seen, String listener) {
    return new Seen(
        seen.frontend(),
        seen.tls(),
        Optional.of(listener),
        seen.method(),
        seen.path(),
        seen.query(),
        seen.host(),
        seen.version(),
        seen.client(),
        seen.headers());
  }

  private static Regions regions(String text) {
    Configuration configuration =
        Read.haproxy(
                Files.of(Map.of("haproxy.cfg", text)),
                List.of("haproxy.cfg"),
                HaproxyTarget.debian12(Map.of()))
            .configuration();
    Policy policy =
        PolicyReader.read(SourceFile.of("checkrail.yaml", POLICY), Map.of(), List.of()).policy();
    return Prove.regions(configuration, policy);
  }
}
