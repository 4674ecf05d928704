package dev.checkrail.gateway.chaos;

import dev.checkrail.gateway.acquirer.Mode;
import dev.checkrail.gateway.store.Database;
import dev.checkrail.gateway.store.DatabaseAddress;
import dev.checkrail.gateway.store.EmbeddedPostgres;
import dev.checkrail.gateway.store.FreePort;
import dev.checkrail.gateway.store.Merchants;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A database, two acquirers and some instances of the gateway, each a process of its own on
 * loopback, all in one folder. Closing it ends them all.
 */
final class Stack implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);

  private final Path folder;
  private final Path programs;
  private final String token;
  private final List<String> further;
  private final List<Child> acquirers = new ArrayList<>();
  private final List<Child> instances = new ArrayList<>();
  private final List<URI> acquirerUrls = new ArrayList<>();
  private final List<URI> urls = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private @Nullable EmbeddedPostgres database; // guarded by this
  private boolean closed; // guarded by this

  private Stack(Path folder, Path programs, String token, List<String> further) {
    this.folder = folder;
    this.programs = programs;
    this.token = token;
    this.further = List.copyOf(further);
  }

  /**
   * A stack of which nothing runs yet.
   *
   * @param folder for all that it writes; made if missing
   * @param programs where PostgreSQL is unpacked; kept for the next time
   * @param further options of {@code serve}
   */
  static Stack in(Path folder, Path programs, int instances, String... further) throws IOException {
    Files.createDirectories(folder.resolve("log"));
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    Files.writeString(folder.resolve("control.token"), token);
    Stack stack = new Stack(folder, programs, token, List.of(further));
    for (String name : List.of("acq-a", "acq-b")) {
      int port = FreePort.next();
      URI url = URI.create("http://127.0.0.1:" + port);
      stack.acquirerUrls.add(url);
      stack.acquirers.add(
          new Child(
              name,
              List.of(
                  "acquirer",
                  "--name",
                  name,
                  "--port",
                  Integer.toString(port),
                  "--data",
                  folder.resolve(name).toString(),
                  "--control-token-file",
                  folder.resolve("control.token").toString()),
              url.resolve("/live"),
              folder.resolve("log").resolve(name + ".log")));
    }
    for (int i = 0; i < instances; i++) {
      // Kept over restarts, as a load balancer would know it.
      stack.urls.add(URI.create("http://127.0.0.1:" + FreePort.next()));
    }
    return stack;
  }

  /** Starts everything; returns once all of it serves. */
  void start() throws IOException, InterruptedException, SQLException {
    DatabaseAddress address;
    synchronized (this) {
      database = EmbeddedPostgres.start(folder.resolve("database"), programs);
      Database.migrate(database.asOwner());
      address = database.asInstance();
    }
    for (int i = 0; i < urls.size(); i++) {
      String name = "pay-" + (i + 1);
      instances.add(
          new Child(
              name,
              serve(name, urls.get(i), address),
              urls.get(i).resolve("/ready"),
              folder.resolve("log").resolve(name + ".log")));
    }
    for (Child child : children()) {
      child.start();
    }
    for (Child child : children()) {
      child.awaitHealthy(STARTS_WITHIN);
    }
  }

  private List<String> serve(String name, URI url, DatabaseAddress address) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "serve",
                "--name",
                name,
                "--port",
                Integer.toString(url.getPort()),
                "--data",
                folder.resolve("gateway").toString(),
                "--database-url",
                address.url(),
                "--database-user",
                address.user(),
                "--database-password-file",
                folder.resolve("database/instance.password").toString()));
    for (int i = 0; i < acquirers.size(); i++) {
      arguments.add("--acquirer");
      arguments.add(acquirers.get(i).name() + "=" + acquirerUrls.get(i));
    }
    // Else the second one would have something to do only while the first one is down.
    arguments.addAll(List.of("--route", "USD=acq-b,acq-a", "--route", "GBP=acq-b,acq-a"));
    arguments.addAll(further);
    return arguments;
  }

  /** Acquirers and instances. */
  List<Child> children() {
    List<Child> all = new ArrayList<>(acquirers);
    all.addAll(instances);
    return all;
  }

  List<Child> acquirers() {
    return acquirers;
  }

  List<Child> instances() {
    return instances;
  }

  List<URI> urls() {
    return List.copyOf(urls);
  }

  synchronized DatabaseAddress database() throws IOException {
    return running().asInstance();
  }

  /** Adds a merchant whose rate limit is out of the way; his API key. */
  String addMerchant() throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String key = "sk_test_" + HexFormat.of().formatHex(random);
    DatabaseAddress owner;
    synchronized (this) {
      owner = running().asOwner();
    }
    try (Database rows = Database.open(owner, 1, 10_000, new SimpleMeterRegistry())) {
      Merchants merchants = new Merchants(rows);
      merchants.add("mer_chaos", "Chaos", Optional.empty(), Optional.empty());
      merchants.addKey("mer_chaos", "test", key, 1_000_000);
    }
    return key;
  }

  private EmbeddedPostgres running() throws IOException {
    if (database == null) {
      throw new IOException("the database does not run");
    }
    return database;
  }

  /** Their journals, by name. */
  Map<String, String> journals() {
    Map<String, String> journals = new LinkedHashMap<>();
    acquirers.forEach(it ->
        journals.put(it.name(), folder.resolve(it.name()).resolve("journal.jsonl").toString()));
    return journals;
  }

  /** Tells an acquirer how to behave. False if it is not there to be told. */
  boolean control(int acquirer, Mode mode, long millis, double share) throws InterruptedException {
    String body =
        "{\"mode\": \"%s\", \"millis\": %d, \"share\": %s}".formatted(mode.word(), millis, share);
    try {
      HttpResponse<Void> answer =
          http.send(
              HttpRequest.newBuilder(acquirerUrls.get(acquirer).resolve("/control"))
                  .timeout(Duration.ofSeconds(5))
                  .header("Authorization", "Bearer " + token)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.discarding());
      return answer.statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Stops the database, in order or by kill -9 of its first process, and starts it again. */
  synchronized void restartDatabase(boolean kill) throws IOException, InterruptedException {
    if (closed) {
      return;
    }
    if (kill) {
      Optional<ProcessHandle> server = server();
      server.ifPresent(ProcessHandle::destroyForcibly);
      server.ifPresent(it -> it.onExit().join());
    }
    running().close();
    database = EmbeddedPostgres.start(folder.resolve("database"), programs);
  }

  private Optional<ProcessHandle> server() throws IOException {
    Path pid = folder.resolve("database/pgdata/postmaster.pid");
    return Files.exists(pid)
        ? ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).getFirst().strip()))
        : Optional.empty();
  }

  /** How many attempts are open; with {@code all} also those that have any step to come. */
  private long stepsToCome(boolean all) throws SQLException, IOException {
    return count(
        "select count(*) from operations where next_step_at is not null"
            + (all ? "" : " and (state in ('pending', 'unknown') or next_step = 'void')"));
  }

  private long count(String query) throws SQLException, IOException {
    DatabaseAddress address = database();
    try (Connection connection =
            DriverManager.getConnection(address.url(), address.user(), address.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  /** Waits until nothing has a step to come; false if that takes too long. */
  boolean awaitReconciled(Duration atMost, boolean untilVerified) throws InterruptedException {
    long until = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() - until < 0) {
      try {
        if (stepsToCome(untilVerified) == 0) {
          return true;
        }
      } catch (SQLException | IOException e) {
        // Asked again.
      }
      TimeUnit.MILLISECONDS.sleep(500);
    }
    return false;
  }

  /**
   * Ends all of it: instances and acquirers by kill -9, as they must bear it; the database in
   * order.
   */
  @Override
  public void close() {
    children().forEach(Child::retire);
    synchronized (this) {
      closed = true;
      if (database != null) {
        database.close();
        database = null;
      }
    }
    http.close();
  }
}
