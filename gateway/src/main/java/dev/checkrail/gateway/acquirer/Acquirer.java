package dev.checkrail.gateway.acquirer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A running acquirer: the protocol of {@linkplain dev.checkrail.gateway.acquirer this package} over
 * HTTP. One lock is held while a request is decided and takes its place in the journal; nobody is
 * answered, about a new operation or an old one, before all that the answer depends on is on the
 * disk.
 */
public final class Acquirer implements AutoCloseable {
  private static final int BODY_LIMIT = 16_384;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String name;
  private final byte[] token;
  private final byte[] hashKey;
  private final InstantSource clock;
  private final Journal journal;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private final Object lock = new Object(); // guards the four below
  private final Books books;
  private RandomGenerator random;
  private Conduct conduct = Conduct.NORMAL;

  private volatile boolean closed;

  /**
   * What an acquirer is started with.
   *
   * @param port on loopback; 0 takes a free one
   * @param data its folder, made if it is not there
   * @param token what {@code /control} and {@code /books} want to see
   * @param seed of the draws which requests are hit by a mode
   */
  public record Settings(String name, int port, Path data, String token, long seed) {}

  /**
   * Starts one; recovers what its folder holds.
   *
   * @throws IOException if the port or the folder is taken, or the journal is damaged
   */
  public static Acquirer start(Settings settings, InstantSource clock) throws IOException {
    Files.createDirectories(settings.data());
    Books books = new Books();
    byte[] hashKey = hashKey(settings.data().resolve("hash.key"));
    Journal journal =
        Journal.open(
            settings.data().resolve("journal.jsonl"),
            line -> books.record(OperationJson.read(line)));
    try {
      return new Acquirer(settings, clock, books, journal, hashKey);
    } catch (IOException | RuntimeException e) {
      journal.close();
      throw e;
    }
  }

  private Acquirer(
      Settings settings, InstantSource clock, Books books, Journal journal, byte[] hashKey)
      throws IOException {
    this.name = settings.name();
    this.token = settings.token().getBytes(StandardCharsets.UTF_8);
    this.clock = clock;
    this.books = books;
    this.journal = journal;
    this.hashKey = hashKey;
    this.random = Conduct.random(settings.seed());
    // Read once, when the server's class is loaded. Without it small answers wait 40 ms for an ACK.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port()), 1024);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Where it listens, on loopback. */
  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    closed = true;
    server.stop(0);
    threads.shutdownNow();
    journal.close();
  }

  /** An answer, before it is sent. */
  private record Answer(int status, byte[] body) {
    static Answer of(int status, JsonNode body) {
      return new Answer(status, JSON.writeValueAsBytes(body));
    }

    static Answer problem(int status, String code, String detail) {
      return of(status, JSON.createObjectNode().put("code", code).put("detail", detail));
    }
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      String path = exchange.getRequestURI().getRawPath();
      switch (path) {
        case "/live" ->
            send(exchange, Answer.of(200, JSON.createObjectNode().put("acquirer", name)));
        case "/control" -> send(exchange, guarded(exchange, "POST", () -> control(body(exchange))));
        case "/books" -> send(exchange, guarded(exchange, "GET", this::allBooks));
        default -> serve(exchange, path);
      }
    } catch (IOException e) {
      // The caller has gone, or its connection was cut on purpose: nobody is there to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // --- what the network does to a request -------------------------------------------------------

  private void serve(HttpExchange exchange, String path) throws IOException, InterruptedException {
    Conduct.Met met;
    synchronized (lock) {
      met = conduct.meet(random);
    }
    if (met.mode() == Mode.DOWN) {
      return; // closes the connection
    }
    JsonNode body;
    Action action;
    try {
      body = exchange.getRequestMethod().equals("POST") ? body(exchange) : JSON.createObjectNode();
      action = action(exchange.getRequestMethod(), path, body);
    } catch (BadRequest e) {
      send(exchange, Answer.problem(400, "bad-request", String.valueOf(e.getMessage())));
      return;
    }
    if (met.mode() == Mode.NORMAL) {
      met = action.byCard();
    }
    switch (met.mode()) {
      case NORMAL -> send(exchange, action.run().get());
      case DOWN -> {}
      case ERROR ->
          send(exchange, Answer.problem(500, "internal", "the acquirer has failed, on purpose"));
      case SLOW -> {
        Thread.sleep(met.millis());
        send(exchange, action.run().get());
      }
      case TIMEOUT_BUT_CHARGED -> {
        action.run().get();
        Thread.sleep(met.millis());
      }
      case HALF_ANSWER -> sendHalf(exchange, action.run().get());
    }
  }

  private interface Work {
    Answer get();
  }

  /** What was asked, and what the card number makes of the network. */
  private record Action(Conduct.Met byCard, Work run) {
    static Action of(Work run) {
      return new Action(Conduct.Met.NOTHING, run);
    }
  }

  private Action action(String method, String path, JsonNode body) {
    if (method.equals("GET") && path.startsWith("/operations/")) {
      return Action.of(() -> inquire(path.substring("/operations/".length())));
    }
    if (!method.equals("POST")) {
      return Action.of(() -> Answer.problem(405, "method", "only POST is possible here"));
    }
    return switch (path) {
      case "/authorise" -> authorise(body);
      case "/capture" -> {
        Request request =
            new Request.Capture(reference(body), original(body), amount(body), currency(body));
        yield Action.of(() -> perform(request, ""));
      }
      case "/void" -> {
        Request request = new Request.Void(reference(body), original(body));
        yield Action.of(() -> perform(request, ""));
      }
      case "/refund" -> {
        Request request =
            new Request.Refund(reference(body), original(body), amount(body), currency(body));
        yield Action.of(() -> perform(request, ""));
      }
      case "/reverse" -> {
        String reference = reference(body);
        yield Action.of(() -> reverse(reference));
      }
      default ->
          Action.of(() -> Answer.problem(404, "no-such-path", "there is nothing at this path"));
    };
  }

  private Action authorise(JsonNode body) {
    JsonNode card = body.path("card");
    Request.Authorise request =
        new Request.Authorise(
            reference(body),
            amount(body),
            currency(body),
            flag(body, "capture"),
            new Card(
                text(card, "number", "card.number"),
                number(card, "expiryMonth"),
                number(card, "expiryYear"),
                text(card, "cvc", "card.cvc")));
    Mode mode = TestCard.of(request.card().number()).map(TestCard::mode).orElse(Mode.NORMAL);
    boolean first;
    synchronized (lock) {
      first = books.find(request.reference()).isEmpty();
    }
    Conduct.Met met =
        first ? new Conduct.Met(mode, Conduct.usualMillis(mode)) : Conduct.Met.NOTHING;
    return new Action(met, () -> perform(request, request.card().number()));
  }

  // --- the work ---------------------------------------------------------------------------------

  private Answer perform(Request request, String secret) {
    String fingerprint = fingerprint(request, secret);
    Books.Known known;
    CompletableFuture<Void> durable;
    synchronized (lock) {
      Optional<Books.Known> before = books.find(request.reference());
      if (before.isPresent()) {
        known = before.get();
        durable = journal.settled();
      } else {
        Operation entry = books.decide(request, fingerprint, clock.instant());
        durable = enter(entry);
        known = new Books.Known(entry, false);
      }
    }
    return once(
        durable,
        () ->
            known.operation().kind() == Kind.TOMBSTONE
                    || known.operation().fingerprint().equals(fingerprint)
                ? Answer.of(200, shown(known))
                : Answer.problem(
                    409, "reference-conflict", "this reference was used for another request"));
  }

  private Answer reverse(String reference) {
    CompletableFuture<Void> durable;
    synchronized (lock) {
      try {
        durable =
            books.reverse(reference, clock.instant()).map(this::enter).orElseGet(journal::settled);
      } catch (Books.HasSuccessors e) {
        return Answer.problem(
            409, "has_successors", "a capture or refund that is still valid builds upon it");
      }
    }
    return once(
        durable,
        () ->
            Answer.of(
                200,
                JSON.createObjectNode()
                    .put("reference", reference)
                    .put("reversed", true)
                    .put("acquirerId", name)));
  }

  private Answer inquire(String reference) {
    Optional<Books.Known> known;
    CompletableFuture<Void> durable;
    synchronized (lock) {
      known = books.find(reference);
      durable = journal.settled();
    }
    return once(
        durable,
        () ->
            known
                .map(it -> Answer.of(200, shown(it)))
                .orElseGet(() ->
                    Answer.problem(404, "not-known", "not known; it may still be on its way")));
  }

  /** Only with the lock: the books and the journal have the same order. */
  private CompletableFuture<Void> enter(Operation entry) {
    books.record(entry);
    return journal.append(JSON.writeValueAsString(OperationJson.write(entry)));
  }

  private Answer once(CompletableFuture<Void> durable, Work answer) {
    try {
      durable.join();
      return answer.get();
    } catch (CompletionException e) {
      if (!closed) {
        // The books in memory are now ahead of the disk. Only a restart brings them together.
        System.err.println(
            "acquirer " + name + ": the journal can't be written, stopping: " + e.getCause());
        Runtime.getRuntime().halt(70);
      }
      return Answer.problem(503, "stopping", "the acquirer is being stopped");
    }
  }

  private ObjectNode shown(Books.Known known) {
    ObjectNode node = OperationJson.write(known.operation());
    node.remove(List.of("sequence", "fingerprint"));
    return node.put("reversed", known.reversed()).put("acquirerId", name);
  }

  private Answer allBooks() throws IOException {
    StringBuilder lines = new StringBuilder();
    journal.settled().join();
    for (String line : journal.lines()) {
      lines.append(line).append('\n');
    }
    return new Answer(200, lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private Answer control(JsonNode body) {
    String word = text(body, "mode", "mode");
    Mode mode = Mode.of(word).orElseThrow(() -> new BadRequest("mode", "is none of the modes"));
    JsonNode millis = body.path("millis");
    JsonNode share = body.path("share");
    Conduct wanted =
        new Conduct(
            mode,
            millis.isMissingNode() ? Conduct.usualMillis(mode) : whole(millis, "millis"),
            share.isMissingNode() ? 1 : share.doubleValue(-1));
    synchronized (lock) {
      conduct = wanted;
      if (!body.path("seed").isMissingNode()) {
        random = Conduct.random(whole(body.path("seed"), "seed"));
      }
    }
    return Answer.of(
        200,
        JSON.createObjectNode()
            .put("mode", wanted.mode().word())
            .put("millis", wanted.millis())
            .put("share", wanted.share()));
  }

  // --- reading and writing ----------------------------------------------------------------------

  private interface Guarded {
    Answer get() throws IOException;
  }

  private Answer guarded(HttpExchange exchange, String method, Guarded work) throws IOException {
    String sent = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] given =
        sent != null && sent.startsWith("Bearer ")
            ? sent.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    if (!MessageDigest.isEqual(given, token)) {
      return Answer.problem(401, "unauthorised", "wants the control token as a bearer token");
    }
    if (!exchange.getRequestMethod().equals(method)) {
      return Answer.problem(405, "method", "only " + method + " is possible here");
    }
    try {
      return work.get();
    } catch (BadRequest e) {
      return Answer.problem(400, "bad-request", String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode body(HttpExchange exchange) throws IOException {
    byte[] bytes;
    try (InputStream in = exchange.getRequestBody()) {
      bytes = in.readNBytes(BODY_LIMIT + 1);
    }
    if (bytes.length > BODY_LIMIT) {
      throw new BadRequest("the body", "is longer than " + BODY_LIMIT + " bytes");
    }
    try {
      JsonNode node = JSON.readTree(bytes);
      if (!node.isObject()) {
        throw new BadRequest("the body", "is no JSON object");
      }
      return node;
    } catch (JacksonException e) {
      throw new BadRequest("the body", "is no JSON");
    }
  }

  private static String reference(JsonNode body) {
    return name(body, "reference");
  }

  private static String original(JsonNode body) {
    return name(body, "original");
  }

  private static String name(JsonNode body, String field) {
    String name = text(body, field, field);
    if (!name.matches("[A-Za-z0-9_.:-]{1,100}")) {
      throw new BadRequest(field, "is not 1 to 100 of A-Z a-z 0-9 _ . : -");
    }
    return name;
  }

  private static long amount(JsonNode body) {
    long amount = whole(body.path("amount"), "amount");
    if (amount < 1 || amount > 1_000_000_000_000L) {
      throw new BadRequest("amount", "is not within 1 and 1000000000000");
    }
    return amount;
  }

  private static String currency(JsonNode body) {
    String currency = text(body, "currency", "currency");
    if (!currency.matches("[A-Z]{3}")) {
      throw new BadRequest("currency", "is not three capital letters");
    }
    return currency;
  }

  private static boolean flag(JsonNode body, String field) {
    if (!body.path(field).isBoolean()) {
      throw new BadRequest(field, "is neither true nor false");
    }
    return body.path(field).booleanValue();
  }

  private static int number(JsonNode card, String field) {
    return Math.toIntExact(Math.clamp(whole(card.path(field), "card." + field), -1, 1_000_000));
  }

  private static long whole(JsonNode node, String field) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new BadRequest(field, "is no whole number");
    }
    return node.longValue();
  }

  private static String text(JsonNode body, String field, String name) {
    if (!body.path(field).isString()) {
      throw new BadRequest(name, "is missing or no text");
    }
    return body.path(field).stringValue();
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    exchange.getResponseBody().write(answer.body());
    exchange.getResponseBody().close();
  }

  private static void sendHalf(HttpExchange exchange, Answer answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(answer.status(), answer.body().length);
    exchange.getResponseBody().write(answer.body(), 0, answer.body().length / 2);
    exchange.getResponseBody().flush();
  }

  /**
   * What makes two requests of one reference the same. Keyed: card numbers are few and guessable.
   */
  private String fingerprint(Request request, String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(hashKey, "HmacSHA256"));
      mac.update((request + "|" + secret).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(), 0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hashKey(Path path) throws IOException {
    if (Files.exists(path) && Files.size(path) == 32) {
      return Files.readAllBytes(path);
    }
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    Files.deleteIfExists(path);
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(path, key, StandardOpenOption.SYNC, StandardOpenOption.WRITE);
    return key;
  }
}
