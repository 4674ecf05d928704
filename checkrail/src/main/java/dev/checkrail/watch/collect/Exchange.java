package dev.checkrail.watch.collect;

import dev.checkrail.watch.collect.ProbeTarget.Ask;
import dev.checkrail.watch.collect.ProbeTarget.Kind;
import dev.checkrail.watch.collect.ProbeTarget.Proxy;
import dev.checkrail.watch.collect.Probed.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * One probe: a connection, at most one request on it, at most 64 KiB of answer, all within one
 * time-out. Whom we speak TLS with is proven as its {@link Proof} says; without one any certificate
 * will do, for then nothing that we say is secret.
 */
final class Exchange {
  private static final int LARGEST = 64 << 10;
  private static final byte[] LOCAL = {
    0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x20, 0, 0, 0
  };
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([1-9]\\d\\d)(?: .*)?");

  private static final Pattern INTERIM = Pattern.compile("HTTP/1\\.[01] 1(?!01)\\d\\d[ \\r]");

  /** Made of a configuration's files; another configuration, other proofs. */
  private static final int MOST_PROOFS = 64;

  private final SSLContext anybody = anybody();
  private final Map<List<String>, SSLContext> proving = new ConcurrentHashMap<>();
  private final Duration timeout;
  private final LongSupplier nanos;
  private final OwnConnections own;

  Exchange(Duration timeout, LongSupplier nanos, OwnConnections own) {
    this.timeout = timeout;
    this.nanos = nanos;
    this.own = own;
  }

  /** What came back. */
  private record Answer(int status, Optional<String> instance, String body) {}

  /** An answer that is no HTTP. */
  private static final class NoHttp extends IOException {
    private static final long serialVersionUID = 1;

    NoHttp(String message) {
      super(message);
    }
  }

  /** Blocks for at most the time-out and a little. */
  Probed with(ProbeTarget target, Instant at) {
    long began = nanos.getAsLong();
    try {
      Optional<Answer> answer = answer(target, began + timeout.toNanos());
      return judged(target, at, since(began), answer);
    } catch (SocketTimeoutException e) {
      return failed(
          target, at, began, Outcome.TIMEOUT, "no answer within " + timeout.toMillis() + " ms");
    } catch (ConnectException e) {
      return failed(target, at, began, Outcome.REFUSED, "nobody takes the connection");
    } catch (NoHttp e) {
      return failed(target, at, began, Outcome.NO_HTTP, String.valueOf(e.getMessage()));
    } catch (SSLHandshakeException e) {
      String why = shown(String.valueOf(e.getMessage()));
      return failed(
          target,
          at,
          began,
          Outcome.BROKEN,
          e.getCause() instanceof CertificateException
              ? "its certificate is not proven by "
                  + target.proof().map(Proof::by).orElse("anything")
                  + ": "
                  + why
              : "TLS fails: " + why);
    } catch (SSLException e) {
      return failed(
          target, at, began, Outcome.BROKEN, "TLS fails: " + shown(String.valueOf(e.getMessage())));
    } catch (EOFException e) {
      return failed(
          target, at, began, Outcome.BROKEN, "it closes the connection without an answer");
    } catch (UnknownHostException e) {
      return failed(
          target, at, began, Outcome.REFUSED, "the name " + target.host() + " is not known");
    } catch (IOException | IllegalArgumentException e) {
      return failed(target, at, began, Outcome.BROKEN, shown(String.valueOf(e.getMessage())));
    }
  }

  private Duration since(long began) {
    return Duration.ofNanos(nanos.getAsLong() - began);
  }

  private Probed failed(ProbeTarget target, Instant at, long began, Outcome outcome, String why) {
    return new Probed(
        target, at, outcome, since(began), OptionalInt.empty(), Optional.empty(), why);
  }

  private static Probed judged(
      ProbeTarget target, Instant at, Duration latency, Optional<Answer> got) {
    if (got.isEmpty()) {
      return new Probed(
          target,
          at,
          Outcome.GOOD,
          latency,
          OptionalInt.empty(),
          Optional.empty(),
          "it takes connections");
    }
    Answer answer = got.get();
    boolean good =
        target.good().stream()
            .anyMatch(it -> it.from() <= answer.status() && answer.status() <= it.to());
    String why = "it answers " + answer.status();
    Outcome outcome = good ? Outcome.GOOD : Outcome.BAD_STATUS;
    if (good && target.kind() == Kind.CAPABILITIES) {
      Capabilities said = Capabilities.read(answer.body(), target.services());
      outcome = said.outcome();
      why = said.why();
    }
    if (!target.withheld().isEmpty()) {
      why += "; not said to it, for no certificate proves it: ";
      why += String.join(", ", target.withheld());
    }
    return new Probed(
        target, at, outcome, latency, OptionalInt.of(answer.status()), answer.instance(), why);
  }

  private Optional<Answer> answer(ProbeTarget target, long end) throws IOException {
    try (Socket plain = new Socket()) {
      plain.setTcpNoDelay(true);
      plain.connect(
          new InetSocketAddress(InetAddress.getByName(target.host()), target.port()), left(end));
      if (target.kind() == Kind.OUTSIDE
          && plain.getLocalSocketAddress() instanceof InetSocketAddress local) {
        own.opened(local);
      }
      if (target.ask().isEmpty()) {
        return Optional.empty();
      }
      Ask ask = target.ask().get();
      plain.setSoTimeout(left(end));
      plain.getOutputStream().write(first(target.proxy()));
      try (Socket socket = target.tls() ? secured(plain, ask, target.proof()) : plain) {
        OutputStream out = socket.getOutputStream();
        out.write(text(ask));
        out.flush();
        return Optional.of(read(socket, ask, target.kind() == Kind.CAPABILITIES, end));
      }
    }
  }

  private int left(long end) throws SocketTimeoutException {
    long millis = (end - nanos.getAsLong()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    return Math.toIntExact(millis);
  }

  private static byte[] first(Proxy proxy) {
    return switch (proxy) {
      case NONE -> new byte[0];
      case TEXT -> "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
      case BINARY -> LOCAL.clone();
    };
  }

  private SSLSocket secured(Socket plain, Ask ask, Optional<Proof> proof) throws IOException {
    Optional<String> said = proof.isPresent() ? proof.get().said() : Proof.name(ask.host());
    Optional<String> checked = proof.flatMap(Proof::checked);
    SSLContext context = proof.isPresent() ? context(proof.get()) : anybody;
    SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(plain, checked.orElse(ask.host()), plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    // None of them: else the name that is checked would be said, too.
    parameters.setServerNames(
        said.map(it -> List.<SNIServerName>of(new SNIHostName(it))).orElse(List.of()));
    if (checked.isPresent()) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private SSLContext context(Proof proof) throws IOException {
    SSLContext known = proving.get(proof.certificates());
    if (known != null) {
      return known;
    }
    if (proving.size() >= MOST_PROOFS) {
      proving.clear();
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      CertificateFactory reader = CertificateFactory.getInstance("X.509");
      for (String pem : proof.certificates()) {
        byte[] bytes = pem.getBytes(StandardCharsets.US_ASCII);
        store.setCertificateEntry(
            Integer.toString(store.size()),
            reader.generateCertificate(new ByteArrayInputStream(bytes)));
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      proving.put(proof.certificates(), context);
      return context;
    } catch (GeneralSecurityException e) {
      throw new SSLException(proof.by() + " can't be used: " + e.getMessage(), e);
    }
  }

  private static byte[] text(Ask ask) {
    StringBuilder text = new StringBuilder();
    text.append(ask.method()).append(' ').append(ask.path()).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(ask.host()).append("\r\n");
    text.append("User-Agent: checkrail-probe\r\nAccept: */*\r\nConnection: close\r\n");
    ask.headers()
        .forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    if (!List.of("GET", "HEAD", "OPTIONS").contains(ask.method())) {
      text.append("Content-Length: 0\r\n");
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The head; and what follows until the end only if somebody wants it. */
  private Answer read(Socket socket, Ask ask, boolean body, long end) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[4096];
    int head = -1;
    while (all.size() < LARGEST) {
      socket.setSoTimeout(left(end));
      int count = in.read(buffer);
      if (count < 0) {
        break;
      }
      all.write(buffer, 0, count);
      String text = all.toString(StandardCharsets.ISO_8859_1);
      if (!"HTTP/1.".startsWith(text.substring(0, Math.min(7, text.length())))) {
        throw new NoHttp("it answers something that is no HTTP: '" + shown(text) + "'");
      }
      head = text.indexOf("\r\n\r\n");
      while (head >= 0 && INTERIM.matcher(text).lookingAt()) {
        // 100 Continue, 103 Early Hints: the answer comes behind it.
        text = text.substring(head + 4);
        all.reset();
        all.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        head = text.indexOf("\r\n\r\n");
      }
      if (head >= 0 && (!body || complete(text, head))) {
        break;
      }
    }
    if (all.size() == 0) {
      throw new EOFException();
    }
    String text = all.toString(StandardCharsets.ISO_8859_1);
    String[] lines = (head < 0 ? text : text.substring(0, head)).split("\r\n");
    Matcher status = STATUS.matcher(lines[0]);
    if (head < 0 || !status.matches()) {
      throw new NoHttp("it answers something that is no HTTP/1: '" + shown(lines[0]) + "'");
    }
    Optional<String> instance = Optional.empty();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0 && namesInstance(line.substring(0, colon)) && instance.isEmpty()) {
        instance = Optional.of(shown(line.substring(colon + 1).strip()));
      }
    }
    return new Answer(Integer.parseInt(status.group(1)), instance, text.substring(head + 4));
  }

  private static final Pattern LENGTH =
      Pattern.compile(
          "^content-length:\\s*(\\d{1,9})\\s*$", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  /** Whether the announced length is there; without one, the end of the connection tells. */
  private static boolean complete(String text, int head) {
    Matcher length = LENGTH.matcher(text.substring(0, head));
    return length.find() && text.length() - head - 4 >= Integer.parseInt(length.group(1));
  }

  private static boolean namesInstance(String header) {
    String name = header.toLowerCase(Locale.ROOT);
    return name.endsWith("-instance")
        || name.equals("x-served-by")
        || name.equals("x-backend-server");
  }

  /** For messages: printable, not longer than a line. */
  private static String shown(String text) {
    String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
    return plain.length() > 80 ? plain.substring(0, 80) + "…" : plain;
  }

  private static SSLContext anybody() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java speaks no TLS", e);
    }
  }

  /**
   * Takes every certificate: for probes that say no secret. The sandbox's client has one of its
   * own, because it is a process that consists of the classes of its package.
   */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
