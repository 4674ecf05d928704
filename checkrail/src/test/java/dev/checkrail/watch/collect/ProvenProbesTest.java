package dev.checkrail.watch.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.checkrail.balancer.ServerName;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.model.Server;
import dev.checkrail.read.HaproxyTarget;
import dev.checkrail.read.Read;
import dev.checkrail.watch.collect.ProbeTarget.Ask;
import dev.checkrail.watch.collect.ProbeTarget.Kind;
import dev.checkrail.watch.collect.ProbeTarget.Proxy;
import dev.checkrail.watch.collect.Probed.Outcome;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that speak TLS, with certificates of an authority and of a stranger. */
class ProvenProbesTest {
  @TempDir private Path folder;
  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
  private SSLServerSocket server;

  @BeforeEach
  void certificates() throws Exception {
    shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out"
            + " ca.pem");
    shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -keyout x.key -out"
            + " other.pem");
    shell(
        "openssl req -newkey rsa:2048 -nodes -subj /CN=pay -keyout pay.key -out pay.csr &&"
            + " printf 'subjectAltName=DNS:pay.internal' > ext && openssl x509 -req -days 2"
            + " -in pay.csr -CA ca.pem -CAkey ca.key -set_serial 7 -extfile ext -out pay.pem &&"
            + " openssl pkcs12 -export -in pay.pem -inkey pay.key -passout pass:x -out pay.p12");
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("pay.p12"))) {
      store.load(in, "x".toCharArray());
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, "x".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    server =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
  }

  private void serve() {
    while (!server.isClosed()) {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        byte[] buffer = new byte[8192];
        int count = socket.getInputStream().read(buffer);
        received.add(count < 0 ? "" : new String(buffer, 0, count, StandardCharsets.US_ASCII));
        socket.getOutputStream().write("HTTP/1.1 401 No\r\n\r\n".getBytes());
      } catch (Exception e) {
        // the other side went, or we are closed
      }
    }
  }

  private void shell(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "{ " + command + "; } 2>/dev/null")
            .directory(folder.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command).isZero();
  }

  @AfterEach
  void end() throws Exception {
    server.close();
  }

  /** A probe with a credential, of a server that is configured so. */
  private Probed probe(String how) throws Exception {
    Server configured =
        Read.haproxy(
                dev.checkrail.source.Files.of(
                    Map.of(
                        "fe.cfg",
                        "backend be\n  mode http\n  server s1 127.0.0.1:%d ssl %s\n"
                            .formatted(server.getLocalPort(), how))),
                List.of("fe.cfg"),
                HaproxyTarget.debian12(Map.of()))
            .configuration()
            .pools()
            .getFirst()
            .servers()
            .getFirst();
    ConfigurationSet files =
        new ConfigurationSet(List.of(), List.of(file("ca.pem"), file("other.pem")));
    ProbeTarget target =
        new ProbeTarget(
                Kind.SAFE,
                List.of(new ServerName("be", "s1")),
                "be/s1",
                "127.0.0.1",
                server.getLocalPort(),
                true,
                Proxy.NONE,
                Optional.of(
                    new Ask("GET", "/pay", "pay.internal", Map.of("authorization", "Bearer abc"))),
                ProbeTarget.BELOW_500,
                List.of("payments"))
            .provenBy(Proof.of(configured, files, "pay.internal", false))
            .discreet();
    return new Exchange(
            Duration.ofSeconds(5), System::nanoTime, new OwnConnections(System::nanoTime))
        .with(target, Instant.EPOCH);
  }

  private ConfigurationSet.Item file(String name) throws Exception {
    Path path = folder.resolve(name);
    return ConfigurationSet.Item.of(path.toString(), Files.readAllBytes(path));
  }

  @Test
  void whomTheAuthorityProvesIsToldTheCredential() throws Exception {
    for (String name : List.of("", " verifyhost pay.internal", " sni str(pay.internal)")) {
      Probed probed = probe("verify required ca-file " + folder + "/ca.pem" + name);
      assertThat(probed.outcome()).as(probed.why()).isEqualTo(Outcome.GOOD);
      assertThat(received.poll()).contains("authorization: Bearer abc");
    }
  }

  @Test
  void whomNothingProvesIsAskedWithoutIt() throws Exception {
    Probed probed = probe("verify none");
    assertThat(probed.outcome()).isEqualTo(Outcome.GOOD);
    assertThat(probed.why())
        .isEqualTo("it answers 401; not said to it, for no certificate proves it: authorization");
    assertThat(received.poll()).contains("GET /pay").doesNotContain("Bearer");
  }

  @Test
  void aStrangerAndAnotherNameAreToldNothing() throws Exception {
    Probed stranger = probe("verify required ca-file " + folder + "/other.pem");
    assertThat(stranger.outcome()).isEqualTo(Outcome.BROKEN);
    assertThat(stranger.why())
        .startsWith("its certificate is not proven by " + folder + "/other.pem: ");
    Probed renamed =
        probe("verify required ca-file " + folder + "/ca.pem verifyhost other.internal");
    assertThat(renamed.outcome()).isEqualTo(Outcome.BROKEN);
    assertThat(received).allSatisfy(text -> assertThat(text).isEmpty());
  }
}
