package dev.checkrail.corpus;

import dev.checkrail.corpus.RegressionCase.Actor;
import dev.checkrail.corpus.RegressionCase.Config;
import dev.checkrail.corpus.Script.Block;
import dev.checkrail.corpus.Script.Expectation;
import dev.checkrail.corpus.Script.Turn;
import dev.checkrail.explain.Explain;
import dev.checkrail.model.Action;
import dev.checkrail.model.Configuration;
import dev.checkrail.model.Frontend;
import dev.checkrail.model.Listener;
import dev.checkrail.model.Pool;
import dev.checkrail.model.Setting;
import dev.checkrail.prove.Prove;
import dev.checkrail.prove.Router;
import dev.checkrail.report.Outcome;
import dev.checkrail.report.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Holds what the model says of each request of a regression test against what the test expects. A
 * request that reaches another listener of the test is followed there.
 */
final class RegressionScore {
  /** How a request was scored. */
  enum Score {
    RIGHT,
    WRONG,
    NOT_MODELLED,
    /** The test expects nothing of it that routing decides. */
    NOTHING_TO_SAY
  }

  /** The score of one request. */
  record Result(
      String test, String client, Request request, Outcome outcome, Score score, String why) {}

  /** Who answers. */
  enum Model {
    EXPLAIN,
    PROVE
  }

  private static final int HOPS = 6;

  /** What stands for a value that is sent on and not known. */
  private static final String UNKNOWN = Outcome.NOT_KNOWN;

  private final RegressionCase test;
  private final Model model;
  private final Map<Config, Configuration> configurations = new LinkedHashMap<>();
  private final Map<Config, Function<Request, Outcome>> routers = new HashMap<>();

  RegressionScore(RegressionCase test, Model model) {
    this.test = test;
    this.model = model;
    for (Config config : test.configurations()) {
      Configuration configuration = Shared.read(config.file()).configuration();
      configurations.put(config, configuration);
      routers.put(config, router(configuration, model));
    }
  }

  static Function<Request, Outcome> router(Configuration configuration, Model model) {
    return switch (model) {
      case EXPLAIN -> request -> Explain.explain(configuration, request).outcome();
      case PROVE -> {
        Router router = Prove.router(configuration);
        yield request -> router.route(request).orElse(new Outcome.Undecided("no listener for it"));
      }
    };
  }

  /** All requests of the test that arrive at a known listener, scored in order. */
  List<Result> results() {
    List<Result> results = new ArrayList<>();
    for (Actor client : test.clients()) {
      for (Turn turn : Script.turns(client)) {
        results.add(result(client, turn));
      }
    }
    return results;
  }

  private Result result(Actor client, Turn turn) {
    Optional<Place> place = client.connect().flatMap(this::place).or(this::only);
    Request request =
        Script.request(
            turn.words(),
            client.name(),
            place.map(p -> p.listener.key()).orElse("?"),
            place.map(p -> !p.listener.acceptProxy()).orElse(true));
    Outcome none = new Outcome.Undecided("not asked");
    if (turn.http2()) {
      return new Result(test.name(), client.name(), request, none, Score.NOT_MODELLED, "HTTP/2");
    }
    Optional<String> apart = StateChanges.of(test.name());
    if (apart.isPresent()) {
      return new Result(test.name(), client.name(), request, none, Score.NOT_MODELLED, apart.get());
    }
    if (place.isEmpty()) {
      return new Result(
          test.name(),
          client.name(),
          request,
          none,
          Score.NOTHING_TO_SAY,
          "no listener of a configuration");
    }
    Outcome outcome = routers.get(place.get().config).apply(request);
    Said said = judge(place.get(), request, outcome, turn, HOPS);
    return new Result(test.name(), client.name(), request, outcome, said.score, said.why);
  }

  /** A listener of one of the processes. */
  private record Place(Config config, Frontend frontend, Listener listener) {}

  private record Said(Score score, String why) {}

  private Optional<Place> place(String connect) {
    for (Config config : test.configurations()) {
      String start = config.name() + "_";
      if (connect.startsWith(start)) {
        Integer port = test.ports().get(connect.substring(start.length()));
        Optional<Place> place = port == null ? Optional.empty() : at(config, port);
        if (place.isPresent()) {
          return place;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Place> only() {
    if (test.configurations().size() != 1) {
      return Optional.empty();
    }
    Config config = test.configurations().getFirst();
    List<Frontend> frontends = configurations.get(config).frontends();
    return frontends.size() == 1 && frontends.getFirst().listeners().size() == 1
        ? Optional.of(
            new Place(config, frontends.getFirst(), frontends.getFirst().listeners().getFirst()))
        : Optional.empty();
  }

  private Optional<Place> at(Config config, int port) {
    for (Frontend frontend : configurations.get(config).frontends()) {
      for (Listener listener : frontend.listeners()) {
        if (listener.port() == port) {
          return Optional.of(new Place(config, frontend, listener));
        }
      }
    }
    return Optional.empty();
  }

  private Said judge(Place place, Request request, Outcome outcome, Turn turn, int hops) {
    Optional<String> status =
        turn.expectations().stream()
            .filter(e -> e.of().equals("resp.status") && e.operator().equals("=="))
            .map(Expectation::value)
            .findFirst();
    boolean rewritten = setsStatus(configurations.get(place.config));
    return switch (outcome) {
      case Outcome.Undecided undecided -> new Said(Score.NOT_MODELLED, undecided.because());
      case Outcome.Splits splits ->
          best(
              splits.of().stream()
                  .map(part -> judge(place, request, part.outcome(), turn, hops))
                  .toList());
      case Outcome.Responds responds ->
          rewritten
              ? new Said(Score.NOT_MODELLED, "response rules")
              : status(status, turn, Integer.toString(responds.status()));
      case Outcome.Redirects redirects -> {
        Optional<Expectation> location =
            turn.expectations().stream()
                .filter(e -> e.header("resp").equals(Optional.of("location")))
                .findFirst();
        yield location.isPresent() && !location.get().allows(Optional.of(redirects.location()))
            ? new Said(Score.WRONG, "expected location " + location.get().value())
            : status(status, turn, Integer.toString(redirects.status()));
      }
      case Outcome.Drops drops ->
          turn.closed()
              ? new Said(Score.RIGHT, "closed")
              : status.isPresent()
                  ? new Said(Score.WRONG, "expected status " + status.get())
                  : new Said(Score.NOTHING_TO_SAY, "");
      case Outcome.Reaches reaches -> reaches(place, request, reaches, turn, status, hops);
    };
  }

  private static Said status(Optional<String> expected, Turn turn, String actual) {
    if (expected.isEmpty()) {
      return turn.closed() && !turn.answered()
          ? new Said(Score.WRONG, "expected a closed connection, not " + actual)
          : new Said(Score.NOTHING_TO_SAY, "");
    }
    return expected.get().equals(actual)
        ? new Said(Score.RIGHT, "status " + actual)
        : new Said(Score.WRONG, "expected status " + expected.get());
  }

  /** The best of several servers that can get it. */
  private static Said best(List<Said> said) {
    for (Score score : List.of(Score.RIGHT, Score.NOTHING_TO_SAY, Score.NOT_MODELLED)) {
      for (Said one : said) {
        if (one.score == score) {
          return one;
        }
      }
    }
    return said.isEmpty() ? new Said(Score.WRONG, "nobody gets it") : said.getFirst();
  }

  private Said reaches(
      Place place,
      Request request,
      Outcome.Reaches reaches,
      Turn turn,
      Optional<String> status,
      int hops) {
    List<Said> all = new ArrayList<>();
    for (Outcome.Share share : reaches.servers()) {
      if (share.share() <= 0) {
        continue;
      }
      String address = share.address();
      Optional<Integer> port = port(address);
      Optional<Place> next = port.isPresent() ? next(port.get()) : socket(address);
      if (next.isPresent()) {
        all.add(
            hops == 0
                ? new Said(Score.NOT_MODELLED, "too many hops")
                : follow(next.get(), place, request, reaches, turn, hops));
        continue;
      }
      Optional<Actor> server = port.flatMap(this::server);
      all.add(
          server.isEmpty()
              ? new Said(Score.NOTHING_TO_SAY, "nobody of the test at " + share.address())
              : served(place, request, reaches, server.get(), turn, status));
    }
    return best(all);
  }

  private Said follow(
      Place next, Place from, Request request, Outcome.Reaches reaches, Turn turn, int hops) {
    if (next.listener.tls()
        && turn.expectations().stream().anyMatch(e -> e.value().equals("503"))) {
      return new Said(Score.NOT_MODELLED, "a TLS handshake with a server that fails");
    }
    if (responds(from, reaches)) {
      return new Said(Score.NOTHING_TO_SAY, "response rules on the way back");
    }
    Map<String, List<String>> headers = new LinkedHashMap<>(request.headers());
    reaches
        .headers()
        .forEach((name, value) -> {
          headers.keySet().removeIf(name::equalsIgnoreCase);
          value.ifPresent(text -> headers.put(name, List.of(text)));
        });
    Request sent =
        new Request(
            request.method(),
            request.url(),
            headers,
            Optional.empty(),
            Optional.of(next.listener.key()),
            Optional.empty(),
            request.version(),
            reaches.path().or(request::target));
    return judge(next, sent, routers.get(next.config).apply(sent), turn, hops - 1);
  }

  private static Optional<Integer> port(String address) {
    String text = address.substring(address.lastIndexOf(':') + 1);
    return text.matches("[0-9]{1,5}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  private Optional<Place> socket(String address) {
    for (Config config : configurations.keySet()) {
      for (Frontend frontend : configurations.get(config).frontends()) {
        for (Listener listener : frontend.listeners()) {
          if (listener.port() == 0 && address.contains(listener.address())) {
            return Optional.of(new Place(config, frontend, listener));
          }
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Place> next(int port) {
    Optional<String> name =
        test.ports().entrySet().stream()
            .filter(entry -> entry.getValue() == port)
            .map(Map.Entry::getKey)
            .findFirst();
    for (Config config : configurations.keySet()) {
      Optional<Place> direct = at(config, port);
      if (direct.isPresent()) {
        return direct;
      }
    }
    return name.flatMap(this::place);
  }

  private Optional<Actor> server(int port) {
    return test.ports().entrySet().stream()
        .filter(entry -> entry.getValue() == port)
        .flatMap(entry -> Optional.ofNullable(test.servers().get(entry.getKey())).stream())
        .findFirst();
  }

  private Said served(
      Place place,
      Request request,
      Outcome.Reaches reaches,
      Actor server,
      Turn turn,
      Optional<String> status) {
    List<Block> blocks = Script.blocks(server);
    if (blocks.isEmpty()) {
      return new Said(Score.NOTHING_TO_SAY, "its server has no script");
    }
    List<String> wrong = new ArrayList<>();
    int checked = 0;
    if (status.isPresent()) {
      String expected = status.get();
      boolean own =
          blocks.stream().anyMatch(block -> expected.equals(Integer.toString(block.status())));
      // 502 and 504 are what HAProxy says after it has tried a server.
      if (own || expected.equals("502") || expected.equals("504")) {
        checked++;
      } else if (!responds(place, reaches)) {
        wrong.add("expected status " + expected);
      }
    } else if (turn.closed() && !turn.answered() && !responds(place, reaches)) {
      wrong.add("expected a closed connection");
    }
    for (Expectation expectation : turn.expectations()) {
      Optional<Boolean> mark = mark(expectation, blocks, place, reaches);
      if (mark.isPresent() && !mark.get()) {
        wrong.add(
            "expected "
                + expectation.of()
                + " "
                + expectation.value()
                + ", not from "
                + server.name());
      }
      checked += mark.isPresent() ? 1 : 0;
    }
    List<String> unmet = new ArrayList<>();
    boolean some = blocks.stream().anyMatch(block -> block.expectations().isEmpty());
    boolean open = false;
    for (Block block : blocks) {
      List<Expectation> missing = missing(block, request, reaches);
      some |= missing.isEmpty();
      open |= missing.stream().allMatch(expectation -> unknown(expectation, place, reaches));
      missing.forEach(expectation -> unmet.add(expectation.toString()));
    }
    if (!some && open && wrong.isEmpty()) {
      return new Said(Score.NOT_MODELLED, "headers whose values are not known: " + unmet);
    }
    if (!some) {
      wrong.add(server.name() + " expects " + unmet);
    } else if (blocks.stream().noneMatch(block -> block.expectations().isEmpty())) {
      checked++;
    }
    return !wrong.isEmpty()
        ? new Said(Score.WRONG, String.join("; ", wrong))
        : checked > 0
            ? new Said(Score.RIGHT, "served by " + server.name())
            : new Said(Score.NOTHING_TO_SAY, "");
  }

  /** Whether the answer shows which server gave it, and this one can have. */
  private Optional<Boolean> mark(
      Expectation expectation, List<Block> blocks, Place place, Outcome.Reaches reaches) {
    Optional<String> header = expectation.header("resp");
    boolean body = expectation.of().equals("resp.body");
    if (expectation.value().equals("<undef>")
        || (header.isEmpty() && !body)
        || (header.isPresent() && changes(header.get(), place, reaches))) {
      return Optional.empty();
    }
    Function<Block, Optional<String>> has =
        block -> body ? block.body() : block.header(header.orElse(""));
    boolean told =
        test.servers().values().stream()
            .flatMap(server -> Script.blocks(server).stream())
            .anyMatch(block ->
                has.apply(block)
                    .filter(value -> expectation.allows(Optional.of(value)))
                    .isPresent());
    return told
        ? Optional.of(blocks.stream().anyMatch(block -> expectation.allows(has.apply(block))))
        : Optional.empty();
  }

  /** What a server expects of a request and the model says otherwise. */
  private static List<Expectation> missing(Block block, Request request, Outcome.Reaches reaches) {
    List<Expectation> missing = new ArrayList<>();
    for (Expectation expectation : block.expectations()) {
      Optional<String> name = expectation.header("req");
      boolean right =
          expectation.of().equals("req.url")
              ? expectation.allows(reaches.path().or(() -> Optional.of(request.sentTarget())))
              : name.isEmpty()
                  || !told(name.get())
                  || expectation.allows(sent(name.get(), request, reaches));
      if (!right) {
        missing.add(expectation);
      }
    }
    return missing;
  }

  /**
   * Headers that the model leaves out because their values are not known to it: a rule sets them to
   * something unmodelled, persistence takes its cookie out, compression the codings.
   */
  private boolean unknown(Expectation expectation, Place place, Outcome.Reaches reaches) {
    Optional<String> name = expectation.header("req");
    if (expectation.of().equals("req.url")) {
      return reaches.path().equals(Optional.of(UNKNOWN));
    }
    if (name.isEmpty()) {
      return false;
    }
    if (reaches.headers().containsKey(name.get())) {
      return reaches.headers().get(name.get()).equals(Optional.of(UNKNOWN));
    }
    Optional<Pool> pool = configurations.get(place.config).pool(reaches.pool());
    boolean set =
        Stream.concat(
                place.frontend.rules().stream(), pool.stream().flatMap(p -> p.rules().stream()))
            .flatMap(rules -> rules.rules().stream())
            .anyMatch(
                rule -> rule.text().toLowerCase(Locale.ROOT).contains("-header " + name.get()));
    boolean persistence =
        name.get().equals("cookie") && pool.flatMap(Pool::persistence).isPresent();
    boolean compression =
        name.get().equals("accept-encoding")
            && Stream.concat(
                    place.frontend.settings().stream(),
                    pool.stream().flatMap(p -> p.settings().stream()))
                .anyMatch(setting -> setting.name().equals("compression offload"));
    // The prover's diagrams hold the headers that a configuration names, not those that only a
    // request has.
    boolean patterns =
        model == Model.PROVE
            && Stream.concat(
                    place.frontend.rules().stream(), pool.stream().flatMap(p -> p.rules().stream()))
                .flatMap(rules -> rules.rules().stream())
                .anyMatch(rule -> rule.then() instanceof Action.DeleteHeaderRegex);
    return set || persistence || compression || patterns;
  }

  /** Framing of the body is HAProxy's own affair. */
  private static boolean told(String header) {
    return !List.of("content-length", "transfer-encoding", "connection", "te").contains(header);
  }

  private static Optional<String> sent(String name, Request request, Outcome.Reaches reaches) {
    if (reaches.headers().containsKey(name)) {
      return reaches.headers().get(name);
    }
    List<String> lines = request.lines(name);
    return lines.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", lines));
  }

  private boolean responds(Place place, Outcome.Reaches reaches) {
    return !rules(place, reaches).isEmpty();
  }

  private boolean changes(String header, Place place, Outcome.Reaches reaches) {
    return rules(place, reaches).stream()
        .anyMatch(rule -> rule.value().toLowerCase(Locale.ROOT).contains(header));
  }

  private List<Setting> rules(Place place, Outcome.Reaches reaches) {
    List<Setting> rules = new ArrayList<>(place.frontend.responseRules());
    configurations
        .get(place.config)
        .pool(reaches.pool())
        .map(Pool::responseRules)
        .ifPresent(rules::addAll);
    return rules;
  }

  private static boolean setsStatus(Configuration configuration) {
    return Stream.concat(
            configuration.frontends().stream().flatMap(f -> f.responseRules().stream()),
            configuration.pools().stream().flatMap(p -> p.responseRules().stream()))
        .anyMatch(rule -> (rule.name() + " " + rule.value()).contains("set-status"));
  }
}
