package dev.checkrail.balancer;

import dev.checkrail.model.Pool;
import dev.checkrail.model.Pool.HealthCheck;
import dev.checkrail.model.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a server directly, not through the load balancer. */
@FunctionalInterface
public interface Probe {
  /** Whether a server of a pool can serve now; blocking, bounded, never throws for its answer. */
  boolean serves(Pool pool, Server server) throws InterruptedException;

  /**
   * A connection, and the pool's own HTTP check if it has one (2xx and 3xx are good). No
   * credentials, no body. A server that speaks TLS is only connected to; one that wants a PROXY
   * header or HTTP/2 is taken for not serving, which errs on the safe side.
   */
  static Probe direct(Duration timeout) {
    return (pool, server) -> {
      int millis = Math.toIntExact(timeout.toMillis());
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(server.address(), server.port()), millis);
        HealthCheck check = pool.healthCheck();
        if (check.kind() != HealthCheck.Kind.HTTP || server.tls()) {
          return true;
        }
        socket.setSoTimeout(millis);
        String request =
            "GET "
                + check.path().orElse("/")
                + " HTTP/1.1\r\nHost: "
                + server.key()
                + "\r\nUser-Agent: checkrail-probe\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        InputStream in = socket.getInputStream();
        String status = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
        return status.matches("HTTP/1\\.[01] [23]\\d\\d");
      } catch (IOException | IllegalArgumentException e) {
        return false;
      }
    };
  }
}
