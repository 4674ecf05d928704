package dev.checkrail.gateway.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the gateway for one thing, as a shop's page does for its user: with one key, with patience
 * for each attempt, and at most one retry.
 *
 * <p>While the gateway says "not final yet" (202, or 409 that the first request is running) the
 * page asks again with the same key, within the same patience. An answer that is final for the key
 * (200, 201, 402, the gateway's own 502, and what is the request's own fault) is not retried; a 502
 * of a load balancer is. An address that refuses the connection has received nothing: the next one
 * is asked, which is no retry.
 */
final class Shop {
  static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final Duration ASK_AGAIN = Duration.ofMillis(500);
  private static final JsonMapper JSON = new JsonMapper();

  private final List<URI> urls;
  private final Optional<String> hostHeader;
  private final String apiKey;
  private final AtomicInteger next = new AtomicInteger();

  Shop(List<URI> urls, Optional<String> hostHeader, String apiKey) {
    this.urls = List.copyOf(urls);
    this.hostHeader = hostHeader;
    this.apiKey = apiKey;
  }

  /**
   * What is asked for.
   *
   * @param host asked for instead of the shop's own
   */
  record Wanted(
      int user,
      String operation,
      String path,
      String key,
      long amount,
      String currency,
      String body,
      Optional<String> host) {
    Wanted at(Optional<String> other) {
      return new Wanted(user, operation, path, key, amount, currency, body, other);
    }

    @Override
    public String toString() {
      return "Wanted[" + operation + " " + key + "]"; // the body has a card number
    }
  }

  /** One step of a user. Blocks as long as the user waits. */
  Step ask(Wanted wanted, Instant intendedStart, Duration pauseBeforeRetry)
      throws InterruptedException {
    List<Step.Attempt> attempts = new ArrayList<>();
    int first = Math.floorMod(next.getAndIncrement(), urls.size());
    Said said = attempt(wanted, first, attempts);
    if (said.retry()) {
      Thread.sleep(pauseBeforeRetry);
      Said second = attempt(wanted, first + 1, attempts);
      said = second.payment().isPresent() ? second : second.withPaymentOf(said);
    }
    return new Step(
        wanted.user(),
        wanted.operation(),
        wanted.key(),
        wanted.host().or(() -> hostHeader).orElseGet(() -> urls.getFirst().getAuthority()),
        wanted.amount(),
        wanted.currency(),
        intendedStart,
        said.told(),
        said.payment(),
        said.status(),
        attempts);
  }

  /** What one attempt came to. */
  private record Said(
      Step.Told told, boolean retry, Optional<String> payment, Optional<String> status) {
    static final Said NOTHING =
        new Said(Step.Told.NOTHING, true, Optional.empty(), Optional.empty());

    Said withPaymentOf(Said other) {
      return new Said(told, retry, other.payment, other.status);
    }
  }

  private Said attempt(Wanted wanted, int first, List<Step.Attempt> attempts)
      throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    int refused = 0;
    String further =
        "Content-Type: application/json\r\n"
            + "Idempotency-Key: "
            + wanted.key()
            + "\r\n"
            + "X-Request-Deadline: "
            + Instant.now().plus(PATIENCE).toEpochMilli()
            + "\r\n";
    Said last = Said.NOTHING;
    while (true) {
      URI url = urls.get((first + refused) % urls.size());
      String head = head("POST", wanted.path(), url, wanted.host()) + further;
      Instant start = Instant.now();
      try {
        Exchange.Answer answer =
            Exchange.send(address(url), head, Optional.of(wanted.body()), until);
        attempts.add(
            new Step.Attempt(
                url.toString(),
                start,
                Instant.now(),
                answer.status(),
                Optional.empty(),
                Optional.ofNullable(answer.headers().get("x-request-id"))));
        last = said(answer);
        boolean running = answer.status() == 202 || answer.status() == 409;
        if (!running || !last.retry() || until - System.nanoTime() < ASK_AGAIN.toNanos()) {
          return last;
        }
      } catch (IOException e) {
        attempts.add(
            new Step.Attempt(url.toString(), start, Instant.now(), 0, Optional.of(what(e))));
        refused++;
        if (e instanceof ConnectException && refused < urls.size()) {
          continue;
        }
        return last.payment().isPresent() ? Said.NOTHING.withPaymentOf(last) : Said.NOTHING;
      }
      Thread.sleep(ASK_AGAIN);
    }
  }

  private static String what(IOException e) {
    return e instanceof SocketTimeoutException
        ? "no patience any more"
        : Optional.ofNullable(e.getMessage()).orElse(e.getClass().getSimpleName());
  }

  private static Said said(Exchange.Answer answer) {
    JsonNode body = json(answer.body());
    boolean isPayment = answer.status() < 300;
    Optional<String> payment =
        Optional.ofNullable(body.path(isPayment ? "id" : "payment").stringValue(null));
    Optional<String> status =
        Optional.ofNullable(isPayment ? body.path("status").stringValue(null) : null);
    String code = body.path("code").stringValue("");
    return switch (answer.status()) {
      case 200, 201 -> new Said(Step.Told.DONE, false, payment, status);
      case 402 -> new Said(Step.Told.DECLINED, false, payment, status);
      case 202, 429, 500, 503, 504 -> new Said(Step.Told.FAILED, true, payment, status);
      case 409 -> new Said(Step.Told.FAILED, code.equals("request_in_progress"), payment, status);
      // With a code it is the gateway's word, and final; else a load balancer lost the answer.
      case 502 -> new Said(Step.Told.FAILED, code.isEmpty(), payment, status);
      default -> new Said(Step.Told.FAILED, false, payment, status);
    };
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      return JSON.missingNode(); // an error page of something between
    }
  }

  private String head(String method, String path, URI url, Optional<String> host) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\n"
        + "Host: "
        + host.or(() -> hostHeader).orElseGet(url::getAuthority)
        + "\r\n"
        + "Authorization: Bearer "
        + apiKey
        + "\r\n"
        + "Accept: application/json\r\n";
  }

  private static InetSocketAddress address(URI url) {
    return new InetSocketAddress(url.getHost(), url.getPort() < 0 ? 80 : url.getPort());
  }

  /** Reads something, at the first address that answers. */
  Optional<JsonNode> get(String path) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    for (URI url : urls) {
      try {
        Exchange.Answer answer =
            Exchange.send(
                address(url), head("GET", path, url, Optional.empty()), Optional.empty(), until);
        if (answer.status() == 200) {
          return Optional.of(json(answer.body()));
        }
      } catch (IOException e) {
        // The next one may answer.
      }
    }
    return Optional.empty();
  }
}
