package dev.checkrail.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.RunningHaproxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} answers HTTPS with the certificate that it is given, and the commands ask it. */
class ServeTlsTest {
  @TempDir private Path folder;

  @BeforeEach
  void certificate() throws Exception {
    shell(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=checkrail"
            + " -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem &&"
            + " openssl genpkey -algorithm RSA -out other.pem");
  }

  private void shell(String command) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", "{ " + command + "; } 2>/dev/null")
            .directory(folder.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(command).isZero();
  }

  private Process serve(String listen, String... more) throws Exception {
    Path programs = Files.createDirectories(Path.of("target/postgres")).toAbsolutePath();
    Files.createDirectories(folder.resolve("data"));
    if (Files.notExists(folder.resolve("data/programs"))) {
      Files.createSymbolicLink(folder.resolve("data/programs"), programs);
    }
    List<String> words =
        new ArrayList<>(
            List.of(
                "dev.checkrail.serve.Main",
                "--listen",
                listen,
                "--data",
                folder.resolve("data").toString()));
    words.addAll(List.of(more));
    return FaultsTest.java(Map.of(), words.toArray(String[]::new));
  }

  private HttpClient trusting() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(folder.resolve("cert.pem"))) {
      store.setCertificateEntry(
          "serve", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static int get(HttpClient client, String address) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(address)).timeout(Duration.ofSeconds(10)).build(),
            HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }

  @Test
  void itAnswersHttpsAndNothingElse() throws Exception {
    String place = "127.0.0.1:" + RunningHaproxy.freePort();
    Path certificate = folder.resolve("cert.pem");
    Process serve =
        serve(
            place,
            "--tls-certificate",
            certificate.toString(),
            "--tls-key",
            folder.resolve("key.pem").toString());
    try (HttpClient trusting = trusting();
        HttpClient usual = HttpClient.newHttpClient()) {
      String first = firstCode(serve);
      assertThat(first).startsWith("https://" + place + "/first#");
      assertThat(get(trusting, "https://" + place + "/ready")).isEqualTo(200);
      assertThatThrownBy(() -> get(usual, "https://" + place + "/ready"))
          .as("who does not know the authority")
          .isInstanceOf(SSLException.class);
      assertThatThrownBy(() -> get(usual, "http://" + place + "/ready"))
          .as("in the clear")
          .isInstanceOf(IOException.class);

      Path password = Files.writeString(folder.resolve("password"), "a long enough password");
      String code = first.substring(first.indexOf('#') + 1);
      Said said =
          command(
              "https://" + place,
              "login",
              "--ca",
              certificate.toString(),
              "--name",
              "ada",
              "--password-file",
              password.toString(),
              "--first",
              code);
      assertThat(said.status()).as(said.text()).isZero();
      assertThat(said.text()).startsWith("logged in as ada");
      Said stranger = command("https://" + place, "lb", "list");
      assertThat(stranger.status()).isEqualTo(2);
      assertThat(stranger.text()).contains("certificate").doesNotContain("\tat ");
    } finally {
      serve.destroy();
      assertThat(serve.waitFor(40, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** The link of the first administrator, which is printed when all of it answers. */
  private static String firstCode(Process serve) throws Exception {
    StringBuilder seen = new StringBuilder();
    for (String line; (line = serve.inputReader().readLine()) != null; ) {
      seen.append(line).append('\n');
      if (line.contains("/first#")) {
        return line.strip();
      }
    }
    throw new AssertionError(seen);
  }

  private record Said(int status, String text) {}

  private Said command(String server, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of("dev.checkrail.cli.Main"));
    all.addAll(List.of(words));
    Process process =
        FaultsTest.java(
            Map.of("CHECKRAIL_SERVER", server, "HOME", folder.toString(), "XDG_CONFIG_HOME", ""),
            all.toArray(String[]::new));
    String text = new String(process.getInputStream().readAllBytes());
    return new Said(process.waitFor(), text);
  }

  @Test
  void aKeyOfAnotherCertificateAndAFileThatIsNoneAreSaidBeforeAnythingIsMade() throws Exception {
    String certificate = folder.resolve("cert.pem").toString();
    Map<String[], String> wrong =
        Map.of(
            new String[] {"--tls-certificate", certificate},
            "--tls-certificate and --tls-key are given together",
            new String[] {"--tls-certificate", certificate, "--tls-key", folder + "/none.pem"},
            folder + "/none.pem can't be read",
            new String[] {"--tls-certificate", certificate, "--tls-key", certificate},
            "the certificate and the key can't be used",
            new String[] {"--tls-certificate", certificate, "--tls-key", folder + "/other.pem"},
            "the certificate and the key can't be used: the key is not this certificate's");
    for (Map.Entry<String[], String> one : wrong.entrySet()) {
      Process process = serve("127.0.0.1:0", one.getKey());
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(one.getValue()).isTrue();
      String text = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(text).isEqualTo(2);
      assertThat(text).contains(one.getValue()).doesNotContain("\tat ");
      assertThat(folder.resolve("data/postgres")).doesNotExist();
    }
  }
}
