package dev.checkrail.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people carry in their pockets: takes what a webhook sends, and writes it down. */
final class Sink implements AutoCloseable {
  static final String SECRET = "a secret of this very test";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch ended = new CountDownLatch(1);
  final List<Post> posts = new CopyOnWriteArrayList<>();

  /** What it answers; 0: nothing at all. */
  volatile int status = 204;

  record Post(String path, String delivery, String signature, String text, JsonNode body) {
    String kind() {
      return get("kind");
    }

    String get(String name) {
      return body.has(name) ? body.get(name).asString() : "";
    }
  }

  Sink() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    int now = status;
    if (now == 0) {
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
      return;
    }
    posts.add(
        new Post(
            exchange.getRequestURI().getPath(),
            header(exchange, "Checkrail-Delivery"),
            header(exchange, "Checkrail-Signature"),
            text,
            JSON.readTree(text)));
    if (now >= 300 && now < 400) {
      exchange.getResponseHeaders().set("Location", url("/elsewhere").toString());
    }
    exchange.sendResponseHeaders(now, -1);
    exchange.close();
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  URI url(String path) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  /**
   * What came to a path, without heartbeats, as {@code kind} with an exclamation mark for a wake.
   */
  List<String> told(String path) {
    return at(path).stream()
        .map(post -> post.kind() + (post.body().get("wake").booleanValue() ? "!" : ""))
        .toList();
  }

  List<Post> at(String path) {
    return posts.stream()
        .filter(post -> post.path().equals(path) && !post.kind().equals("watchdog"))
        .toList();
  }

  /** On a loaded machine a minute is not long. */
  static void within(String what, BooleanSupplier so) {
    long end = System.nanoTime() + Duration.ofSeconds(120).toNanos();
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within 120 s: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** A file for {@code --on-call}, with the secret beside it. */
  static Path file(Path folder, String text) throws IOException {
    Path secret = folder.resolve("pager.secret");
    if (!Files.exists(secret)) {
      Files.createFile(
          secret,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(secret, SECRET + "\n");
    }
    return Files.writeString(folder.resolve("on-call.yaml"), text);
  }

  @Override
  public void close() {
    ended.countDown();
    server.stop(0);
    workers.shutdownNow();
  }
}
