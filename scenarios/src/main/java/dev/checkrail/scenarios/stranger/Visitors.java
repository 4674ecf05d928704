package dev.checkrail.scenarios.stranger;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** People who look at the shop, and somebody who reads reports: traffic that nobody talks about. */
public final class Visitors {
  private static final double REPORTS = 0.08;
  private static final int PATIENCE = 10_000;

  private Visitors() {}

  /**
   * Takes port, shop's host, reports' host, key file, visitors a second, seed; ends when killed.
   */
  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(arguments[0]);
    String key = Files.readString(Path.of(arguments[3])).strip();
    double rate = Double.parseDouble(arguments[4]);
    Random random = new Random(Long.parseLong(arguments[5]));
    String shop = request("/goods/1", arguments[1], "");
    String reports =
        request("/v1/payments?limit=20", arguments[2], "Authorization: Bearer " + key + "\r\n");
    System.out.println("come");
    long next = System.nanoTime();
    while (true) {
      next += (long) (-Math.log(1 - random.nextDouble()) / rate * 1e9);
      LockSupport.parkNanos(Math.max(0, next - System.nanoTime()));
      String asked = random.nextDouble() < REPORTS ? reports : shop;
      Thread.startVirtualThread(() -> visit(port, asked));
    }
  }

  private static String request(String path, String host, String more) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\n"
        + more
        + "Connection: close\r\n\r\n";
  }

  private static void visit(int port, String asked) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE);
      socket.setSoTimeout(PATIENCE);
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes();
    } catch (IOException e) {
      // He goes away.
    }
  }
}
