package dev.checkrail.scenarios.textbook;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The webhook that Alertmanager calls. Stamps each notification when it comes in and writes it down
 * as it is, one JSON line each.
 */
final class Pager implements AutoCloseable {
  private static final int LONGEST = 1 << 22;
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpServer server;
  private final Writer out;
  private final Consumer<Told> listener;
  private final List<Told> told = new CopyOnWriteArrayList<>();

  /**
   * An alert in a notification.
   *
   * @param received when the notification came
   * @param by the settings of those who sent it
   * @param firing false: it says that this is over
   * @param labels without the alert's name
   */
  record Told(
      Instant received,
      String by,
      boolean firing,
      Map<String, String> labels,
      String alert,
      String summary) {
    Told {
      labels = Map.copyOf(labels);
    }

    String severity() {
      return labels.getOrDefault("severity", "");
    }
  }

  private Pager(HttpServer server, Writer out, Consumer<Told> listener) {
    this.server = server;
    this.out = out;
    this.listener = listener;
  }

  /** Listens on a free port. */
  static Pager start(Path file, Consumer<Told> listener) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    Pager pager = new Pager(server, Files.newBufferedWriter(file), listener);
    server.createContext("/", pager::take);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return pager;
  }

  /** The address for one who sends. */
  String url(String by) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + by;
  }

  /** All that came so far. */
  List<Told> told() {
    return List.copyOf(told);
  }

  private void take(HttpExchange exchange) throws IOException {
    Instant received = Instant.now();
    try (exchange) {
      String by = exchange.getRequestURI().getPath().substring(1);
      byte[] bytes = exchange.getRequestBody().readNBytes(LONGEST);
      List<Told> news;
      try {
        JsonNode body = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
        write(received, by, body);
        news = read(received, by, body);
      } catch (JacksonException e) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      exchange.sendResponseHeaders(200, -1);
      told.addAll(news);
      news.forEach(listener);
    }
  }

  private void write(Instant received, String by, JsonNode body) throws IOException {
    ObjectNode line = JSON.createObjectNode();
    line.put("received", received.toString());
    line.put("by", by);
    line.set("body", body);
    synchronized (out) {
      out.write(JSON.writeValueAsString(line));
      out.write('\n');
      out.flush();
    }
  }

  /** The alerts of a notification in Alertmanager's webhook format 4. */
  static List<Told> read(Instant received, String by, JsonNode body) {
    List<Told> all = new ArrayList<>();
    for (JsonNode alert : body.path("alerts")) {
      Map<String, String> labels = new TreeMap<>();
      alert
          .path("labels")
          .properties()
          .forEach(it -> labels.put(it.getKey(), it.getValue().asString()));
      String name = labels.remove("alertname");
      all.add(
          new Told(
              received,
              by,
              alert.path("status").asString("").equals("firing"),
              labels,
              name == null ? "" : name,
              alert.path("annotations").path("summary").asString("")));
    }
    return all;
  }

  @Override
  public void close() {
    server.stop(0);
    try {
      synchronized (out) {
        out.close();
      }
    } catch (IOException e) {
      System.err.println("checkrail: the notifications can't be kept: " + e.getMessage());
    }
  }
}
