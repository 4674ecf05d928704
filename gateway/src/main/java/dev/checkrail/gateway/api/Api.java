package dev.checkrail.gateway.api;

import dev.checkrail.gateway.acquiring.AcquirerClient;
import dev.checkrail.gateway.acquiring.Routing;
import dev.checkrail.gateway.card.Masking;
import dev.checkrail.gateway.operations.Drills;
import dev.checkrail.gateway.operations.Lifecycle;
import dev.checkrail.gateway.operations.Metrics;
import dev.checkrail.gateway.operations.Mode;
import dev.checkrail.gateway.operations.Workers;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.Merchant;
import dev.checkrail.gateway.store.PaymentRow;
import dev.checkrail.gateway.store.Payments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a request to its answer: which route, who asks, may he, and what it comes to. Knows nothing
 * of the server that carries it. A path is what was sent, byte for byte: nothing is decoded, so
 * that there is one way to write each of them.
 */
final class Api {
  private static final Logger LOG = LoggerFactory.getLogger(Api.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration WAIT_FOR_WORKER = Duration.ofSeconds(1);
  private static final Duration ASK_DEPENDENCY = Duration.ofSeconds(1);

  private static final String ID = "(pay_[0-9a-hjkmnp-tv-z]{26})";
  private static final Pattern PAYMENT = Pattern.compile("/v1/payments/" + ID);
  private static final Pattern OPERATION =
      Pattern.compile("/v1/payments/" + ID + "/(confirm|capture|void|refunds)");

  /** What an instance is made of. */
  record Parts(
      Instance instance,
      Flow flow,
      Payments payments,
      Authentication authentication,
      RateLimit rateLimit,
      Workers workers,
      Lifecycle lifecycle,
      Drills drills,
      Metrics metrics,
      Database database,
      Routing routing,
      InstantSource clock) {}

  /**
   * What an instance is configured for.
   *
   * @param name for people and diagnosis
   * @param workerTime in mode accepts-but-cannot: how long each payment holds a worker
   */
  record Instance(String name, Mode mode, Duration workerTime, String adminToken) {}

  /** A request as the server read it; header names in lower case. */
  interface Request {
    String method();

    String path();

    Optional<String> query(String name);

    Optional<String> header(String name);

    /** The body, or a refusal if it is longer than allowed. */
    byte[] body();
  }

  private final Parts parts;
  private final String openapi;
  private volatile Workers drillWorkers = new Workers(1);

  Api(Parts parts) {
    this.parts = parts;
    try (InputStream in = Api.class.getResourceAsStream("/openapi.yaml")) {
      openapi = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    parts
        .metrics()
        .gauge(
            "gateway_rate_limit_saturation",
            "Share of its limit that the busiest API key used in the last second",
            parts.rateLimit()::saturation);
    parts
        .metrics()
        .gauge(
            "gateway_rate_limit_refused_total",
            "Requests refused with 429",
            parts.rateLimit()::refused);
    parts
        .metrics()
        .gauge("gateway_workers_busy", "Payments that are worked on", parts.workers()::busy);
    parts
        .metrics()
        .gauge(
            "gateway_workers_waiting", "Payments that wait for a worker", parts.workers()::waiting);
    parts.metrics().gauge("gateway_workers_most", "Workers", parts.workers()::most);
    parts.metrics().over(parts.database());
  }

  /** The route's name for metrics and logs: a closed set. */
  static String route(String path) {
    if (path.equals("/v1/payments")
        || path.equals("/live")
        || path.equals("/ready")
        || path.equals("/dependencies")
        || path.equals("/capabilities")
        || path.equals("/metrics")
        || path.equals("/openapi.yaml")
        || path.equals("/drain")
        || path.equals("/admin/faults")) {
      return path;
    }
    if (PAYMENT.matcher(path).matches()) {
      return "/v1/payments/{id}";
    }
    Matcher operation = OPERATION.matcher(path);
    return operation.matches() ? "/v1/payments/{id}/" + operation.group(2) : "other";
  }

  /** Answers; never throws. */
  Answer answer(Request request, String requestId) {
    try {
      return dispatch(request, requestId);
    } catch (Refusal refusal) {
      return Answer.problem(refusal.problem(), requestId);
    } catch (RuntimeException e) {
      if (Database.isOutage(e)) {
        LOG.warn("the database cannot be reached: {}", e.getClass().getSimpleName());
        return Answer.problem(
            Problem.of(
                Code.DATABASE_UNAVAILABLE, "repeat the request, with the same key, in a second"),
            requestId);
      }
      LOG.error("a defect", e);
      return Answer.problem(
          Problem.of(Code.INTERNAL_ERROR, "please report the request id"), requestId);
    }
  }

  private Answer dispatch(Request request, String requestId) {
    String path = request.path();
    return switch (path) {
      case "/live" -> get(request, () -> state(200, "live"));
      case "/ready" -> get(request, this::ready);
      case "/capabilities" -> get(request, this::capabilities);
      case "/dependencies" -> get(request, this::dependencies);
      case "/metrics" ->
          get(
              request,
              () ->
                  new Answer(
                      200,
                      "text/plain; version=0.0.4; charset=utf-8",
                      parts.metrics().text(),
                      Map.of()));
      case "/openapi.yaml" ->
          get(request, () -> new Answer(200, "application/yaml", openapi, Map.of()));
      case "/drain" -> drain(request);
      case "/admin/faults" -> faults(request);
      case String other -> payments(request, requestId);
    };
  }

  // --- merchants

  private Answer payments(Request request, String requestId) {
    String path = request.path();
    Matcher one = PAYMENT.matcher(path);
    Matcher operation = OPERATION.matcher(path);
    boolean all = path.equals("/v1/payments");
    if (!all && !one.matches() && !operation.matches()) {
      throw Refusal.of(Code.NOT_FOUND, "there is nothing at this path");
    }
    boolean post = request.method().equals("POST");
    boolean get = request.method().equals("GET");
    if (!(all ? post || get : operation.matches() ? post : get)) {
      throw Refusal.of(Code.METHOD_NOT_ALLOWED, "this path has no such method");
    }
    if (parts.instance().mode() == Mode.REFUSE) {
      throw Refusal.of(
          Code.NOT_CONFIGURED_FOR_PAYMENTS,
          "instance " + parts.instance().name() + " is not configured to serve payments");
    }
    if (post) {
      request.body(); // a slow sender holds his own thread and no worker
    }
    if (parts.instance().mode() == Mode.ACCEPTS_BUT_CANNOT) {
      parts.workers().take(Duration.ofDays(1));
      try {
        pause(parts.instance().workerTime());
        return served(request, requestId, all, one, operation);
      } finally {
        parts.workers().give();
      }
    }
    Workers workers = workers();
    if (!workers.take(WAIT_FOR_WORKER)) {
      throw Refusal.of(Code.OVERLOADED, "all workers are busy; repeat with the same key");
    }
    try {
      return served(request, requestId, all, one, operation);
    } finally {
      workers.give();
    }
  }

  /** A drill may leave fewer of them. */
  private Workers workers() {
    int drill = parts.drills().faults().workers();
    if (drill == 0) {
      return parts.workers();
    }
    synchronized (this) {
      if (drillWorkers.most() != drill) {
        drillWorkers = new Workers(drill);
      }
      return drillWorkers;
    }
  }

  private Answer served(
      Request request, String requestId, boolean all, Matcher one, Matcher operation) {
    Merchant merchant = parts.authentication().of(request.header("authorization"));
    int drill = parts.drills().faults().rateLimitPerSecond();
    if (!parts.rateLimit().pass(merchant, drill > 0 ? drill : merchant.rateLimit())) {
      throw Refusal.of(Code.RATE_LIMITED, "this key has used up its limit of this second");
    }
    if (request.method().equals("GET")) {
      return all ? list(request, merchant) : read(merchant, one.group(1));
    }
    Flow.Asking asking =
        new Flow.Asking(
            merchant,
            idempotencyKey(request),
            request.path(),
            Deadline.of(request.header("x-request-deadline"), parts.clock()),
            requestId);
    String type = request.header("content-type").orElse("");
    byte[] body = request.body();
    if (body.length > 0 && !type.matches("(?i)application/json(\\s*;.*)?")) {
      throw Refusal.of(Code.UNSUPPORTED_MEDIA_TYPE, "Content-Type must be application/json");
    }
    disturb();
    Flow flow = parts.flow();
    if (all) {
      return flow.create(asking, Body.create(body));
    }
    String id = operation.group(1);
    return switch (operation.group(2)) {
      case "confirm" -> flow.confirm(asking, id, Body.confirm(body));
      case "capture" -> flow.capture(asking, id, Body.part(body));
      case "refunds" -> flow.refund(asking, id, Body.part(body));
      case String other -> {
        Body.nothing(body);
        yield flow.voided(asking, id);
      }
    };
  }

  private static String idempotencyKey(Request request) {
    String key =
        request
            .header("idempotency-key")
            .orElseThrow(() ->
                Refusal.field(
                    Code.IDEMPOTENCY_KEY_MISSING,
                    "Idempotency-Key",
                    "each POST needs a key of its own, e.g. a UUID"));
    if (!key.matches("[!-~]{1,255}")) {
      throw Refusal.field(
          Code.INVALID_HEADER, "Idempotency-Key", "must be 1 to 255 visible ASCII characters");
    }
    if (Masking.isCardNumber(key)) {
      throw Refusal.field(Code.INVALID_HEADER, "Idempotency-Key", "must not hold a card number");
    }
    return key;
  }

  /** What drills do to a payment before anything is done. */
  private void disturb() {
    double share = parts.drills().faults().errorShare();
    if (share > 0 && ThreadLocalRandom.current().nextDouble() < share) {
      throw new IllegalStateException("drill: the payment code fails");
    }
    int slow = parts.drills().faults().slowStatementMillis();
    if (slow > 0) {
      parts.database().occupy(Duration.ofMillis(slow));
    }
  }

  private Answer read(Merchant merchant, String id) {
    PaymentRow payment =
        parts
            .payments()
            .find(merchant.id(), merchant.mode(), id)
            .orElseThrow(() -> Refusal.of(Code.NOT_FOUND, "there is no such payment"));
    return Answer.json(200, PaymentJson.of(payment));
  }

  private Answer list(Request request, Merchant merchant) {
    int limit =
        request
            .query("limit")
            .map(text -> {
              if (!text.matches("[1-9][0-9]?|100")) {
                throw Refusal.field(Code.INVALID_FIELD, "limit", "must be 1 to 100");
              }
              return Integer.valueOf(text);
            })
            .orElse(20);
    Optional<String> after = request.query("after");
    if (after.isPresent() && !after.get().matches(ID)) {
      throw Refusal.field(Code.INVALID_FIELD, "after", "must be the id of a payment");
    }
    List<PaymentRow> page = parts.payments().list(merchant.id(), merchant.mode(), after, limit + 1);
    boolean more = page.size() > limit;
    return Answer.json(200, PaymentJson.page(more ? page.subList(0, limit) : page, more));
  }

  // --- operations

  private interface Work {
    Answer run();
  }

  private static Answer get(Request request, Work work) {
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      throw Refusal.of(Code.METHOD_NOT_ALLOWED, "this path has no such method");
    }
    return work.run();
  }

  private static Answer state(int status, String word) {
    return Answer.json(status, JSON.createObjectNode().put("status", word).toString());
  }

  private Answer ready() {
    boolean full =
        parts.instance().mode() == Mode.ON && workers().waiting() > 0 && !workers().anyFree();
    String word =
        !parts.lifecycle().isStarted()
            ? "starting"
            : parts.lifecycle().isDraining() ? "draining" : full ? "no free workers" : "ready";
    return state(word.equals("ready") ? 200 : 503, word);
  }

  private Answer capabilities() {
    ObjectNode node = JSON.createObjectNode();
    boolean serves = parts.instance().mode() == Mode.ON;
    node.put("status", serves ? "payments" : "no payments");
    node.put("instance", parts.instance().name());
    node.put("payments", serves);
    node.put("mode", parts.instance().mode().word());
    node.putArray("apis").add("v1");
    var acquirers = node.putArray("acquirers");
    parts.routing().all().keySet().forEach(acquirers::add);
    node.put("workers", parts.workers().most());
    node.put("database_connections", parts.database().size());
    node.put("faults_allowed", parts.drills().allowed());
    return Answer.json(200, node.toString());
  }

  private Answer dependencies() {
    Map<String, Boolean> states = new LinkedHashMap<>();
    states.put("database", parts.database().answers());
    for (AcquirerClient acquirer : parts.routing().all().values()) {
      states.put("acquirer " + acquirer.name(), acquirer.answers(ASK_DEPENDENCY));
    }
    ObjectNode node = JSON.createObjectNode();
    node.put("status", states.containsValue(false) ? "impaired" : "up");
    states.forEach((name, up) -> node.put(name, up ? "up" : "down"));
    return Answer.json(200, node.toString());
  }

  private Answer drain(Request request) {
    if (!request.method().equals("POST")) {
      throw Refusal.of(Code.METHOD_NOT_ALLOWED, "this path has no such method");
    }
    admin(request);
    parts.lifecycle().drain();
    return state(200, "draining");
  }

  private Answer faults(Request request) {
    if (!parts.drills().allowed()) {
      throw Refusal.of(Code.NOT_FOUND, "there is nothing at this path");
    }
    admin(request);
    if (request.method().equals("POST")) {
      parts.drills().set(FaultJson.change(parts.drills().faults(), Body.any(request.body())));
    } else if (!request.method().equals("GET")) {
      throw Refusal.of(Code.METHOD_NOT_ALLOWED, "this path has no such method");
    }
    return Answer.json(200, FaultJson.of(parts.drills().faults()));
  }

  private void admin(Request request) {
    byte[] wanted = parts.instance().adminToken().getBytes(StandardCharsets.UTF_8);
    byte[] sent =
        request
            .header("authorization")
            .filter(it -> it.startsWith("Bearer "))
            .map(it -> it.substring("Bearer ".length()).strip())
            .orElse("")
            .getBytes(StandardCharsets.UTF_8);
    if (wanted.length == 0 || !MessageDigest.isEqual(wanted, sent)) {
      throw Refusal.of(Code.UNAUTHENTICATED, "this needs the admin token of the instance");
    }
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
