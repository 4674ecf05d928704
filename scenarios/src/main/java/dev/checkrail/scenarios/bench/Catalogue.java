package dev.checkrail.scenarios.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** A server of the catalogue: knows its own pages, and no payments. */
final class Catalogue implements AutoCloseable {
  private final HttpServer server;

  private Catalogue(HttpServer server) {
    this.server = server;
  }

  static Catalogue start(InetAddress address, int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 64);
    byte[] page = "<!doctype html><title>Shop</title>\n".getBytes(StandardCharsets.UTF_8);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            boolean ours = !exchange.getRequestURI().getPath().startsWith("/v1/");
            exchange.sendResponseHeaders(ours ? 200 : 404, page.length);
            exchange.getResponseBody().write(page);
          }
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return new Catalogue(server);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
