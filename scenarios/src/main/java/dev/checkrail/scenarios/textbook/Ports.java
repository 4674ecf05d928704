package dev.checkrail.scenarios.textbook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/** Loopback ports that nobody uses, below those that the system gives to clients. */
final class Ports {
  private static final int FIRST = 30_100;
  private static final int LAST = 32_700;

  private final Random random;
  private final Set<Integer> given = new HashSet<>();

  Ports(long seed) {
    random = new Random(seed);
  }

  int next() throws IOException {
    for (int tries = 0; tries < 500; tries++) {
      int port = FIRST + random.nextInt(LAST - FIRST);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        continue; // somebody's
      }
      if (given.add(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + LAST);
  }
}
