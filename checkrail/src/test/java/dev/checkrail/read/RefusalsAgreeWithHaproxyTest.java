package dev.checkrail.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.checkrail.source.Files;
import dev.checkrail.source.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines that HAProxy refuses for what is around them, and the same as it takes them. */
class RefusalsAgreeWithHaproxyTest {
  private static final Path BINARY = Path.of("/usr/sbin/haproxy");
  private static final String AROUND =
      """
      defaults
        mode http
        timeout connect 1s
        timeout client 1s
        timeout server 1s
      userlist people
        user joe password x
      peers near
        table hits type ip size 1k store gpc0
      backend counted
        stick-table type ip size 1k
        server s 127.0.0.1:9000
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          listen   | bind mptcp@127.0.0.1:8080                          | refused
          listen   | bind mptcp6@[::1]:8080                             | refused
          listen   | bind ip@127.0.0.1:8080                             | taken
          listen   | bind stream+ipv4@127.0.0.1:8080                    | taken
          backend  | http-request deny if { srv_conn gt 1 }             | refused
          backend  | http-request deny if { srv_is_up }                 | refused
          backend  | http-request deny if { srv_conn(s) gt 1 }          | taken
          backend  | http-request deny if { srv_conn(counted/s) gt 1 }  | taken
          backend  | http-request deny if { nbsrv gt 1 }                | taken
          backend  | http-request deny if { http_auth }                 | refused
          backend  | http-request deny if { http_auth(people) }         | taken
          defaults | http-request track-sc0 src                         | refused
          defaults | tcp-request connection track-sc0 src if { src 10.0.0.1 } | refused
          defaults | http-request track-sc0 src table counted           | taken
          defaults | http-request track-sc1 src table near/hits         | taken
          frontend | http-request track-sc0 src                         | refused
          frontend | http-request track-sc0 src table other             | refused
          backend  | http-request capture req.hdr(host) len 10          | refused
          backend  | tcp-request content capture req.hdr(host) len 10   | refused
          backend  | http-request capture req.hdr(host) id 0            | taken
          frontend | http-request capture req.hdr(host) len 10          | taken
          listen   | http-request capture req.hdr(host) len 10          | taken
          """)
  void whatHaproxyRefusesIsAnError(String section, String line, String answer) throws Exception {
    String text = AROUND + config(section, line);

    boolean refused = refusedByHaproxy(text);
    assertThat(refused ? "refused" : "taken").isEqualTo(answer);
    assertThat(errors(text)).as(errors(text).toString()).hasSize(refused ? 1 : 0);
  }

  private static String config(String section, String line) {
    String frontend =
        "  declare capture request len 10\n  bind 127.0.0.1:8081\n  default_backend b\n";
    return switch (section) {
      case "defaults" ->
          "backend b\n  server s 127.0.0.1:9001\n"
              + "defaults own\n  mode http\n  timeout client 1s\n  "
              + line
              + "\nfrontend f from own\n"
              + frontend;
      case "frontend" ->
          "frontend f\n  " + line + "\n" + frontend + "backend b\n  server s :9001\n";
      case "backend" ->
          "frontend f\n" + frontend + "backend b\n  " + line + "\n  server s 127.0.0.1:9001\n";
      default -> "listen l\n  bind 127.0.0.1:8082\n  " + line + "\n  server s 127.0.0.1:9001\n";
    };
  }

  private boolean refusedByHaproxy(String text) throws Exception {
    assumeTrue(java.nio.file.Files.isExecutable(BINARY), "HAProxy is not installed");
    Path file = java.nio.file.Files.writeString(folder.resolve("haproxy.cfg"), text);
    Process process =
        new ProcessBuilder(BINARY.toString(), "-c", "-f", file.toString())
            .redirectErrorStream(true)
            .start();
    process.getInputStream().readAllBytes();
    return process.waitFor() != 0;
  }

  private static List<String> errors(String text) {
    return Read.haproxy(
            Files.of(Map.of("haproxy.cfg", text)),
            List.of("haproxy.cfg"),
            HaproxyTarget.debian12(Map.of()))
        .problems()
        .stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .map(Object::toString)
        .toList();
  }
}
