package dev.checkrail.gateway;

import dev.checkrail.gateway.acquirer.Acquirer;
import dev.checkrail.gateway.api.Gateway;
import dev.checkrail.gateway.operations.Mode;
import dev.checkrail.gateway.store.TestDatabase;
import dev.checkrail.gateway.store.Vault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A small world to pay in: the shared embedded database, two acquirers with books of their own, one
 * merchant of its own, and as many instances as a test wants.
 */
public final class World implements AutoCloseable {
  public static final JsonMapper JSON = new JsonMapper();
  public static final String ADMIN = "admin-token-of-the-tests";
  public static final String CARD =
      "{\"number\":\"4242424242424242\",\"expiry_month\":12,\"expiry_year\":2040,\"cvc\":\"737\"}";

  private final Path folder;
  private final Map<String, Acquirer> acquirers = new LinkedHashMap<>();
  private final Map<String, URI> addresses = new LinkedHashMap<>();
  private final List<Gateway> instances = new ArrayList<>();
  public final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  public final String key;

  /** {@code folder} is a temporary one of the test. */
  public World(Path folder) throws Exception {
    this.folder = folder;
    this.key = TestDatabase.merchant(100_000, null);
    startAcquirer("acq-a", 0);
    startAcquirer("acq-b", 0);
  }

  public void startAcquirer(String name, int port) throws IOException {
    Acquirer acquirer =
        Acquirer.start(
            new Acquirer.Settings(name, port, folder.resolve(name), "control", 1),
            InstantSource.system());
    acquirers.put(name, acquirer);
    addresses.put(name, URI.create("http://127.0.0.1:" + acquirer.port()));
  }

  public void stopAcquirer(String name) {
    acquirers.get(name).close();
  }

  public int acquirerPort(String name) {
    return addresses.get(name).getPort();
  }

  /** What differs from the usual settings. */
  public static final class Setup {
    public Mode mode = Mode.ON;
    public int workers = 128;
    public int pool = 8;
    public Duration acquirerWithin = Duration.ofSeconds(5);
    public Duration giveUpAfter = Duration.ofSeconds(60);
    public Duration lease = Duration.ofSeconds(30);
    public Duration poolWait = Duration.ofSeconds(2);
    public Duration workerTime = Duration.ofMillis(600);
    public boolean allowFaults = true;
    public boolean allowPrivateWebhooks = true;
    public String databaseUrl;
    public Map<String, URI> acquirers;
    public InstantSource clock = InstantSource.system();
  }

  public Gateway serve() throws Exception {
    return serve(new Setup());
  }

  public Gateway serve(Setup setup) throws Exception {
    Gateway.Settings usual = Gateway.Settings.usual("test", 0, ADMIN);
    Gateway gateway =
        Gateway.start(
            new Gateway.Settings(
                "test-" + instances.size(),
                usual.host(),
                0,
                usual.connections(),
                setup.mode,
                setup.workers,
                setup.pool,
                setup.poolWait,
                setup.workerTime,
                setup.acquirerWithin,
                setup.giveUpAfter,
                setup.lease,
                Duration.ofMillis(50),
                false,
                setup.allowFaults,
                setup.allowPrivateWebhooks,
                ADMIN,
                setup.acquirers == null ? addresses : setup.acquirers,
                Map.of("GBP", List.of("acq-b", "acq-a"))),
            setup.databaseUrl == null
                ? TestDatabase.instance()
                : new dev.checkrail.gateway.store.DatabaseAddress(
                    setup.databaseUrl,
                    TestDatabase.instance().user(),
                    TestDatabase.instance().password()),
            vault(),
            setup.clock);
    instances.add(gateway);
    return gateway;
  }

  public static Vault vault() {
    return TestDatabase.vault();
  }

  // --- asking

  /** An answer, with its JSON. */
  public record Said(int status, String body, java.net.http.HttpHeaders headers) {
    public JsonNode json() {
      return JSON.readTree(body);
    }

    public String text(String field) {
      return json().path(field).asString("");
    }
  }

  public Said post(Gateway to, String path, String idempotencyKey, String body) {
    return post(to, path, idempotencyKey, body, key);
  }

  public Said post(Gateway to, String path, String idempotencyKey, String body, String as) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(to, path))
            .header("Authorization", "Bearer " + as)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (idempotencyKey != null) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return send(request);
  }

  public Said get(Gateway from, String path) {
    return send(HttpRequest.newBuilder(uri(from, path)).header("Authorization", "Bearer " + key));
  }

  public Said admin(Gateway to, String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(to, path))
            .header("Authorization", "Bearer " + ADMIN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  public Said send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(
              request.timeout(Duration.ofSeconds(30)).build(),
              HttpResponse.BodyHandlers.ofString());
      return new Said(response.statusCode(), response.body(), response.headers());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static URI uri(Gateway gateway, String path) {
    return URI.create("http://127.0.0.1:" + gateway.port() + path);
  }

  /** Creates a payment under a new key. */
  public Said create(Gateway to, String body) {
    return post(to, "/v1/payments", fresh(), body);
  }

  public static String fresh() {
    return UUID.randomUUID().toString();
  }

  public static String sale(long amount) {
    return "{\"amount\":%d,\"currency\":\"EUR\",\"card\":%s}".formatted(amount, CARD);
  }

  public static String sale(long amount, String number) {
    return sale(amount).replace("4242424242424242", number);
  }

  public static String hold(long amount) {
    return "{\"amount\":%d,\"currency\":\"EUR\",\"capture\":\"manual\",\"card\":%s}"
        .formatted(amount, CARD);
  }

  // --- acquirers

  public void control(String acquirer, String body) {
    Said said =
        send(
            HttpRequest.newBuilder(addresses.get(acquirer).resolve("/control"))
                .header("Authorization", "Bearer control")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    if (said.status() != 200) {
      throw new IllegalStateException(said.body());
    }
  }

  /** The entries of an acquirer's books, oldest first. */
  public List<JsonNode> books(String acquirer) {
    return send(HttpRequest.newBuilder(addresses.get(acquirer).resolve("/books"))
            .header("Authorization", "Bearer control"))
        .body()
        .lines()
        .map(JSON::readTree)
        .toList();
  }

  /** What acquirers took from cards and did not give back, in minor units. */
  public long charged() {
    long sum = 0;
    for (String name : acquirers.keySet()) {
      Map<String, JsonNode> standing = new LinkedHashMap<>();
      for (JsonNode entry : books(name)) {
        String kind = entry.path("kind").asString("");
        if (kind.equals("reverse")) {
          standing.remove(entry.path("reference").asString(""));
        } else if (entry.path("outcome").asString("").equals("approved")) {
          standing.put(entry.path("reference").asString(""), entry);
        }
      }
      for (JsonNode entry : standing.values()) {
        long amount = entry.path("amount").longValue(0);
        sum +=
            switch (entry.path("kind").asString("")) {
              case "authorise" -> entry.path("capture").booleanValue(false) ? amount : 0;
              case "capture" -> amount;
              case "refund" -> -amount;
              default -> 0;
            };
      }
    }
    return sum;
  }

  /** Waits for something that happens soon. */
  public static void eventually(BooleanSupplier what) {
    eventually(Duration.ofSeconds(60), what);
  }

  public static void eventually(Duration within, BooleanSupplier what) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!what.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within " + within);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
    }
  }

  @Override
  public void close() {
    instances.forEach(Gateway::close);
    acquirers.values().forEach(Acquirer::close);
    http.shutdownNow();
  }
}
