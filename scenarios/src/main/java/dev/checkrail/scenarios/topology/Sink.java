package dev.checkrail.scenarios.topology;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The people who are told: an HTTP server that writes down when each page came and what it said,
 * one JSON line each. It stamps the moment at which the request's first byte was handed to it.
 */
public final class Sink implements AutoCloseable {
  private static final int LONGEST = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;
  private final Writer out;
  private final List<Page> pages = new CopyOnWriteArrayList<>();
  private final List<Consumer<Page>> listeners = new CopyOnWriteArrayList<>();

  private Sink(HttpServer server, Writer out) {
    this.server = server;
    this.out = out;
  }

  /**
   * What came.
   *
   * @param received when
   * @param delivery of {@code Checkrail-Delivery}: the same for each attempt to send the same
   * @param body what it said
   */
  public record Page(Instant received, String delivery, JsonNode body) {
    /** {@code opened}, {@code cause}, {@code resolved}, … */
    public String kind() {
      return body.path("kind").asString("");
    }

    /** Whether somebody is to be woken. */
    public boolean wakes() {
      return body.path("wake").asBoolean(false);
    }
  }

  static Sink start(int port, Path file) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    Sink sink = new Sink(server, Files.newBufferedWriter(file));
    server.createContext("/", sink::take);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return sink;
  }

  private void take(HttpExchange exchange) throws IOException {
    Instant received = Instant.now();
    try (exchange) {
      byte[] bytes = exchange.getRequestBody().readNBytes(LONGEST);
      JsonNode body;
      try {
        body = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
      } catch (JacksonException e) {
        body = JSON.createObjectNode().put("unreadable", e.getOriginalMessage());
      }
      String delivery = String.valueOf(exchange.getRequestHeaders().getFirst("Checkrail-Delivery"));
      Page page = new Page(received, delivery, body);
      ObjectNode line = JSON.createObjectNode();
      line.put("received", received.toString());
      line.put("delivery", delivery);
      line.put(
          "signature",
          String.valueOf(exchange.getRequestHeaders().getFirst("Checkrail-Signature")));
      line.set("body", body);
      synchronized (out) {
        out.write(JSON.writeValueAsString(line));
        out.write('\n');
        out.flush();
      }
      exchange.sendResponseHeaders(204, -1);
      pages.add(page);
      listeners.forEach(it -> it.accept(page));
    }
  }

  /** All that came. */
  public List<Page> pages() {
    return List.copyOf(pages);
  }

  /** Whoever wants to know of each page as it comes. */
  public void each(Consumer<Page> listener) {
    listeners.add(listener);
  }

  @Override
  public void close() {
    server.stop(0);
    try {
      synchronized (out) {
        out.close();
      }
    } catch (IOException e) {
      System.err.println("checkrail: the pages can't be kept: " + e.getMessage());
    }
  }
}
