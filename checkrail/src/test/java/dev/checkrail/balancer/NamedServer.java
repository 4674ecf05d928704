package dev.checkrail.balancer;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A server that answers with its name, or that takes requests and never answers them. */
public final class NamedServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch ended = new CountDownLatch(1);
  public final AtomicInteger requests = new AtomicInteger();

  private NamedServer(String name, Predicate<String> stuck) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    byte[] answer = name.getBytes(StandardCharsets.UTF_8);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          if (stuck.test(exchange.getRequestURI().getPath())) {
            try {
              ended.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  public static NamedServer good(String name) throws IOException {
    return new NamedServer(name, path -> false);
  }

  public static NamedServer stuck(String name) throws IOException {
    return new NamedServer(name, path -> !path.equals("/ready"));
  }

  /** One that never answers what it is not there for. */
  public static NamedServer stuckAt(String name, String prefix) throws IOException {
    return new NamedServer(name, path -> path.startsWith(prefix));
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    ended.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
