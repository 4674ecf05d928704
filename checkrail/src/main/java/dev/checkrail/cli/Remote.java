package dev.checkrail.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A control plane, asked over HTTP. */
final class Remote {
  /** The member that holds an answer that is no JSON. */
  static final String TEXT = "text";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration LONGEST = Duration.ofMinutes(10); // a gate may take its time

  private static final int LARGEST_REFUSAL = 1 << 20;

  private final String server;
  private final Optional<String> token;
  private final HttpClient client;

  /**
   * Without a word sent yet.
   *
   * @param token empty: for what needs none
   */
  Remote(String server, Optional<String> token, Optional<Path> ca) {
    this.server = server;
    this.token = token;
    if (!server.matches("https?://[^/?#@\\s]+")) {
      throw CannotRun.usage(
          "--server: \"" + server + "\" is no address of a control plane",
          "write it as http://127.0.0.1:8460");
    }
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5));
    ca.ifPresent(file -> builder.sslContext(trusting(file)));
    this.client = builder.build();
  }

  /** An answer. */
  record Answer(int status, ObjectNode body) {
    boolean ok() {
      return status < 300;
    }

    /** A member as text; empty if it is not there. */
    String text(String name) {
      return Optional.ofNullable(body.get(name)).map(JsonNode::asString).orElse("");
    }
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  Answer get(String path) {
    return send("GET", path, Optional.empty());
  }

  Answer post(String path, ObjectNode body) {
    return send("POST", path, Optional.of(body));
  }

  Answer patch(String path, ObjectNode body) {
    return send("PATCH", path, Optional.of(body));
  }

  Answer delete(String path) {
    return send("DELETE", path, Optional.empty());
  }

  /** An answer that is no JSON, as it is; a refusal is one. */
  Answer text(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path)).timeout(LONGEST);
    token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
    HttpResponse<String> response = exchange(request.GET().build());
    return response.statusCode() < 300
        ? new Answer(response.statusCode(), object().put(TEXT, response.body()))
        : answer(response);
  }

  /**
   * Asks for what does not fit into memory.
   *
   * @return the refusal, if it is one; nothing was written then
   * @throws IOException if it can't be written, or was cut off
   */
  Optional<Answer> download(String path, ObjectNode body, OutputStream to) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path))
            .timeout(LONGEST)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)));
    token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
    HttpResponse<InputStream> response =
        exchange(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      if (response.statusCode() < 300) {
        in.transferTo(to);
        return Optional.empty();
      }
      return Optional.of(
          answer(
              response.statusCode(),
              new String(in.readNBytes(LARGEST_REFUSAL), StandardCharsets.UTF_8)));
    }
  }

  private Answer send(String method, String path, Optional<ObjectNode> body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server + path))
            .timeout(LONGEST)
            .header("Accept", "application/json");
    token.ifPresent(it -> request.header("Authorization", "Bearer " + it));
    body.ifPresent(it -> request.header("Content-Type", "application/json"));
    request.method(
        method,
        body.map(it -> HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(it)))
            .orElse(HttpRequest.BodyPublishers.noBody()));
    return answer(exchange(request.build()));
  }

  private Answer answer(HttpResponse<String> response) {
    return answer(response.statusCode(), response.body());
  }

  private Answer answer(int status, String body) {
    try {
      if (body.isEmpty()) {
        return new Answer(status, object());
      }
      if (JSON.readTree(body) instanceof ObjectNode object) {
        return new Answer(status, object);
      }
      throw notOurs();
    } catch (JacksonException e) {
      throw notOurs();
    }
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    return exchange(request, HttpResponse.BodyHandlers.ofString());
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return client.send(request, body);
    } catch (HttpTimeoutException e) {
      throw unreachable("it does not answer in time");
    } catch (ConnectException e) {
      throw unreachable("nobody answers there");
    } catch (SSLException e) {
      throw unreachable("its certificate is not trusted (" + e.getMessage() + "); see --ca");
    } catch (IOException e) {
      throw unreachable(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable("interrupted");
    }
  }

  private CannotRun notOurs() {
    return CannotRun.because(
        "cli/server",
        server,
        "what answers at " + server + " is no control plane of Checkrail",
        "name the right one with --server");
  }

  private CannotRun unreachable(String why) {
    return CannotRun.because(
        "cli/server",
        server,
        "the control plane " + server + " can't be asked: " + why,
        "start it with 'checkrail serve', or name another one with --server");
  }

  private static SSLContext trusting(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + number++, one);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw CannotRun.usage(
          "--ca: " + file + " can't be used: " + e.getMessage(), "name a file in PEM");
    }
  }
}
