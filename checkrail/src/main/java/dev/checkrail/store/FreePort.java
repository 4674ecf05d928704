package dev.checkrail.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/**
 * Ports for servers of our own on the loopback address. They are below those that the system gives
 * to clients (ip(7), {@code ip_local_port_range}): of those any can be taken by anybody's
 * connection at the moment when a server is to be started on it, or started again.
 */
public final class FreePort {
  private static final Path CLIENTS = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int LOWEST = 10_000;
  private static final int FEWEST = 2_000;
  private static final int TRIES = 1_000;

  private FreePort() {}

  /**
   * A port, drawn at random, that nobody listens on at the moment.
   *
   * @throws IOException if there is none
   */
  public static int next() throws IOException {
    int end = firstOfClients();
    if (end - LOWEST < FEWEST) {
      return bound(0);
    }
    RandomGenerator random = RandomGenerator.getDefault();
    for (int tries = 1; ; tries++) {
      try {
        return bound(random.nextInt(LOWEST, end));
      } catch (IOException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static int bound(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static int firstOfClients() {
    try {
      return Integer.parseInt(Files.readString(CLIENTS).strip().split("\\s+", 2)[0]);
    } catch (IOException | NumberFormatException e) {
      return LOWEST; // another system: it is asked for a port
    }
  }
}
