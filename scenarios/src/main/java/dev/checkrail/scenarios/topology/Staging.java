package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a seed decides: names, ports, shares and times. Seed 1 has the names of the postmortem.
 *
 * @param seed of everything that is drawn
 * @param usersPerSecond how many come to buy, on average
 * @param share of the users who use {@link #secondHost}
 * @param waitMillis before anything is done to the load balancer, once all runs: 15 to 25 s
 * @param ports by what they are of
 */
public record Staging(
    long seed,
    double usersPerSecond,
    double share,
    long waitMillis,
    String host,
    String secondHost,
    String reportsHost,
    String shopHost,
    String payPool,
    String reportsPool,
    String shopPool,
    String payPrefix,
    String reportsServer,
    Map<String, Integer> ports) {
  private static final int FIRST_PORT = 18_000;
  private static final int PORTS = 12_000; // below those that the system gives to clients

  public Staging {
    ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
  }

  /** Draws everything from a seed. */
  public static Staging of(long seed, double usersPerSecond) throws IOException {
    Random random = new Random(seed * 7919);
    boolean first = seed == 1;
    String domain = pick(first, random, "example.com", "example.org", "shop.example", "pay.test");
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (String what :
        List.of(
            "http", "log", "raw-log", "pay-1", "pay-2", "pay-3", "reports", "shop-1", "shop-2",
            "acq-a", "acq-b", "serve", "sink")) {
      ports.put(what, freePort(random, ports));
    }
    return new Staging(
        seed,
        usersPerSecond,
        first ? 0.40 : 0.32 + 0.16 * random.nextDouble(),
        15_000 + random.nextInt(10_000),
        pick(first, random, "pay", "checkout", "cards", "money") + "." + domain,
        pick(first, random, "pay-eu", "pay-west", "checkout-2", "m-pay") + "." + domain,
        pick(first, random, "reports", "bi", "numbers", "insight") + "." + domain,
        pick(first, random, "www", "store", "catalogue") + "." + domain,
        pick(first, random, "be_pay", "payments", "pool_cards", "px"),
        pick(first, random, "be_reports", "analytics", "pool_bi", "rx"),
        pick(first, random, "be_catalogue", "storefront", "pool_web", "cx"),
        pick(first, random, "pay-", "node", "gw-", "card"),
        pick(first, random, "rep-1", "bi7", "olap", "figures-a"),
        ports);
  }

  private static String pick(boolean first, Random random, String... of) {
    int drawn = random.nextInt(of.length);
    return first ? of[0] : of[drawn];
  }

  /** A port that nobody else on this machine listens on, nor will be given as a client. */
  public static int freePort(Random random, Map<String, Integer> taken) throws IOException {
    for (int tries = 0; tries < 1000; tries++) {
      int port = FIRST_PORT + random.nextInt(PORTS);
      if (!taken.containsValue(port) && isFree(port)) {
        return port;
      }
    }
    throw new IOException("no free port between " + FIRST_PORT + " and " + (FIRST_PORT + PORTS));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket();
        DatagramSocket datagrams = new DatagramSocket(null)) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      datagrams.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** A port. */
  public int port(String what) {
    Integer port = ports.get(what);
    if (port == null) {
      throw new IllegalArgumentException("no port of " + what);
    }
    return port;
  }

  /** A payment server's name, 1 to 3. */
  public String pay(int number) {
    return payPrefix + number;
  }
}
