package dev.checkrail.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Runs what most commands run, once, so that {@code bin/checkrail} can record a cache of the
 * start-up from it (JEP 514): the classes that judge a configuration, and those that ask a control
 * plane, which is played by a server of this process on the loopback device. Says nothing.
 */
final class Training {
  private static final byte[] CHANGE =
      "{\"number\":1,\"state\":\"withdrawn\"}".getBytes(StandardCharsets.UTF_8);

  private Training() {}

  /** With a configuration that may be read. */
  public static void main(String[] arguments) throws IOException {
    String file = arguments[0];
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", Training::answer);
    server.start();
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      Surroundings at =
          new Surroundings(
              InputStream.nullInputStream(),
              nowhere,
              nowhere,
              Map.of("CHECKRAIL_SERVER", url, "CHECKRAIL_TOKEN", "of-nobody"),
              Path.of(""),
              false,
              false,
              true,
              InstantSource.system(),
              System::nanoTime);
      // What they answer is of no matter here.
      var unused = Main.run(List.of("check", file), at);
      unused = Main.run(List.of("change", "propose", "edge", file, "--why", "none"), at);
      unused = Main.run(List.of("change", "list", "--format", "json"), at);
    } finally {
      server.stop(0);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var unused = exchange.getRequestBody().readAllBytes();
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, CHANGE.length);
      exchange.getResponseBody().write(CHANGE);
    }
  }
}
