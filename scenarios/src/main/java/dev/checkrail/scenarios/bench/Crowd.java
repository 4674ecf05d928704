package dev.checkrail.scenarios.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Users, in a process of their own: an open loop with Poisson arrivals. Most pay, some look up
 * payments, some visit one of the shops; one user is one purchase with one key, has some patience
 * and tries once more. The load is that of those who pay; a quarter as many come beside them. Each
 * comes from an address of his own out of 127/8.
 *
 * <p>What they are like can be changed while they come, by lines on a port of the loopback: {@code
 * rate 6}, {@code patience 1.5}, {@code retries 10} (at once), {@code shouting 0.07}, {@code source
 * one}, {@code loop 300}, {@code testing 40}, {@code declines 0.6}, {@code pool 200 HOST}
 * (connections that are kept), {@code use 8} (each of them every 8 s), {@code usual}, {@code count}
 * (all, those who were not served, those who were but waited for more than a second); {@code warm
 * PORT} is no user: a payment server that nobody was sent to yet gets its first payments.
 */
public final class Crowd {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String GOOD_CARD = "4242424242424242";
  private static final String DECLINED_CARD = "4000000000000002";
  private static final double PAY = 0.80; // of all visits: so many others come beside
  private static final double LOOK = 0.08;
  private static final String POORER_CARD = "4000000000009995";
  private static final Duration LONG = Duration.ofSeconds(1);
  private static final int WARMING = 240;
  static final double WARMING_SECONDS = 10;

  private final JsonNode settings;
  private final double perSecond;
  private final List<String> keys = new ArrayList<>();
  private final Random arrivals;
  private final Writer log;
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong all = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong slow = new AtomicLong(); // served, but it took long
  private volatile Manners manners = Manners.USUAL;
  private volatile int era;
  private volatile double useEach; // seconds; 0: kept connections are not used

  /** What users are like at the moment. */
  private record Manners(
      double rate,
      double patience,
      int hastyRetries,
      double shouting,
      boolean oneSource,
      double loop,
      double testing,
      double declines) {
    static final Manners USUAL = new Manners(1, 8, 0, 0, false, 0, 0, 0);

    Manners with(String what, String value) {
      double number = value.matches("[0-9.]+") ? Double.parseDouble(value) : 0;
      return new Manners(
          what.equals("rate") ? number : rate,
          what.equals("patience") ? number : patience,
          what.equals("retries") ? (int) number : hastyRetries,
          what.equals("shouting") ? number : shouting,
          what.equals("source") ? value.equals("one") : oneSource,
          what.equals("loop") ? number : loop,
          what.equals("testing") ? number : testing,
          what.equals("declines") ? number : declines);
    }
  }

  private Crowd(JsonNode settings) throws IOException {
    this.settings = settings;
    this.perSecond = settings.path("load").asDouble();
    settings.path("keys").forEach(it -> keys.add(it.asString()));
    this.arrivals = new Random(settings.path("seed").asLong());
    this.log = Files.newBufferedWriter(Path.of(settings.path("log").asString()));
  }

  /** Takes the file with its settings; runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    Crowd crowd = new Crowd(JSON.readTree(Files.readString(Path.of(arguments[0]))));
    ServerSocket control =
        new ServerSocket(
            crowd.settings.path("control").asInt(), 8, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("control").start(() -> crowd.listen(control));
    Thread.ofPlatform().daemon().name("arrivals").start(() -> crowd.come());
    Thread.ofPlatform().daemon().name("loop").start(() -> crowd.others());
    System.out.println("comes");
    while (System.in.read() >= 0) {
      // Whoever started us is there.
    }
    System.exit(0);
  }

  // --- who comes when
  // -----------------------------------------------------------------------------

  private void come() {
    double at = System.nanoTime() / 1e9;
    while (true) {
      at += gap(perSecond / PAY * manners.rate());
      double now = System.nanoTime() / 1e9;
      if (at < now - 2) {
        at = now; // the machine slept; nobody comes twice for that
      }
      sleepUntil(at);
      double kind = arrivals.nextDouble();
      double tenant = arrivals.nextDouble();
      Random own = new Random(arrivals.nextLong());
      Thread.ofVirtual().start(() -> user(kind, tenant, own));
    }
  }

  /** Those who are not users: one client that asks in a loop, one that tries cards. */
  private void others() {
    double at = System.nanoTime() / 1e9;
    while (true) {
      Manners now = manners;
      if (now.loop() <= 0 && now.testing() <= 0) {
        sleepUntil(System.nanoTime() / 1e9 + 0.05);
        at = System.nanoTime() / 1e9;
        continue;
      }
      at += gap(now.loop() + now.testing());
      sleepUntil(at);
      boolean loops = arrivals.nextDouble() * (now.loop() + now.testing()) < now.loop();
      Random own = new Random(arrivals.nextLong());
      Thread.ofVirtual()
          .start(() -> {
            if (loops) {
              ask(lookup(settings.path("looper").asString()), host(0.9), source(own, 1), 8);
            } else {
              String body = payment(1, own.nextBoolean() ? DECLINED_CARD : POORER_CARD);
              ask(
                  post(keys.getFirst(), "test-" + numbers.incrementAndGet(), body),
                  host(0.9),
                  source(own, 3),
                  8);
            }
          });
    }
  }

  private double gap(double rate) {
    return -Math.log(1 - arrivals.nextDouble()) / Math.max(rate, 1e-6);
  }

  private static void sleepUntil(double seconds) {
    double left = seconds - System.nanoTime() / 1e9;
    while (left > 0) {
      LockSupport.parkNanos((long) (left * 1e9));
      left = seconds - System.nanoTime() / 1e9;
    }
  }

  // --- a user
  // -------------------------------------------------------------------------------------

  /**
   * One user.
   *
   * @param kind 0 to 1: pays, looks up, shops
   * @param which 0 to 1: which of the hosts
   */
  private void user(double kind, double which, Random random) {
    Manners now = manners;
    String key = keys.get(random.nextInt(keys.size()));
    String source = now.oneSource() ? "127.0.0.1" : source(random, 200);
    String request;
    String host;
    String what;
    if (kind < PAY) {
      what = "pay";
      host = host(which);
      boolean declined = random.nextDouble() < Math.max(0.02, now.declines());
      request =
          post(
              key,
              "u-" + settings.path("run").asString() + "-" + numbers.incrementAndGet(),
              payment(100 + random.nextInt(20_000), declined ? DECLINED_CARD : GOOD_CARD));
      if (random.nextDouble() < now.shouting()) {
        host = random.nextBoolean() ? host.toUpperCase(Locale.ROOT) : host + ":443";
      }
    } else if (kind < PAY + LOOK) {
      what = "look";
      host = host(which);
      request = lookup(key);
    } else {
      what = "shop";
      int tenant = (int) (which * 11);
      host =
          tenant == 10
              ? settings.path("shopHost").asString()
              : "t" + tenant + "." + settings.path("shopHost").asString();
      request = "GET / HTTP/1.1\r\n";
    }
    serve(now, what, host, source, request, random);
  }

  private void serve(
      Manners now, String what, String host, String source, String request, Random random) {
    Instant begun = Instant.now();
    StringBuilder statuses = new StringBuilder();
    int status = ask(request, host, source, now.patience());
    statuses.append(status);
    int left = now.hastyRetries() > 0 ? now.hastyRetries() : 1;
    while (!isServed(status) && left > 0) {
      left--;
      if (now.hastyRetries() == 0) {
        sleepUntil(System.nanoTime() / 1e9 + 0.5 + random.nextDouble());
      }
      status = ask(request, host, source, now.patience());
      statuses.append(' ').append(status);
    }
    all.incrementAndGet();
    if (!isServed(status)) {
      failed.incrementAndGet();
    } else if (Instant.now().isAfter(begun.plus(LONG))) {
      slow.incrementAndGet();
    }
    write(begun, what, host, statuses.toString());
  }

  private static boolean isServed(int status) {
    return status == 200 || status == 201 || status == 202 || status == 402;
  }

  private synchronized void write(Instant begun, String what, String host, String statuses) {
    try {
      log.write(
          String.format(
              Locale.ROOT,
              "{\"at\":\"%s\",\"what\":\"%s\",\"host\":\"%s\",\"statuses\":\"%s\",\"ms\":%d}%n",
              begun,
              what,
              host,
              statuses,
              Duration.between(begun, Instant.now()).toMillis()));
      log.flush();
    } catch (IOException e) {
      System.err.println("checkrail: what users meet can't be kept: " + e.getMessage());
    }
  }

  private String host(double which) {
    return settings
        .path(which < settings.path("share").asDouble() ? "secondHost" : "host")
        .asString();
  }

  private static String source(Random random, int many) {
    int one = random.nextInt(many);
    return "127.9." + one / 100 + "." + (1 + one % 100);
  }

  private static String payment(int amount, String card) {
    return """
    {"amount":%d,"currency":"EUR","card":{"number":"%s","expiry_month":12,"expiry_year":2040,"cvc":"737"}}\
    """
        .formatted(amount, card);
  }

  private String post(String key, String idempotency, String body) {
    return "POST /v1/payments HTTP/1.1\r\nAuthorization: Bearer "
        + key
        + "\r\nIdempotency-Key: "
        + idempotency
        + "\r\nX-Customer: c-"
        + Math.floorMod(idempotency.hashCode(), 500)
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\n"
        + body;
  }

  private static String lookup(String key) {
    return "GET /v1/payments?limit=2 HTTP/1.1\r\nAuthorization: Bearer " + key + "\r\n";
  }

  /** Asks on a connection of its own; the status, or 0 without an answer in time. */
  private int ask(String request, String host, String source, double patience) {
    return ask(settings.path("http").asInt(), request, host, source, patience);
  }

  private static int ask(int port, String request, String host, String source, double patience) {
    try (Socket socket = new Socket()) {
      Exchange exchange = new Exchange(socket, patience);
      exchange.connect(source, port);
      return exchange.ask(request, host, true);
    } catch (IOException e) {
      return 0;
    }
  }

  /** As whoever deploys a server does before it is used. */
  private void warm(int port) {
    for (int i = 0; i < WARMING; i++) {
      String key = keys.get(i % keys.size());
      String idempotency =
          "warm-" + settings.path("run").asString() + "-" + numbers.incrementAndGet();
      double when = System.nanoTime() / 1e9 + WARMING_SECONDS * i / WARMING;
      Thread.ofVirtual()
          .start(() -> {
            sleepUntil(when);
            ask(port, post(key, idempotency, payment(100, GOOD_CARD)), host(0.9), "127.0.0.1", 8);
            ask(port, lookup(key), host(0.9), "127.0.0.1", 8);
          });
    }
  }

  /** One client with a connection that it keeps: it asks once, and again when it is used. */
  private void stay(String host, Random random) {
    String request = lookup(keys.get(random.nextInt(keys.size())));
    int now = era;
    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
    while (System.nanoTime() < until && era == now) {
      try (Socket socket = new Socket()) {
        Exchange exchange = new Exchange(socket, 8);
        exchange.connect(source(random, 200), settings.path("http").asInt());
        boolean open = true;
        while (open && era == now) {
          Instant begun = Instant.now();
          int status = exchange.ask(request, host, false);
          all.incrementAndGet();
          if (!isServed(status)) {
            failed.incrementAndGet();
          }
          write(begun, "stay", host, Integer.toString(status));
          open = exchange.open();
          rest(now, random);
        }
      } catch (IOException e) {
        write(Instant.now(), "stay", host, "0");
        rest(now, random);
      }
    }
  }

  /** Until it is used again. */
  private void rest(int now, Random random) {
    double least = 0.5;
    while (useEach <= 0 && era == now) {
      sleepUntil(System.nanoTime() / 1e9 + 0.1);
      least = 0; // not all of them in the same moment
    }
    sleepUntil(System.nanoTime() / 1e9 + useEach * (least + random.nextDouble()));
  }

  // --- being told
  // ---------------------------------------------------------------------------------

  private void listen(ServerSocket control) {
    while (true) {
      try (Socket socket = control.accept()) {
        socket.setSoTimeout(5000);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = in.readLine();
        if (line != null) {
          new PrintStream(socket.getOutputStream(), true, StandardCharsets.UTF_8)
              .println(told(line.strip()));
        }
      } catch (IOException e) {
        // Whoever asked has gone.
      }
    }
  }

  private String told(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "usual" -> {
        manners = Manners.USUAL;
        useEach = 0;
        era++;
      }
      case "count" -> {
        return "{\"all\":%d,\"failed\":%d,\"slow\":%d}"
            .formatted(all.get(), failed.get(), slow.get());
      }
      case "pool" -> {
        int many = Integer.parseInt(words[1]);
        for (int i = 0; i < many; i++) {
          Random own = new Random(arrivals.nextLong());
          double when = System.nanoTime() / 1e9 + 3.0 * i / many;
          Thread.ofVirtual()
              .start(() -> {
                sleepUntil(when);
                stay(words[2], own);
              });
        }
      }
      case "warm" -> warm(Integer.parseInt(words[1]));
      case "use" -> useEach = Double.parseDouble(words[1]);
      default -> manners = manners.with(words[0], words.length > 1 ? words[1] : "");
    }
    return "told";
  }
}
