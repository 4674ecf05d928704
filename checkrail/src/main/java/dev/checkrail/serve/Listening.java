package dev.checkrail.serve;

import dev.checkrail.change.Journal.JournalUnavailable;
import dev.checkrail.serve.access.Access;
import dev.checkrail.serve.access.Caller;
import dev.checkrail.serve.access.Denied;
import dev.checkrail.serve.access.Refusals;
import dev.checkrail.serve.access.Unfit;
import dev.checkrail.store.Database;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side: each endpoint behind its checks, each failure as a problem. Helidon gives each
 * request a virtual thread. Limits: 40 MiB of body, 16 KiB of headers, 4 KiB of request line, 500
 * connections, 64 requests at once, a minute of silence.
 */
final class Listening implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listening.class);
  private static final int LARGEST_BODY = 40 << 20;
  private static final int SMALL_BODY = 64 << 10;

  /**
   * Up to this many bytes are read of a body that is too large, so that its sender gets to read why
   * it is refused: whoever still sends when the connection is closed sees a reset instead.
   */
  private static final int MOST_READ = 128 << 20;

  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Access access;
  private final Refusals refusals;
  private final MeterRegistry metrics;
  private final SecureRandom random = new SecureRandom();
  private final WebServer server;

  /**
   * Where to listen.
   *
   * @param port 0 for any
   */
  record Place(String host, int port, Optional<Tls> tls) {}

  Listening(
      Place place,
      List<Endpoint> endpoints,
      Access access,
      Refusals refusals,
      MeterRegistry metrics) {
    this.access = access;
    this.refusals = refusals;
    this.metrics = metrics;
    WebServerConfig.Builder config =
        WebServer.builder()
            .host(place.host())
            .port(place.port())
            .shutdownHook(false) // the order in which all of it stops is the wiring's
            .shutdownGracePeriod(GRACE)
            .maxPayloadSize(MOST_READ)
            .maxTcpConnections(500)
            .maxConcurrentRequests(64)
            .idleConnectionTimeout(Duration.ofMinutes(1))
            .protocolsDiscoverServices(false)
            .addProtocol(
                Http1Config.builder().maxHeadersSize(16 << 10).maxPrologueLength(4 << 10).build())
            .directHandlers(direct())
            .routing(routing -> route(routing, endpoints));
    place.tls().ifPresent(config::tls);
    this.server = config.build();
  }

  /**
   * Fails if this address can't be listened on, before anything else is begun. A moment later
   * somebody may have taken it: {@link #start} says so then. It does not listen: who waits for us
   * would connect, and what is left of that connection would keep us from the address.
   */
  static void free(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (BindException e) {
      String why = String.valueOf(e.getMessage());
      throw new IOException(
          "can't listen on "
              + host
              + ":"
              + port
              + ": "
              + (why.contains("in use")
                  ? "the address is taken (see 'ss -ltnp')"
                  : why.contains("assign") ? "this machine has no such address" : why),
          e);
    } catch (SocketException e) {
      throw new IOException("can't listen on " + host + ":" + port + ": " + e.getMessage(), e);
    }
  }

  /** Helidon only logs that a port is taken; here it is an error. */
  void start() throws IOException {
    server.start();
    if (!server.isRunning() || server.port() < 0) {
      throw new IOException("the address is taken, or is not one of this machine");
    }
  }

  int port() {
    return server.port();
  }

  /** Stops taking requests, lets those that run end. */
  @Override
  public void close() {
    server.stop();
  }

  private void route(HttpRouting.Builder routing, List<Endpoint> endpoints) {
    Map<String, List<Endpoint>> byPath =
        endpoints.stream()
            .collect(
                Collectors.groupingBy(Endpoint::path, LinkedHashMap::new, Collectors.toList()));
    byPath.forEach((path, some) -> {
      some.forEach(endpoint ->
          routing.route(
              Method.create(endpoint.method()),
              path,
              (request, response) -> answer(endpoint, request, response)));
      String allowed =
          some.stream().map(Endpoint::method).sorted().collect(Collectors.joining(", "));
      routing.any(path, (request, response) -> notAllowed(request, response, allowed));
    });
    routing.any((request, response) -> {
      String id = id();
      send(response, Reply.problem(Problem.missing("nothing is served at this address"), id), id);
    });
  }

  private void notAllowed(ServerRequest request, ServerResponse response, String allowed) {
    String id = id();
    Reply reply =
        Reply.problem(
            new Problem(
                405, "method-not-allowed", "Not in this way", "this address takes " + allowed),
            id);
    send(response, reply.with("Allow", allowed), id);
  }

  private void answer(Endpoint endpoint, ServerRequest request, ServerResponse response) {
    Timer.Sample began = Timer.start(metrics);
    String id = id();
    Reply reply = reply(endpoint, request, id);
    began.stop(
        Timer.builder("checkrail.http.requests")
            .description("Requests to the control plane")
            .tag("method", endpoint.method())
            .tag("path", endpoint.path())
            .tag("status", Integer.toString(reply.status()))
            .register(metrics));
    send(response, reply, id);
  }

  private Reply reply(Endpoint endpoint, ServerRequest request, String id) {
    String actor = "unknown";
    try {
      Optional<Caller> caller = Optional.empty();
      if (!endpoint.open()) {
        Caller known = access.caller(request.headers().first(HeaderNames.AUTHORIZATION));
        actor = known.account();
        caller = Optional.of(known);
        if (endpoint.right().isPresent() && !known.may(endpoint.right().get())) {
          throw new Denied(
              Denied.Kind.NO_RIGHT, "this needs the right " + endpoint.right().get().word());
        }
      }
      int largest = caller.isPresent() ? LARGEST_BODY : SMALL_BODY;
      return endpoint
          .work()
          .of(
              new Call(
                  id,
                  address(request),
                  caller,
                  parameters(endpoint, request),
                  query(request),
                  () -> content(request, largest, endpoint.form())));
    } catch (Denied e) {
      refusals.write(
          actor,
          endpoint.method() + " " + request.path().rawPath(),
          address(request),
          String.valueOf(e.getMessage()));
      return Reply.problem(denied(e), id);
    } catch (Problem e) {
      return Reply.problem(e, id);
    } catch (Unfit e) {
      return Reply.problem(Problem.refused(String.valueOf(e.getMessage())), id);
    } catch (JournalUnavailable e) {
      return Reply.problem(Problem.down(String.valueOf(e.getMessage())), id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.problem(Problem.down("the control plane is stopping"), id);
    } catch (Exception | StackOverflowError e) {
      if (Database.isOutage(e)) {
        return Reply.problem(Problem.down("the database is down"), id);
      }
      // What was not foreseen is our defect, whatever its type: the sender gets an id and no more.
      LOG.error("request {} failed: {} {}", id, endpoint.method(), endpoint.path(), e);
      return Reply.problem(
          new Problem(
              500,
              "internal",
              "A defect of Checkrail",
              "nothing more is known here; the log of serve has it under this request id"),
          id);
    }
  }

  private static Problem denied(Denied e) {
    String type =
        switch (e.kind()) {
          case UNKNOWN -> "no-token";
          case WRONG_PASSWORD -> "wrong-password";
          case SLOW_DOWN -> "too-many";
          case NO_RIGHT -> "no-right";
          case WRONG_CODE -> "wrong-code";
        };
    return new Problem(e.kind().status(), type, "Not for you", String.valueOf(e.getMessage()));
  }

  private static Map<String, String> parameters(Endpoint endpoint, ServerRequest request) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String segment : endpoint.path().split("/", -1)) {
      if (segment.startsWith("{")) {
        String name = segment.substring(1, segment.length() - 1);
        values.put(name, request.path().pathParameters().get(name));
      }
    }
    return values;
  }

  private static Map<String, String> query(ServerRequest request) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : request.query().names()) {
      values.put(name, request.query().get(name));
    }
    return values;
  }

  private static byte[] content(ServerRequest request, int largest, boolean form) {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    String type =
        request.headers().first(HeaderNames.CONTENT_TYPE).orElse("").split(";", 2)[0].strip();
    if (form && !type.equalsIgnoreCase("application/x-www-form-urlencoded")) {
      throw new Problem(415, "not-a-form", "Not in this form", "this address takes a form");
    }
    if (!form && !type.equalsIgnoreCase("application/json")) {
      throw new Problem(415, "not-json", "Not in this form", "the body has to be application/json");
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(largest + 1);
      if (bytes.length > largest) {
        in.transferTo(OutputStream.nullOutputStream());
        throw new Problem(
            413, "too-large", "Too much", "the body is larger than " + largest + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String address(ServerRequest request) {
    return request.remotePeer().host();
  }

  private static void send(ServerResponse response, Reply reply, String id) {
    response.status(Status.create(reply.status()));
    response.header("X-Request-Id", id);
    response.header("Cache-Control", "no-store");
    response.header("X-Content-Type-Options", "nosniff");
    reply.headers().forEach(response::header);
    if (reply.status() == 204) {
      response.send();
      return;
    }
    response.header("Content-Type", reply.type());
    if (reply.flow().isEmpty()) {
      response.send(reply.body());
      return;
    }
    try (Reply.Flow flow = reply.flow().get()) {
      OutputStream out = response.outputStream();
      flow.write(out);
      out.close(); // only of a whole one: who was cut off has to see it
    } catch (IOException e) {
      LOG.warn("the answer to request {} was cut off: {}", id, e.getMessage());
      throw new UncheckedIOException(e);
    }
  }

  private String id() {
    byte[] bytes = new byte[8];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** What Helidon refuses by itself, before any endpoint sees it, speaks the same language. */
  private DirectHandlers direct() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    DirectHandler handler =
        (request, type, status, headers, message) -> {
          Reply reply =
              Reply.problem(
                  new Problem(
                      status.code(),
                      status.code() < 500
                          ? "bad-request"
                          : status.code() == 503 ? "unavailable" : "internal",
                      status.reasonPhrase(),
                      refusal(status.code())),
                  id());
          headers.set(HeaderNames.CONTENT_TYPE, reply.type());
          return DirectHandler.TransportResponse.builder()
              .status(status)
              .headers(headers)
              .entity(reply.body())
              .build();
        };
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static String refusal(int status) {
    return switch (status) {
      case 413 -> "the body is larger than " + LARGEST_BODY + " bytes";
      case 431, 414 -> "the request line or the headers are too large";
      case 503 -> "too many requests at once";
      case 500 -> "nothing more is known here; the log of serve has it";
      default -> "the request is no HTTP/1.1 that is served here";
    };
  }
}
