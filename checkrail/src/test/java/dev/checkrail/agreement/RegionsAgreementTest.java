package dev.checkrail.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.policy.Policy;
import dev.checkrail.prove.Known;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Region;
import dev.checkrail.prove.Regions;
import dev.checkrail.prove.Router;
import dev.checkrail.prove.Seen;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Generated configurations and requests: where a request goes by all that is known of it is where
 * the router sends it, and whatever is not known of it, the way it goes is among those that are
 * left.
 */
class RegionsAgreementTest {
  private static final int REQUESTS = 40;
  private static final List<String> HEADERS =
      List.of(
          "x-a",
          "x-b",
          "x-n",
          "x-forwarded-for",
          "cookie",
          "authorization",
          "proxy-authorization",
          "content-length",
          "transfer-encoding",
          "connection",
          "upgrade",
          "sec-websocket-key");

  private final int configurations = Integer.getInteger("regions.configurations", 400);
  private final long seed = Long.getLong("regions.seed", 20261122L);

  private int equal;
  private int narrowed;
  private int undecided;

  @Test
  void aRegionHoldsTheWayOfEachRequestThatMayBeMeant() {
    for (int i = 0; i < configurations; i++) {
      Scenario scenario = GenerateConfiguration.of(seed + i);
      Configuration configuration = Judge.read(scenario).configuration();
      if (configuration.frontends().stream().allMatch(f -> f.listeners().isEmpty())) {
        continue;
      }
      Router router = Prove.router(configuration);
      Regions regions = Prove.regions(configuration, Policy.none());
      GenerateRequest generator = new GenerateRequest(seed + i, configuration);
      Random random = new Random(seed + i);
      for (int r = 0; r < REQUESTS; r++) {
        Request request = generator.next();
        Optional<Outcome> outcome = router.route(request);
        if (outcome.isEmpty() || outcome.get() instanceof Outcome.Undecided) {
          undecided++;
          continue;
        }
        Seen whole = whole(request, configuration);
        String what = scenario.text() + "\n" + request + "\n" + outcome.get();
        all(regions.at(whole).orElseThrow(), outcome.get(), what);
        for (int k = 0; k < 4; k++) {
          Seen part = part(whole, random);
          some(regions.at(part).orElseThrow(), outcome.get(), what + "\nseen " + part);
        }
      }
    }
    System.out.println(
        "regions: %d requests by all of it, %d by a part, %d undecided"
            .formatted(equal, narrowed, undecided));
    assertThat(equal).isGreaterThan(configurations * REQUESTS / 2);
  }

  /** All is known: there is one way, and it is the router's. */
  private void all(Region region, Outcome outcome, String what) {
    switch (outcome) {
      case Outcome.Reaches reaches -> {
        assertThat(region.pools()).as(what).containsExactly(reaches.pool());
        assertThat(region.certain()).as(what + "\n" + region).isTrue();
      }
      case Outcome.Splits splits -> some(region, outcome, what);
      default -> assertThat(region.certain()).as(what + "\n" + region).isTrue();
    }
    equal++;
  }

  private void some(Region region, Outcome outcome, String what) {
    narrowed++;
    String why = what + "\n" + region;
    switch (outcome) {
      case Outcome.Reaches reaches -> assertThat(region.allows(reaches.pool())).as(why).isTrue();
      case Outcome.Splits splits -> splits.of().forEach(part -> some(region, part.outcome(), why));
      // The router does not say through which pool an answer came.
      default -> assertThat(region.allowsAnswer() || !region.pools().isEmpty()).as(why).isTrue();
    }
  }

  static Seen whole(Request request, Configuration configuration) {
    Frontend frontend =
        configuration.frontends().stream()
            .filter(f ->
                f.listeners().stream()
                    .anyMatch(l -> Optional.of(l.key()).equals(request.listener())))
            .findFirst()
            .orElseThrow();
    boolean tcp = request.scheme().equals("tcp");
    String target = request.sentTarget();
    int mark = target.indexOf('?');
    String path = mark < 0 ? target : target.substring(0, mark);
    Map<String, Known> headers = new LinkedHashMap<>();
    for (String name : HEADERS) {
      headers.put(name, lines(request.lines(name)));
    }
    return new Seen(
        frontend.name(),
        false,
        request.listener(),
        tcp ? new Known.Nothing() : new Known.Exactly(request.method()),
        path.startsWith("/") ? new Known.Exactly(path) : new Known.Absent(),
        mark < 0 ? new Known.Absent() : new Known.Exactly(target.substring(mark + 1)),
        lines(request.hostLines()),
        new Known.Exactly(request.httpVersion()),
        request.from(),
        headers);
  }

  private static Known lines(List<String> lines) {
    return lines.isEmpty()
        ? new Known.Absent()
        : new Known.Exactly(lines.stream().map(String::strip).collect(Collectors.joining("\n")));
  }

  /** Some of it is lost, as in a log. */
  static Seen part(Seen seen, Random random) {
    Map<String, Known> headers = new LinkedHashMap<>();
    seen.headers()
        .forEach((name, known) -> headers.put(name, random.nextBoolean() ? known : last(known)));
    new ArrayList<>(headers.keySet())
        .forEach(name -> {
          if (random.nextInt(3) == 0) {
            headers.remove(name);
          }
        });
    return new Seen(
        seen.frontend(),
        seen.tls(),
        random.nextBoolean() ? seen.listener() : Optional.empty(),
        maybe(seen.method(), random),
        maybe(seen.path(), random),
        maybe(seen.query(), random),
        random.nextBoolean() ? lower(seen.host()) : maybe(seen.host(), random),
        maybe(seen.version(), random),
        random.nextBoolean() ? seen.client() : Optional.empty(),
        headers);
  }

  private static Known maybe(Known known, Random random) {
    return random.nextInt(3) == 0 ? new Known.Nothing() : known;
  }

  private static Known last(Known known) {
    return switch (known) {
      case Known.Exactly one ->
          new Known.LastLine(one.text().substring(one.text().lastIndexOf('\n') + 1));
      default -> new Known.LastLine("");
    };
  }

  private static Known lower(Known host) {
    return host instanceof Known.Exactly one
        ? new Known.AnyCase(one.text().toLowerCase(Locale.ROOT))
        : host;
  }
}
