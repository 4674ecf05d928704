package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.checkrail.Defects;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A client of a running control plane that holds each request and each answer against what {@code
 * /openapi.yaml} promises.
 */
final class Api {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address;
  final ObjectNode promised;

  /** Operations that were answered with success, as {@code GET /path}. */
  final Set<String> answered = new ConcurrentSkipListSet<>();

  Api(URI address) throws Exception {
    this.address = address;
    HttpResponse<String> yaml =
        http.send(
            HttpRequest.newBuilder(address.resolve("/openapi.yaml")).build(),
            HttpResponse.BodyHandlers.ofString());
    this.promised =
        JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml.body()));
  }

  record Answer(int status, String text, HttpResponse<String> response) {
    ObjectNode body() {
      return (ObjectNode) JSON.readTree(text);
    }

    String type() {
      return body().get("type").asString().replace("urn:checkrail:problem:", "");
    }
  }

  /** All operations that are promised. */
  Set<String> operations() {
    Set<String> all = new TreeSet<>();
    promised
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .propertyNames()
                .forEach(method -> {
                  if (!method.equals("parameters")) {
                    all.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                  }
                }));
    return all;
  }

  JsonNode operation(String name) {
    String[] words = name.split(" ");
    return promised.get("paths").get(words[1]).get(words[0].toLowerCase(java.util.Locale.ROOT));
  }

  Answer get(String path, String token) {
    return call("GET", path, token, "");
  }

  Answer post(String path, String token, String body) {
    return call("POST", path, token, body);
  }

  /** Sends a request that has to be as promised, and holds its answer against the promise. */
  Answer call(String method, String path, String token, String body) {
    Answer answer = send(method, path, token, body);
    String name = method + " " + template(path);
    JsonNode operation = operation(name);
    assertThat(operation).as(name).isNotNull();
    if (!body.isEmpty() && answer.status() != 400) {
      hold(
          name + " request",
          operation.get("requestBody").get("content").get("application/json").get("schema"),
          body);
    }
    JsonNode responses = operation.get("responses");
    JsonNode response = responses.get(Integer.toString(answer.status()));
    if (response == null) {
      assertThat(answer.status()).as(name + ": " + answer.text()).isGreaterThanOrEqualTo(400);
      assertThat(answer.response().headers().firstValue("Content-Type"))
          .contains("application/problem+json");
      hold(
          name + " problem",
          JSON.readTree("{\"$ref\":\"#/components/schemas/Problem\"}"),
          answer.text());
      return answer;
    }
    if (answer.status() < 300) {
      answered.add(name);
    }
    JsonNode content = response.get("content");
    if (content == null) {
      assertThat(answer.text()).as(name).isEmpty();
      return answer;
    }
    String type =
        answer.response().headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
    assertThat(content.get(type)).as(name + " " + type).isNotNull();
    if (type.equals("application/json")) {
      hold(name + " " + answer.status(), content.get(type).get("schema"), answer.text());
    }
    return answer;
  }

  Answer send(String method, String path, String token, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 500) {
        throw new AssertionError(
            method + " " + path + ": " + response.body() + "\n" + Defects.of(response.body()));
      }
      return new Answer(response.statusCode(), response.body(), response);
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  private String template(String path) {
    String[] asked = path.split("\\?", 2)[0].split("/", -1);
    return Optional.of(
            promised.get("paths").propertyNames().stream()
                .filter(it -> fits(it.split("/", -1), asked))
                .sorted(java.util.Comparator.comparing(it -> it.contains("{")))
                .toList())
        .filter(it -> !it.isEmpty())
        .map(List::getFirst)
        .orElseThrow(() -> new AssertionError("no such path is promised: " + path));
  }

  private static boolean fits(String[] template, String[] asked) {
    if (template.length != asked.length) {
      return false;
    }
    for (int i = 0; i < asked.length; i++) {
      if (!template[i].startsWith("{") && !template[i].equals(asked[i])) {
        return false;
      }
    }
    return true;
  }

  private void hold(String what, JsonNode schema, String json) {
    ObjectNode whole = JSON.createObjectNode();
    whole.setAll((ObjectNode) schema);
    whole.set("components", promised.get("components"));
    List<String> errors = new ArrayList<>();
    REGISTRY
        .getSchema(JSON.writeValueAsString(whole), InputFormat.JSON)
        .validate(json, InputFormat.JSON)
        .forEach(error -> errors.add(error.toString()));
    assertThat(errors).as(what + ": " + json).isEmpty();
  }
}
