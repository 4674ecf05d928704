package dev.checkrail.gateway.webhook;

import dev.checkrail.gateway.store.Outbox;
import dev.checkrail.gateway.store.Vault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events, each at least once. Taken is what is answered with 2xx; redirects are not followed.
 * Waits after the n-th failure 5 s · 2ⁿ, an hour at most; after {@value #MOST_TRIES} tries (about
 * eight hours) an event is dead and stays in the outbox for people.
 *
 * <p>Signature: {@code Webhook-Signature: t=SECONDS,v1=HEX} where HEX is HMAC-SHA-256 of {@code
 * SECONDS.BODY} under the merchant's secret.
 */
public final class Webhooks {
  private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
  private static final int BATCH = 20;
  private static final int WITHIN_MILLIS = 5000;
  static final int MOST_TRIES = 16;

  private final Outbox outbox;
  private final Vault vault;
  private final InstantSource clock;
  private final boolean allowPrivate;
  private final Duration firstPause;

  /**
   * @param allowPrivate whether addresses inside a network may be called
   * @param firstPause after the first failure; doubled after each further one
   */
  public Webhooks(
      Outbox outbox, Vault vault, InstantSource clock, boolean allowPrivate, Duration firstPause) {
    this.outbox = outbox;
    this.vault = vault;
    this.clock = clock;
    this.allowPrivate = allowPrivate;
    this.firstPause = firstPause;
  }

  /** What a merchant's secret is sealed for. */
  public static String purpose(String merchantId) {
    return "webhook:" + merchantId;
  }

  /**
   * Whether this can be a webhook's address.
   *
   * @throws IllegalArgumentException with a sentence for people
   */
  public static void check(String url) {
    try {
      new Target(URI.create(url));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a webhook's address is https://HOST/PATH", e);
    }
  }

  /** Sends what is due; gives how many events were tried. */
  public int step() {
    List<Outbox.Event> due = outbox.lease(BATCH, Duration.ofMillis(6L * WITHIN_MILLIS));
    try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
      due.forEach(it -> tasks.submit(() -> deliver(it)));
    }
    return due.size();
  }

  private void deliver(Outbox.Event event) {
    String failure;
    try {
      int status = post(event);
      if (status >= 200 && status < 300) {
        outbox.taken(event.id());
        return;
      }
      failure = "answered " + status;
    } catch (IOException | RuntimeException e) {
      failure = e.getClass().getSimpleName() + ": " + e.getMessage();
    }
    boolean dead = event.tries() >= MOST_TRIES;
    Duration pause = firstPause.multipliedBy(1L << Math.min(event.tries() - 1, 12));
    Duration hour = Duration.ofHours(1);
    outbox.failed(
        event.id(),
        dead ? Optional.empty() : Optional.of(pause.compareTo(hour) > 0 ? hour : pause),
        failure.substring(0, Math.min(200, failure.length())));
    if (dead) {
      LOG.warn("event {} of {} is dead: {}", event.id(), event.merchantId(), failure);
    }
  }

  private int post(Outbox.Event event) throws IOException {
    Target target = new Target(URI.create(event.url()));
    String body =
        "{\"id\":\"evt_%d\",\"type\":\"%s\",\"sequence\":%d,\"created_at\":\"%s\",\"data\":%s}"
            .formatted(
                event.id(),
                event.type(),
                event.sequence(),
                Instant.ofEpochMilli(event.createdMillis()),
                event.payload());
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    long seconds = clock.instant().getEpochSecond();
    String signature =
        event
            .secret()
            .map(it -> vault.open(it, purpose(event.merchantId())))
            .map(secret -> "t=" + seconds + ",v1=" + signature(secret, seconds, body))
            .orElse("");
    String head =
        """
        POST %s HTTP/1.1\r
        Host: %s\r
        Content-Type: application/json\r
        Content-Length: %d\r
        Webhook-Id: evt_%d\r
        Webhook-Sequence: %d\r
        Webhook-Signature: %s\r
        User-Agent: checkrail-payment-gateway\r
        Connection: close\r
        \r
        """
            .formatted(
                target.pathAndQuery(),
                target.hostHeader(),
                bytes.length,
                event.id(),
                event.sequence(),
                signature);
    try (Socket socket = target.connect(allowPrivate, WITHIN_MILLIS)) {
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      out.write(bytes);
      out.flush();
      return status(socket);
    }
  }

  private static int status(Socket socket) throws IOException {
    var in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1), 256);
    char[] line = new char[12]; // HTTP/1.1 200
    int length = 0;
    while (length < line.length) {
      int count = in.read(line, length, line.length - length);
      if (count < 0) {
        throw new IOException("no answer");
      }
      length += count;
    }
    String text = new String(line);
    if (!text.matches("HTTP/1\\.[01] [0-9]{3}")) {
      throw new IOException("not an HTTP answer");
    }
    return Integer.parseInt(text.substring(9));
  }

  /** HMAC-SHA-256 in hexadecimal; public so that receivers in tests need not invent it again. */
  public static String signature(String secret, long seconds, String body) {
    return HexFormat.of()
        .formatHex(Vault.hmac(secret.getBytes(StandardCharsets.UTF_8), seconds + "." + body));
  }
}
