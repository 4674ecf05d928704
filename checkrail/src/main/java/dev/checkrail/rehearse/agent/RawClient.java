package dev.checkrail.rehearse.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Sends bytes as they are over a fresh connection, and reads what comes back. */
final class RawClient {
  private static final byte[] PROXY_V2 = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };

  private final Map<Optional<RawRequest.ClientKey>, SSLContext> contexts = new HashMap<>();
  private long connections;

  /** What the client saw; deliveries are added by the caller. */
  Exchange exchange(RawRequest request) throws IOException {
    long start = System.nanoTime();
    Reading reading = new Reading(request, start + request.timeoutMillis() * 1_000_000L);
    Ending ending;
    try (Socket plain = new Socket()) {
      ending = run(request, plain, reading);
    }
    return new Exchange(
        ending.end,
        ending.detail,
        reading.response(),
        reading.received.toString(StandardCharsets.ISO_8859_1),
        List.of(),
        List.of(),
        (System.nanoTime() - start) / 1_000);
  }

  private record Ending(Exchange.End end, String detail) {}

  private Ending run(RawRequest request, Socket plain, Reading reading) throws IOException {
    plain.setTcpNoDelay(true);
    // Closing with a reset: nothing more is wanted, HAProxy gives up what it still does for us, and
    // no port waits a minute for its connection to be forgotten.
    plain.setSoLinger(true, 0);
    if (request.from().isPresent()) {
      plain.setReuseAddress(true);
      plain.bind(new InetSocketAddress(InetAddress.ofLiteral(request.from().get()), 0));
    }
    try {
      plain.connect(request.to().socket(), request.timeoutMillis());
    } catch (SocketTimeoutException e) {
      return new Ending(Exchange.End.TIMED_OUT, "no connection in time");
    } catch (ConnectException | NoRouteToHostException e) {
      return new Ending(Exchange.End.REFUSED, words(e));
    } catch (SocketException e) {
      // Accepted and reset before we looked.
      return new Ending(Exchange.End.CLOSED, words(e));
    }
    Socket socket = plain;
    boolean shaken = request.tls().isEmpty();
    try {
      if (request.proxied().isPresent()) {
        plain.getOutputStream().write(proxyHeader(request.proxied().get()));
      }
      if (request.tls().isPresent()) {
        SSLSocket secure = secure(request.tls().get(), plain);
        reading.limit(secure);
        secure.startHandshake();
        socket = secure;
        shaken = true;
      }
      send(socket, request.bytes().getBytes(StandardCharsets.ISO_8859_1));
    } catch (SocketTimeoutException e) {
      return new Ending(Exchange.End.TIMED_OUT, "no TLS handshake in time");
    } catch (SSLException e) {
      return new Ending(Exchange.End.TLS_FAILED, words(e));
    } catch (IOException e) {
      if (!shaken) {
        return new Ending(Exchange.End.TLS_FAILED, words(e));
      }
      // The other side closed while we were sending: what it said before is still to be read.
    }
    return reading.read(socket);
  }

  /** Long requests are sent aside, so that an early answer is read and time still counts. */
  private static void send(Socket socket, byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    if (bytes.length <= 32 * 1024) {
      out.write(bytes);
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("send")
        .start(() -> {
          try {
            out.write(bytes);
          } catch (IOException e) {
            // Answered or closed before all was sent; the reader sees which.
          }
        });
  }

  private static String words(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** Reads an answer to its end. */
  private static final class Reading {
    private final boolean http;
    private final long deadline;
    private final MessageReader message;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    Reading(RawRequest request, long deadline) {
      this.http = request.reading() == RawRequest.Reading.HTTP;
      this.deadline = deadline;
      int blank = request.bytes().indexOf(' ');
      this.message = MessageReader.answerTo(blank < 0 ? "" : request.bytes().substring(0, blank));
    }

    /** At least one millisecond, because 0 would wait for ever. */
    void limit(Socket socket) throws SocketException {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      socket.setSoTimeout((int) Math.max(1, millis));
    }

    Ending read(Socket socket) {
      byte[] bytes = new byte[16 * 1024];
      try {
        InputStream in = socket.getInputStream();
        while (!message.done()) {
          if (deadline - System.nanoTime() <= 0) {
            return timedOut();
          }
          limit(socket);
          int count = in.read(bytes);
          if (count < 0) {
            return closed("closed");
          } else if (http) {
            message.feed(bytes, 0, count);
          } else {
            received.write(bytes, 0, Math.min(count, MessageReader.KEPT - received.size()));
          }
        }
        return new Ending(Exchange.End.ANSWERED, "");
      } catch (SocketTimeoutException e) {
        return timedOut();
      } catch (SSLException e) {
        return message.begun() || received.size() > 0
            ? closed(words(e))
            : new Ending(Exchange.End.TLS_FAILED, words(e));
      } catch (IOException e) {
        return new Ending(Exchange.End.CLOSED, words(e));
      }
    }

    private Ending timedOut() {
      return new Ending(
          Exchange.End.TIMED_OUT,
          message.begun() || received.size() > 0
              ? "no end of the answer in time"
              : "no answer in time");
    }

    private Ending closed(String how) {
      return message.endsByClose() || received.size() > 0
          ? new Ending(Exchange.End.ANSWERED, "")
          : new Ending(
              Exchange.End.CLOSED,
              message.begun() ? how + " within the answer" : how + " without an answer");
    }

    Optional<Response> response() {
      return message.headRead()
          ? Optional.of(new Response(message.headText(), message.bodyText(), message.bodyLength()))
          : Optional.empty();
    }
  }

  /** HAProxy's doc/proxy-protocol.txt, section 2.2. */
  private static byte[] proxyHeader(RawRequest.Proxied proxied) {
    byte[] source = InetAddress.ofLiteral(proxied.source().address()).getAddress();
    byte[] destination = InetAddress.ofLiteral(proxied.destination().address()).getAddress();
    if (source.length != destination.length) {
      throw new IllegalArgumentException(
          "two address families: " + proxied.source() + " and " + proxied.destination());
    }
    int length = source.length * 2 + 4;
    return ByteBuffer.allocate(16 + length)
        .put(PROXY_V2)
        .put((byte) 0x21)
        .put((byte) (source.length == 4 ? 0x11 : 0x21))
        .putShort((short) length)
        .put(source)
        .put(destination)
        .putShort((short) proxied.source().port())
        .putShort((short) proxied.destination().port())
        .array();
  }

  /** The name given to the library is a new one each time, so that no session is ever resumed. */
  private SSLSocket secure(RawRequest.Tls tls, Socket plain) throws IOException {
    SSLContext context = contexts.get(tls.key());
    if (context == null) {
      context = context(tls.key());
      contexts.put(tls.key(), context);
    }
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(plain, "connection-" + ++connections, plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        tls.serverName().map(name -> List.<SNIServerName>of(new AnyName(name))).orElse(List.of()));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static SSLContext context(Optional<RawRequest.ClientKey> key) throws IOException {
    try {
      KeyManager[] keys = {};
      if (key.isPresent()) {
        char[] password = key.get().password().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(key.get().file()))) {
          store.load(in, password);
        }
        KeyManagerFactory factory =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        keys = factory.getKeyManagers();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, new TrustManager[] {new TrustsAll()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("no TLS for the client: " + words(e), e);
    }
  }

  /** A server name of any bytes: what {@code SNIHostName} would refuse is worth sending too. */
  private static final class AnyName extends SNIServerName {
    AnyName(String name) {
      super(0, name.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /**
   * The sandbox's servers show throw-away certificates; which one came is not judged here. Probes
   * have such a class, too; this package uses the JDK only, for it runs alone in the sandbox.
   */
  private static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
