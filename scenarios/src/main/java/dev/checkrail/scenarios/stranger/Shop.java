package dev.checkrail.scenarios.stranger;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** The catalogue: two servers in one process that answer everything at once. */
public final class Shop {
  private static final byte[] PAGE =
      "<!doctype html><title>Shop</title><p>Everything must go.\n".getBytes(StandardCharsets.UTF_8);

  private Shop() {}

  /** Takes the ports to serve on. */
  public static void main(String[] arguments) throws IOException {
    for (String port : arguments) {
      HttpServer server =
          HttpServer.create(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)), 64);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              boolean payments = exchange.getRequestURI().getPath().startsWith("/v1/");
              exchange.getRequestBody().readAllBytes();
              exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
              exchange.sendResponseHeaders(payments ? 404 : 200, PAGE.length);
              exchange.getResponseBody().write(PAGE);
            }
          });
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.start();
    }
    System.out.println("serves");
  }
}
