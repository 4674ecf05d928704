package dev.checkrail.gateway.acquiring;

import dev.checkrail.gateway.card.Card;
import dev.checkrail.gateway.payment.Attempt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One acquirer over HTTP. Each call is made once: a request that may have been received is never
 * repeated here, whatever happened to its answer. Messages of errors never repeat what was sent.
 */
public final class AcquirerClient {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_ANSWER = 65_536;

  private final String name;
  private final URI address;
  private final HttpClient http;
  private final Supplier<Disturbance> drill;
  private final Recently recently = new Recently(System::nanoTime);

  /** {@code http} is shared by all acquirers and carries the time to connect. */
  public AcquirerClient(String name, URI address, HttpClient http, Supplier<Disturbance> drill) {
    this.name = name;
    this.address = address;
    this.http = http;
    this.drill = drill;
  }

  /** The client that acquirers share: HTTP/1.1, never redirected, one second to connect. */
  public static HttpClient http() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(Duration.ofSeconds(1))
        .build();
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** How calls that move money or undo it went. */
  public Recently recently() {
    return recently;
  }

  /** Sends an authorisation; the only call that carries a card. */
  public Reply authorise(Attempt attempt, String currency, Card card, Duration within) {
    ObjectNode body = operation(attempt);
    body.put("amount", attempt.amount())
        .put("currency", currency)
        .put("capture", attempt.capture());
    body.putObject("card")
        .put("number", card.number())
        .put("expiryMonth", card.face().expiryMonth())
        .put("expiryYear", card.face().expiryYear())
        .put("cvc", card.cvc().orElse(""));
    return move("/authorise", body, within);
  }

  /** Sends a capture, a void or a refund. */
  public Reply followUp(Attempt attempt, String currency, Duration within) {
    ObjectNode body = operation(attempt).put("original", attempt.original().orElseThrow());
    return switch (attempt.kind()) {
      case AUTHORISE -> throw new IllegalArgumentException("an authorisation needs a card");
      case VOID -> move("/void", body, within);
      case CAPTURE ->
          move("/capture", body.put("amount", attempt.amount()).put("currency", currency), within);
      case REFUND ->
          move("/refund", body.put("amount", attempt.amount()).put("currency", currency), within);
    };
  }

  /** Voids an approval that came after its reversal. */
  public Reply voidLate(String reference, Duration within) {
    ObjectNode body = JSON.createObjectNode();
    body.put("reference", reference + "-v").put("original", reference);
    return move("/void", body, within);
  }

  /** Asks what became of a reference. */
  public Inquiry inquire(String reference, Duration within) {
    Exchanged exchanged = exchange("GET", "/operations/" + reference, Optional.empty(), within);
    return switch (exchanged) {
      case Exchanged.NotSent it -> new Inquiry.NoAnswer(it.why());
      case Exchanged.Broken it -> new Inquiry.NoAnswer(it.why());
      case Exchanged.Answer it -> {
        if (it.status() == 404) {
          yield new Inquiry.NotKnown();
        }
        Optional<JsonNode> body = it.object(reference);
        if (it.status() != 200 || body.isEmpty()) {
          yield new Inquiry.NoAnswer("answered " + it.status());
        }
        JsonNode operation = body.get();
        boolean tombstone = operation.path("kind").asString("").equals("tombstone");
        if (tombstone || operation.path("reversed").asBoolean(false)) {
          yield new Inquiry.Reversed();
        }
        yield switch (operation.path("outcome").asString("")) {
          case "approved" -> new Inquiry.Approved(operation.path("authorisationCode").asString(""));
          case "declined" -> new Inquiry.Declined(declineCode(operation));
          case String other -> new Inquiry.NoAnswer("an outcome that is none");
        };
      }
    };
  }

  /** Undoes whatever the reference did or will do. True once the acquirer has confirmed it. */
  public boolean reverse(String reference, Duration within) {
    ObjectNode body = JSON.createObjectNode().put("reference", reference);
    return exchange("POST", "/reverse", Optional.of(body), within)
            instanceof Exchanged.Answer answer
        && answer.status() == 200
        && answer.object(reference).map(it -> it.path("reversed").asBoolean(false)).orElse(false);
  }

  /** Whether it answers at all. */
  public boolean answers(Duration within) {
    return exchange("GET", "/live", Optional.empty(), within) instanceof Exchanged.Answer;
  }

  private static ObjectNode operation(Attempt attempt) {
    return JSON.createObjectNode().put("reference", attempt.reference());
  }

  private Reply move(String path, ObjectNode body, Duration within) {
    String reference = body.path("reference").asString("");
    long call = recently.begin();
    Exchanged exchanged = new Exchanged.NotSent("not tried");
    try {
      exchanged = exchange("POST", path, Optional.of(body), within);
    } finally {
      recently.end(call, exchanged instanceof Exchanged.Answer it && it.status() < 500);
    }
    return switch (exchanged) {
      case Exchanged.NotSent it -> new Reply.NotSent(it.why());
      case Exchanged.Broken it -> new Reply.NoAnswer(it.why());
      case Exchanged.Answer it -> {
        Optional<JsonNode> answer = it.object(reference);
        if (it.status() != 200 || answer.isEmpty()) {
          yield new Reply.NoAnswer("answered " + it.status());
        }
        yield switch (answer.get().path("outcome").asString("")) {
          case "approved" ->
              // A reference that was reversed meanwhile keeps its outcome, and charges nothing.
              answer.get().path("reversed").asBoolean(false)
                  ? new Reply.NoAnswer("approved and reversed")
                  : new Reply.Approved(answer.get().path("authorisationCode").asString(""));
          case "declined" -> new Reply.Declined(declineCode(answer.get()));
          case String other -> new Reply.NoAnswer("an outcome that is none");
        };
      }
    };
  }

  private static String declineCode(JsonNode operation) {
    String code = operation.path("declineCode").asString("");
    return code.matches("[a-z_]{1,60}") ? code : "declined";
  }

  private sealed interface Exchanged {
    record Answer(int status, String body) implements Exchanged {
      /** The body, if it is a whole object about this reference. */
      Optional<JsonNode> object(String reference) {
        try {
          JsonNode node = JSON.readTree(body);
          return node.isObject() && node.path("reference").asString("").equals(reference)
              ? Optional.of(node)
              : Optional.empty();
        } catch (JacksonException e) {
          return Optional.empty();
        }
      }
    }

    record NotSent(String why) implements Exchanged {}

    record Broken(String why) implements Exchanged {}
  }

  private Exchanged exchange(
      String method, String path, Optional<ObjectNode> body, Duration within) {
    Disturbance disturbance = drill.get();
    if (disturbance.down()) {
      return new Exchanged.NotSent("down (drill)");
    }
    try {
      if (disturbance.slowMillis() > 0) {
        Duration slow = Duration.ofMillis(disturbance.slowMillis());
        if (slow.compareTo(within) >= 0) {
          // The request goes out all the same; its answer comes when nobody listens.
          http.sendAsync(request(method, path, body, within), text());
          TimeUnit.NANOSECONDS.sleep(within.toNanos());
          return new Exchanged.Broken("timed out (drill)");
        }
        TimeUnit.NANOSECONDS.sleep(slow.toNanos());
      }
      HttpResponse<String> response = http.send(request(method, path, body, within), text());
      if (disturbance.timedOut() || disturbance.halfAnswers()) {
        return new Exchanged.Broken(disturbance.timedOut() ? "timed out (drill)" : "half (drill)");
      }
      return response.body().length() > MOST_ANSWER
          ? new Exchanged.Broken("too long an answer")
          : new Exchanged.Answer(response.statusCode(), response.body());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      // The JDK throws these while it connects and never after.
      return new Exchanged.NotSent("no connection");
    } catch (IOException e) {
      return new Exchanged.Broken(e.getClass().getSimpleName());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Exchanged.Broken("interrupted");
    }
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString();
  }

  private HttpRequest request(
      String method, String path, Optional<ObjectNode> body, Duration within) {
    return HttpRequest.newBuilder(address.resolve(path))
        .timeout(within)
        .header("Content-Type", "application/json")
        .method(
            method,
            body.map(it -> HttpRequest.BodyPublishers.ofString(it.toString()))
                .orElseGet(HttpRequest.BodyPublishers::noBody))
        .build();
  }
}
