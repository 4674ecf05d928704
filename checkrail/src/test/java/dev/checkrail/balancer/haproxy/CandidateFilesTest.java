package dev.checkrail.balancer.haproxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.checkrail.balancer.BalancerException;
import dev.checkrail.balancer.Candidate;
import dev.checkrail.change.ConfigurationSet;
import dev.checkrail.source.Files.Lookup;
import dev.checkrail.source.SourceFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of this machine gets into a candidate. */
class CandidateFilesTest {
  private static final String SECRET = "root:hunter2";
  private static final String KEY =
      "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n-----END PRIVATE KEY-----\n";
  private static final String CONFIG =
      """
      defaults
          mode http
          timeout connect 1s
          timeout client 30s
          timeout server 5s
      frontend web
          bind 127.0.0.1:8080
          http-request set-header X-Pool %[path,map_beg(@ELSEWHERE@/live.map,none)]
          default_backend be_web
      backend be_web
          server web-1 127.0.0.1:8081
      """;

  @TempDir private Path temp;
  private Path edge;
  private Path elsewhere;
  private Path secret;
  private Path config;

  @BeforeEach
  void machine() throws IOException {
    edge = Files.createDirectories(temp.toRealPath().resolve("etc/edge"));
    elsewhere = Files.createDirectories(temp.toRealPath().resolve("etc/private"));
    secret = Files.writeString(elsewhere.resolve("shadow"), SECRET + "\n");
    Files.writeString(elsewhere.resolve("live.map"), "/a be_a\n");
    config = Files.writeString(edge.resolve("haproxy.cfg"), text(""));
  }

  /** The configuration in place with one more line in its frontend, the eighth line. */
  private String text(String line) {
    return CONFIG
        .replace("@ELSEWHERE@", elsewhere.toString())
        .replace(
            "    http-request", line.isEmpty() ? "    http-request" : line + "\n    http-request");
  }

  private ConfigurationSet placed(String text, Map<String, String> beside)
      throws BalancerException {
    Installation at =
        new Installation(
            Path.of("/usr/sbin/haproxy"),
            List.of(config),
            Optional.empty(),
            edge,
            Optional.empty(),
            Optional.empty(),
            Map.of());
    Candidate candidate =
        new Candidate(
            List.of(SourceFile.of("mine.cfg", text.getBytes(UTF_8))),
            path ->
                beside.containsKey(path)
                    ? new Lookup.Found(SourceFile.of(path, beside.get(path)))
                    : new Lookup.Absent(path));
    return new HaproxyFiles(at).placed(candidate);
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused(String line) {
    return assertThatThrownBy(() -> placed(text(line), Map.of()))
        .isInstanceOf(BalancerException.class)
        .hasMessageNotContainingAny("hunter2", "MIIE");
  }

  private static String content(ConfigurationSet set, Path path) {
    return set.item(path.toString()).orElseThrow().content().orElseThrow().text();
  }

  @Test
  void aFileElsewhereIsNotReadAndItsPlaceIsSaid() {
    for (String line :
        List.of(
            "    http-request deny if { path -f @ }",
            "    errorfile 503 @",
            "    http-request return content-type text/plain file @ if { path /x }",
            "    http-request set-header X-Evil %[path,map(@,none)]",
            "    bind 127.0.0.1:8443 ssl crt @",
            "    bind 127.0.0.1:8443 ssl crt-list @",
            "    bind 127.0.0.1:8443 ssl crt %s ca-file @".formatted(elsewhere.resolve("live.map")),
            "    filter spoe engine x config @")) {
      refused(line.replace("@", secret.toString()))
          .hasMessageStartingWith(config + ":8 names " + secret + ", which did not come with")
          .hasMessageContaining("send it along");
    }
    assertThatThrownBy(() ->
            placed(
                text("    bind 127.0.0.1:8443 ssl crt-list sent.list"),
                Map.of("sent.list", secret + "\n")))
        .hasMessageStartingWith(config + ":8 has a list that names a file");
    refused("global\n    lua-load " + secret + "\nfrontend other")
        .hasMessageStartingWith(config + ":9 names " + secret);
  }

  @Test
  void whetherItIsThereMakesNoDifference() {
    refused("    errorfile 503 " + secret.resolveSibling("nowhere"))
        .hasMessageContaining("which did not come with the configuration");
    refused("    errorfile 503 /proc/self/environ").hasMessageContaining("/proc/self/environ");
    refused("    errorfile 503 /etc/hosts").hasMessageContaining("/etc/hosts");
  }

  /** {@code @system-ca} is the only such word of 2.6, and only for authorities. */
  @Test
  void anAtSignLeadsNowhereElse() throws Exception {
    ConfigurationSet set = placed(text("    bind 127.0.0.1:8443 ssl crt @" + secret), Map.of());
    assertThat(set.item(edge + "/@" + secret).orElseThrow().content()).isEmpty();
    assertThat(
            placed(text("    bind 127.0.0.1:8443 ssl crt a.pem ca-file @system-ca"), Map.of())
                .referenced())
        .extracting(ConfigurationSet.Item::path)
        .noneMatch(it -> it.contains("@"));
  }

  @Test
  void dotsAndLinksLeadNowhereElse() throws IOException {
    Files.createSymbolicLink(edge.resolve("link.map"), secret);
    Files.createSymbolicLink(edge.resolve("links"), elsewhere);
    Files.writeString(edge.resolve(".htpasswd"), SECRET + "\n");
    for (String path :
        List.of(
            edge + "/../private/shadow",
            "../private/shadow",
            edge + "/link.map",
            "link.map",
            edge + "/links/shadow",
            edge + "/links/../private/shadow",
            edge + "/.htpasswd")) {
      refused("    http-request deny if { path -f " + path + " }")
          .hasMessageStartingWith(config + ":8 names ");
    }
    refused("    bind 127.0.0.1:8443 ssl crt " + edge + "/links")
        .hasMessageContaining(edge + "/links");
  }

  @Test
  void whatIsSentOrInPlaceAlreadyOrBelowItsFolderIsTaken() throws Exception {
    Files.writeString(edge.resolve("new.lst"), "/new\n");
    Files.createSymbolicLink(edge.resolve("also.lst"), edge.resolve("new.lst"));
    ConfigurationSet set =
        placed(
            text(
                """
                http-request deny if { path -f %1$s/new.lst -f also.lst }
                http-request deny if { path -f sent.lst -f /dev/null }
                http-request deny if { path -f %1$s/absent.lst }\
                """
                    .formatted(edge)),
            Map.of("sent.lst", "/sent\n"));
    assertThat(content(set, elsewhere.resolve("live.map"))).isEqualTo("/a be_a\n");
    assertThat(content(set, edge.resolve("new.lst"))).isEqualTo("/new\n");
    assertThat(content(set, edge.resolve("also.lst"))).isEqualTo("/new\n");
    assertThat(content(set, edge.resolve("sent.lst"))).isEqualTo("/sent\n");
    assertThat(set.item(edge + "/absent.lst").orElseThrow().content()).isEmpty();
  }

  @Test
  void aLinkThatIsInPlaceIsFollowedAndAFolderThatIsLoadedIsLoaded() throws Exception {
    Files.createSymbolicLink(edge.resolve("link.map"), secret);
    Path certificates = Files.createDirectory(elsewhere.resolve("certificates"));
    Files.writeString(certificates.resolve("one.pem"), KEY);
    String line =
        "    http-request deny if { path -f link.map }\n    bind 127.0.0.1:8443 ssl crt "
            + certificates;
    Files.writeString(config, text(line));
    Files.writeString(certificates.resolve("two.pem"), KEY);
    ConfigurationSet set = placed(text(line + "\n    http-request deny if { path /x }"), Map.of());
    assertThat(content(set, edge.resolve("link.map"))).contains(SECRET);
    assertThat(content(set, certificates.resolve("two.pem"))).isEqualTo(KEY);
    Files.createSymbolicLink(
        certificates.resolve("link"), Files.createDirectory(elsewhere.resolve("deeper")));
    refused(line + "\n    errorfile 503 " + certificates + "/link/../shadow")
        .hasMessageContaining("shadow");
    refused(line + "\n    errorfile 503 " + certificates.resolveSibling("shadow"))
        .hasMessageContaining("shadow");
  }

  @Test
  void aFolderThatOthersShareIsNoneOfTheConfiguration() {
    Candidate candidate = Candidate.of(List.of(SourceFile.of("a.cfg", text("").getBytes(UTF_8))));
    CandidateFiles files =
        new CandidateFiles(
            candidate,
            List.of("/etc/haproxy.cfg"),
            () ->
                CandidateFiles.InPlace.of(
                    new ConfigurationSet(List.of(), List.of()), List.of(), Set.of()));
    assertThat(files.load("/etc/hosts")).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void aFileWithAPrivateKeyIsNothingButACertificate() throws Exception {
    Path pem = Files.writeString(edge.resolve("edge.pem"), KEY);
    String bind = "    bind 127.0.0.1:8443 ssl crt " + pem;
    Files.writeString(config, text(bind));
    assertThat(content(placed(text(bind), Map.of()), pem)).isEqualTo(KEY);
    for (String use :
        List.of(
            "    http-request deny if { path -f " + pem + " }",
            "    http-request set-header X-Evil %[path,map(" + pem + ",none)]",
            "    http-request return content-type text/plain file " + pem,
            "    errorfile 503 " + pem,
            "    bind 127.0.0.1:9443 ssl crt-list " + pem)) {
      refused(bind + "\n" + use)
          .hasMessageStartingWith(config + ":9:")
          .hasMessageContaining("a file with a private key can only be a certificate");
    }
  }
}
