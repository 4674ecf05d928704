package dev.checkrail.gateway.api;

import dev.checkrail.gateway.card.Masking;
import dev.checkrail.gateway.operations.Metrics;
import io.helidon.http.DirectHandler;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionConfig;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Carries requests to {@link Api} over HTTP/1.1: one virtual thread per connection, and limits on
 * everything that somebody else decides: connections, headers, bodies, and the time for each.
 */
final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("access");
  private static final HeaderName REQUEST_ID = HeaderNames.create("X-Request-Id");
  private static final HeaderName TRACE_PARENT = HeaderNames.create("traceparent");
  private static final HeaderName INSTANCE = HeaderNames.create("X-Gateway-Instance");
  private static final int MOST_BODY = 65_536;
  private static final int MOST_HEADERS = 16_384;
  private static final Duration READ_WITHIN = Duration.ofSeconds(10);
  private static final Duration BODY_WITHIN = Duration.ofSeconds(15);

  /**
   * Where to listen and how much to take.
   *
   * @param port 0 takes a free one
   */
  record Limits(String host, int port, int connections) {}

  private final WebServer server;
  private final Api api;
  private final Metrics metrics;
  private final Supplier<String> requestIds;
  private final BooleanSupplier closing;
  private final String instance;
  private final AtomicInteger running = new AtomicInteger();

  Server(
      Limits limits,
      Api api,
      Metrics metrics,
      String instance,
      Supplier<String> requestIds,
      BooleanSupplier closing) {
    this.api = api;
    this.metrics = metrics;
    this.instance = instance;
    this.requestIds = requestIds;
    this.closing = closing;
    this.server =
        WebServer.builder()
            .host(limits.host())
            .port(limits.port())
            .backlog(1024)
            .maxTcpConnections(limits.connections())
            .idleConnectionTimeout(Duration.ofSeconds(60))
            .idleConnectionPeriod(Duration.ofSeconds(10))
            .shutdownGracePeriod(Duration.ofSeconds(10))
            .connectionConfig(
                ConnectionConfig.builder()
                    .readTimeout(READ_WITHIN)
                    .tcpNoDelay(true)
                    .reuseAddress(true)
                    .build())
            .protocolsDiscoverServices(false)
            .addProtocol(
                Http1Config.builder()
                    .maxHeadersSize(MOST_HEADERS)
                    .maxPrologueLength(4096)
                    .continueImmediately(false)
                    .build())
            .directHandlers(
                DirectHandlers.builder()
                    .addHandler(DirectHandler.EventType.BAD_REQUEST, this::malformed)
                    .addHandler(DirectHandler.EventType.INTERNAL_ERROR, this::malformed)
                    .addHandler(DirectHandler.EventType.OTHER, this::malformed)
                    .build())
            .routing(routing -> routing.any(this::handle))
            .shutdownHook(false)
            .build();
  }

  void start() {
    server.start();
    if (server.port() < 0) {
      throw new IllegalStateException("the port is taken");
    }
  }

  int port() {
    return server.port();
  }

  /** Requests that are being answered. */
  int running() {
    return running.get();
  }

  @Override
  public void close() {
    server.stop();
  }

  private void handle(ServerRequest request, ServerResponse response) {
    running.incrementAndGet();
    long begun = System.nanoTime();
    Sent sent = new Sent(request);
    String requestId = requestId(request);
    MDC.put("request_id", requestId);
    request
        .headers()
        .first(TRACE_PARENT)
        .filter(it -> it.matches("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"))
        .ifPresent(it -> MDC.put("trace_id", it.substring(3, 35)));
    try {
      Answer answer = api.answer(sent, requestId);
      boolean last = send(response, answer, requestId, sent);
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      String route = Api.route(sent.path());
      metrics.request(route, known(sent.method()), answer.status(), took);
      if (route.startsWith("/v1") || route.equals("other")) {
        LOG.atInfo()
            .addKeyValue("route", route)
            .addKeyValue("method", known(sent.method()))
            .addKeyValue("status", answer.status())
            .addKeyValue("micros", took.toNanos() / 1000)
            .log("answered");
      }
      if (last) {
        // Helidon writes the header and keeps the connection open all the same.
        throw new CloseConnectionException("last answer");
      }
    } finally {
      MDC.clear();
      running.decrementAndGet();
    }
  }

  /** Whether this was the last answer on its connection. */
  private boolean send(ServerResponse response, Answer answer, String requestId, Sent sent) {
    response.status(Status.create(answer.status()));
    response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, answer.contentType()));
    response.header(HeaderValues.create(REQUEST_ID, requestId));
    response.header(HeaderValues.create(INSTANCE, instance));
    response.header(HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-store"));
    answer.headers().forEach((name, value) -> response.header(header(name, value)));
    boolean last = closing.getAsBoolean() || sent.isLeftUnread() || sent.wantsClose();
    if (last) {
      response.header(HeaderValues.CONNECTION_CLOSE);
    }
    response.send(answer.body().getBytes(StandardCharsets.UTF_8));
    return last;
  }

  private static Header header(String name, String value) {
    return HeaderValues.create(HeaderNames.create(name), value);
  }

  /** What the server could not even read as a request. */
  private DirectHandler.TransportResponse malformed(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType type,
      Status status,
      io.helidon.http.ServerResponseHeaders headers,
      String message) {
    String requestId = requestIds.get();
    Code code =
        switch (status.code()) {
          case 413 -> Code.BODY_TOO_LARGE;
          case 404 -> Code.NOT_FOUND;
          case 500 -> Code.INTERNAL_ERROR;
          default -> Code.INVALID_HEADER;
        };
    LOG.atInfo()
        .addKeyValue("request_id", requestId)
        .addKeyValue("status", code.status())
        .log("not readable as a request");
    return DirectHandler.TransportResponse.builder()
        .status(Status.create(code.status()))
        .headers(headers)
        .header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/problem+json"))
        .header(HeaderValues.create(REQUEST_ID, requestId))
        .keepAlive(false)
        .entity(
            Problem.of(code, "the request cannot be read")
                .json(requestId)
                .getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** One that was sent along is kept if it is harmless. */
  private String requestId(ServerRequest request) {
    return request
        .headers()
        .first(REQUEST_ID)
        .filter(it -> it.matches("[A-Za-z0-9_-]{1,64}"))
        .filter(it -> !Masking.isCardNumber(it))
        .orElseGet(requestIds);
  }

  private static String known(String method) {
    return switch (method) {
      case "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH" -> method;
      case String other -> "other";
    };
  }

  /** A request as Helidon has it. */
  private static final class Sent implements Api.Request {
    private final ServerRequest request;
    private boolean read;
    private byte @org.jspecify.annotations.Nullable [] body;

    Sent(ServerRequest request) {
      this.request = request;
    }

    @Override
    public String method() {
      return request.prologue().method().text();
    }

    @Override
    public String path() {
      return request.prologue().uriPath().rawPath();
    }

    @Override
    public Optional<String> query(String name) {
      return request.query().first(name).asOptional();
    }

    @Override
    public Optional<String> header(String name) {
      return request.headers().first(HeaderNames.create(name));
    }

    /** A body that nobody read would be taken for the next request, or read for ever. */
    boolean isLeftUnread() {
      return !read && request.content().hasEntity();
    }

    boolean wantsClose() {
      return header("connection").filter(it -> it.equalsIgnoreCase("close")).isPresent();
    }

    @Override
    public byte[] body() {
      byte[] known = body;
      if (known == null) {
        known = readBody();
        body = known;
      }
      return known;
    }

    private byte[] readBody() {
      if (!request.content().hasEntity()) {
        read = true;
        return new byte[0];
      }
      if (request.headers().contentLength().orElse(0) > MOST_BODY) {
        throw tooLarge();
      }
      byte[] bytes = new byte[MOST_BODY + 1];
      int length = 0;
      long deadline = System.nanoTime() + BODY_WITHIN.toNanos();
      try {
        InputStream in = request.content().inputStream();
        while (length < bytes.length) {
          int count = in.read(bytes, length, bytes.length - length);
          if (count < 0) {
            read = true;
            return java.util.Arrays.copyOf(bytes, length);
          }
          length += count;
          if (System.nanoTime() > deadline) {
            throw Refusal.of(Code.DEADLINE_EXCEEDED, "the body came too slowly");
          }
        }
      } catch (Refusal e) {
        throw e;
      } catch (IOException | RuntimeException e) {
        // Helidon has exceptions of its own for time-outs and for callers who went away.
        throw Refusal.of(Code.INVALID_JSON, "the body broke off");
      }
      throw tooLarge();
    }

    private static Refusal tooLarge() {
      return Refusal.of(Code.BODY_TOO_LARGE, "a body has at most " + MOST_BODY + " bytes");
    }
  }
}
