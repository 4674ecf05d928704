package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The control plane's public API, and nothing else of it. */
public final class Control {
  private static final JsonMapper JSON = new JsonMapper();

  private final String server;
  private final String token;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /**
   * Of one control plane.
   *
   * @param server its URL
   * @param token of an account
   */
  public Control(String server, String token) {
    this.server = server;
    this.token = token;
  }

  /**
   * An answer.
   *
   * @param body as it came
   */
  public record Answer(int status, String body) {
    /** As JSON; a missing node if it is none. */
    public JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (JacksonException e) {
        return JSON.missingNode();
      }
    }
  }

  /** Reads something. */
  public Answer get(String path) throws IOException, InterruptedException {
    return send(request(path).GET().build());
  }

  /** Tells it something. */
  public Answer post(String path, String json) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server + path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + token);
  }

  private Answer send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }
}
