package dev.checkrail.gateway.acquirer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An acquirer's answer, and the ways to ask for one. */
record Asked(int status, String body) {
  static final String TOKEN = "control-me";
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  JsonNode json() {
    return new JsonMapper().readTree(body);
  }

  String text(String field) {
    return json().path(field).asString("");
  }

  static Asked post(int port, String path, String body) throws IOException {
    return send(request(port, path).POST(BodyPublishers.ofString(body)).build());
  }

  static Asked get(int port, String path) throws IOException {
    return send(request(port, path).build());
  }

  static CompletableFuture<Asked> postLater(int port, String path, String body) {
    return CLIENT
        .sendAsync(
            request(port, path).POST(BodyPublishers.ofString(body)).build(),
            BodyHandlers.ofString())
        .thenApply(Asked::of);
  }

  static Asked authorise(int port, String reference, long amount, String number)
      throws IOException {
    return post(port, "/authorise", authorisation(reference, amount, true, number));
  }

  static String authorisation(String reference, long amount, boolean capture, String number) {
    return """
    {"reference": "%s", "amount": %d, "currency": "EUR", "capture": %b,
     "card": {"number": "%s", "expiryMonth": 12, "expiryYear": 2034, "cvc": "987"}}
    """
        .formatted(reference, amount, capture, number);
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(10))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private static Asked send(HttpRequest request) throws IOException {
    try {
      return of(CLIENT.send(request, BodyHandlers.ofString()));
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static Asked of(HttpResponse<String> response) {
    return new Asked(response.statusCode(), response.body());
  }
}
